//! A component as a box: what it is, where it goes, how it stands against the record, what is wrong with it.

use domain::finding::Level;
use domain::name::Name;
use domain::stack::face::glance;
use domain::stack::layout::{HEIGHT, WIDTH};
use domain::stack::{Component, Content, Point};
use leptos::prelude::*;

use super::Hand;
use crate::builder::board::use_board;
use crate::builder::standing::{self, Standing};
use crate::widget::icon::Icon;

pub fn node_id(id: &Name) -> String {
    format!("node-{id}")
}

#[component]
pub fn Node(id: Name) -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let of = id.clone();
    let component = Memo::new(move |_| board.component(&of, |found| found.cloned()));
    let of = id.clone();
    let place = Memo::new(move |_| {
        let by = hand.shift_of(&of).unwrap_or(Point { x: 0.0, y: 0.0 });
        let at = |at: Point| Point { x: at.x + by.x, y: at.y + by.y };
        board.layout.with(|layout| layout.place(of.as_str()).map(|place| (at(place.at), place.wave)))
    });
    let of = id.clone();
    let open = Memo::new(move |_| board.open.with(|open| open.get(of.as_str()).cloned().unwrap_or_default()));
    let against = Memo::new(move |_| {
        let of = |found: &Component| board.recorded.with(|recorded| Standing::of(found, recorded.as_ref()));
        component.with(|found| found.as_ref().map_or(Standing::AsRecorded, of))
    });
    let own = id.clone();
    let chosen = Memo::new(move |_| board.is_chosen(&own));
    let own = id.clone();
    // While an edge is drawn: its target, or a part of the cycle that it would close.
    let aimed = Memo::new(move |_| {
        hand.drawing.with(|drawing| {
            let drawing = drawing.as_ref()?;
            match &drawing.cycle {
                Some(cycle) if cycle.contains(&own) => Some("node--refused"),
                _ if drawing.over.as_ref() == Some(&own) => Some("node--aimed"),
                _ => None,
            }
        })
    });
    let class = move || {
        let standing = match against.get() {
            Standing::New => "node--new",
            Standing::Changed => "node--changed",
            Standing::AsRecorded => "",
        };
        let chosen = if chosen.get() { "node--selected" } else { "" };
        ["node", standing, chosen, aimed.get().unwrap_or_default()].join(" ")
    };
    let read = move |part: fn(&Component) -> String| move || component.with(|found| found.as_ref().map(part).unwrap_or_default());
    let name = read(|found| found.name.to_string());
    let namespace = read(|found| found.namespace.clone().unwrap_or_else(|| "as its objects say".to_owned()));
    let version = read(|found| match &found.content {
        Content::Addon(addon) => addon.chart.version.clone(),
        Content::Manifest(_) => String::new(),
    });
    let detail = read(glance);
    let glyph = component.with_untracked(|found| found.as_ref().map_or("manifest", |found| standing::glyph(&found.content)));
    let kind = component.with_untracked(|found| found.as_ref().map_or("manifest", |found| standing::kind(&found.content)));
    let tally = move || open.with(|open| standing::tally(open));
    let stands = board.live_of(&id).map(|live| live.sentence).unwrap_or_default();
    let label = move || {
        let wave = place.get().map_or(1, |(_, wave)| wave + 1);
        let parts = [name(), kind.to_owned(), format!("wave {wave}"), against.get().words().to_owned(), stands.clone(), tally()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let draft_mark = move || (against.get() != Standing::AsRecorded).then(|| view! { <Icon name="nib" class="ic-draft"/> });
    let problems = move || {
        let worst = open.with(|open| open.first().map(|finding| finding.level))?;
        let (name, ink) = if worst == Level::Block { ("fail", "ic-failing") } else { ("warn", "ic-waiting") };
        Some(view! { <span class="push"><Icon name=name class=ink/>{tally()}</span> })
    };
    let live = board.live_of(&id).map(|live| {
        let (glyph, ink) = standing::live(live.state);
        view! { <span class="node-live push" title=live.sentence><Icon name=glyph class=ink/>{live.word}</span> }
    });
    let (x, y) = (move || place.get().map_or(0.0, |(at, _)| at.x), move || place.get().map_or(0.0, |(at, _)| at.y));
    let port =
        board.may_edit.then(|| view! { <circle class="node-port" cx=move || x() + WIDTH / 2.0 cy=move || y() + HEIGHT r="5.5"></circle> });
    view! {
        <g class="node-group" class:node-group--chosen=move || chosen.get()>
            <foreignObject class="node-frame" x=x y=y width=WIDTH height=HEIGHT>
                <article class=class id=node_id(&id) aria-label=label aria-current=move || chosen.get().then_some("true")>
                    <div class="node-top"><Icon name=glyph/><strong class="node-name" title=name>{name}</strong></div>
                    <span class="node-ns">{namespace}<span class="node-ver">{version}</span></span>
                    <span class="node-host" title=detail>{detail}</span>
                    <div class="node-foot">{draft_mark}{move || against.get().words()}{problems}{live}</div>
                </article>
            </foreignObject>
            {port}
        </g>
    }
    .into_any()
}
