//! A stack as a picture that stands by itself: the canvas's own layout, drawn once.

use std::fmt::Write as _;

use crate::stack::layout::{HEIGHT, MARGIN, WIDTH, layout};
use crate::stack::{Component, Content, Point, Stack};

const STYLE: &str = "\
text{font-family:ui-sans-serif,system-ui,sans-serif;fill:#1d1b16}\
.box{fill:#fffdf7;stroke:#8d8674;stroke-width:1}\
.edge{fill:none;stroke:#6b6557;stroke-width:1.5}\
.name{font-size:14px;font-weight:600}\
.small{font-size:11px;fill:#5c574b}\
.paper{fill:#f6f2e6}";

pub fn svg(stack: &Stack) -> String {
    let layout = layout(stack);
    // A person may have put a component anywhere, also left of the origin.
    let ends = layout.places.iter().map(|place| place.at).chain(layout.routes.iter().flat_map(|route| route.points.iter().copied()));
    let (mut left, mut top, mut right, mut bottom) = (0.0_f64, 0.0_f64, layout.width, layout.height);
    for Point { x, y } in ends {
        (left, top) = (left.min(x - MARGIN), top.min(y - MARGIN));
        (right, bottom) = (right.max(x + WIDTH + MARGIN), bottom.max(y + HEIGHT + MARGIN));
    }
    let (width, height) = (right - left, bottom - top);
    let mut out = String::new();
    let title = escaped(stack.name.as_str());
    let _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{left} {top} {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-labelledby=\"title\">"
    );
    let _ = writeln!(out, "<title id=\"title\">{title}</title>");
    if let Some(description) = &stack.description {
        let _ = writeln!(out, "<desc>{}</desc>", escaped(description));
    }
    let _ = writeln!(out, "<style>{STYLE}</style>");
    let _ = writeln!(
        out,
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"#6b6557\"/></marker></defs>"
    );
    let _ = writeln!(out, "<rect class=\"paper\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\"/>");
    for route in &layout.routes {
        let _ = writeln!(out, "<path class=\"edge\" d=\"{}\" marker-end=\"url(#tip)\"/>", route.path());
    }
    for (component, place) in stack.components.iter().zip(&layout.places) {
        node(&mut out, component, place.at);
    }
    out.push_str("</svg>\n");
    out
}

fn node(out: &mut String, component: &Component, at: Point) {
    let (kind, what) = match &component.content {
        Content::Addon(addon) => ("Helm chart", format!("{} {}", addon.chart.name, addon.chart.version)),
        Content::Manifest(_) => ("Manifest", String::new()),
    };
    let kind = match &component.namespace {
        Some(namespace) => format!("{kind} in {namespace}"),
        None => kind.to_owned(),
    };
    let (x, y) = (at.x, at.y);
    let _ = writeln!(out, "<g><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>");
    for (class, down, text, most) in [("name", 28.0, component.name.to_string(), 24), ("small", 52.0, what, 34), ("small", 74.0, kind, 34)]
    {
        if !text.is_empty() {
            let _ = writeln!(out, "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>", x + 14.0, y + down, escaped(&short(&text, most)));
        }
    }
    out.push_str("</g>\n");
}

fn short(text: &str, most: usize) -> String {
    let text = crate::visible::one_line(text);
    if text.chars().count() <= most { text } else { format!("{}…", text.chars().take(most - 1).collect::<String>()) }
}

fn escaped(text: &str) -> String {
    crate::visible::shown(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
