//! The seal of an entry: a guilloche drawn from its hash, so that the same entry always draws the same seal.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use leptos::prelude::*;

/// What the hash decides.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Figure {
    petals: u32,
    /// How far the petals reach inwards, as a share of the radius.
    depth: f64,
    /// A second wave on the first.
    twist: u32,
    sway: f64,
    copies: u32,
    ring: u32,
}

impl Figure {
    fn of(hash: &str) -> Figure {
        let byte = |at: usize| hash.get(at * 2..at * 2 + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0x5a);
        Figure {
            petals: 3 + u32::from(byte(0) % 6),
            depth: 0.28 + f64::from(byte(1)) / 255.0 * 0.34,
            twist: 1 + u32::from(byte(2) % 3),
            sway: 0.05 + f64::from(byte(3)) / 255.0 * 0.16,
            copies: 2 + u32::from(byte(4) % 3),
            ring: u32::from(byte(5) % 3),
        }
    }

    /// A closed curve around the centre.
    fn rosette(&self, radius: f64, points: u32) -> String {
        let mut path = String::new();
        for step in 0..points {
            let angle = TAU * f64::from(step) / f64::from(points);
            let wave = (f64::from(self.petals) * angle).cos();
            let second = (f64::from(self.petals * (self.twist + 1)) * angle).sin();
            let reach = radius * (1.0 - self.depth + self.depth * wave + self.sway * second).abs();
            let command = if step == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{command}{:.1} {:.1}", reach * angle.cos(), reach * angle.sin());
        }
        path.push('z');
        path
    }

    /// How far the next copy is turned.
    fn turn(&self, copies: u32) -> f64 {
        360.0 / f64::from(self.petals) / f64::from(copies)
    }
}

/// In a row of a list.
#[component]
pub fn Seal(#[prop(into)] hash: String, #[prop(into)] label: String) -> AnyView {
    let figure = Figure::of(&hash);
    let path = figure.rosette(38.0, 36 * figure.petals.min(4));
    let turned = (1..figure.copies.min(2)).map(|copy| format!("rotate({:.1})", figure.turn(2) * f64::from(copy)));
    let ring = match figure.ring {
        0 => view! { <circle r="48.5" stroke-width="5" stroke-dasharray="4.2 3.4"></circle> }.into_any(),
        1 => view! { <circle r="49.5" stroke-width="2.6"></circle><circle r="43" stroke-width="2"></circle> }.into_any(),
        _ => view! { <circle r="48" stroke-width="4"></circle> }.into_any(),
    };
    view! {
        <svg class="seal seal--row" viewBox="-52 -52 104 104" role="img" aria-label=label>
            <g fill="none" stroke="currentColor" stroke-width="3.2">
                {ring}
                <path d=path.clone()></path>
                {turned.map(|transform| view! { <path d=path.clone() transform=transform></path> }).collect_view()}
                <circle r="4" fill="currentColor" stroke="none"></circle>
            </g>
        </svg>
    }
    .into_any()
}

/// Alone on its entry's page.
#[component]
pub fn LargeSeal(#[prop(into)] hash: String, #[prop(into)] label: String) -> AnyView {
    let figure = Figure::of(&hash);
    let border = Figure { petals: 12 + figure.petals, depth: 0.06, sway: 0.0, ..figure };
    let (inner, outer) = (figure.rosette(39.0, 150), border.rosette(49.0, 220));
    let copies = |path: String, turn: f64, count: u32| {
        (0..count)
            .map(move |copy| view! { <path d=path.clone() transform=format!("rotate({:.2})", turn * f64::from(copy))></path> })
            .collect_view()
    };
    view! {
        <svg class="seal seal--lg" viewBox="-52 -52 104 104" role="img" aria-label=label>
            <g fill="none" stroke="currentColor" stroke-width=".55">
                <circle r="50.5" stroke-width="1"></circle><circle r="40.5" stroke-width=".4"></circle>
                {copies(outer, border.turn(4), 4)}
                {copies(inner, figure.turn(5), 5)}
                <circle r="8" stroke-width="1"></circle>
            </g>
        </svg>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_hash_has_one_seal_and_another_hash_another() {
        let draw = |hash: &str| Figure::of(hash).rosette(38.0, 36);
        let (a, b) = ("0a1b2c3d4e5f", "f0e1d2c3b4a5");
        assert_eq!(draw(a), draw(a));
        assert_ne!(draw(a), draw(b));
        assert_eq!(Figure::of(""), Figure::of("zz"));
    }

    #[test]
    fn the_drawing_stays_inside_its_ring() {
        for hash in ["000000000000", "ffffffffffff", "0a1b2c3d4e5f", "06ff02ff0402"] {
            let figure = Figure::of(hash);
            assert!(38.0 * (1.0 + figure.sway) < 48.0, "{figure:?}");
        }
    }
}
