//! A component as a box: what it is, where it goes, how it stands against the record, what is wrong with it.

use domain::api::outcome::{ComponentOutcome, Reach};
use domain::catalog::version::newer;
use domain::finding::Level;
use domain::name::Name;
use domain::stack::face::glance;
use domain::stack::layout::{HEIGHT, WIDTH};
use domain::stack::{Component, Content, Point};
use leptos::prelude::*;

use super::Hand;
use crate::builder::board::{Board, use_board};
use crate::builder::standing::{self, Standing};
use crate::widget::icon::Icon;

pub fn node_id(id: &Name) -> String {
    format!("node-{id}")
}

/// What a box says, all at once: it is drawn anew when any of it changes.
#[derive(Debug, Clone, PartialEq)]
struct Face {
    name: String,
    kind: &'static str,
    glyph: &'static str,
    namespace: String,
    version: String,
    /// The version that is newer.
    newer: Option<String>,
    detail: String,
    standing: Standing,
    /// What differs from the record.
    changed: Vec<&'static str>,
    worst: Option<Level>,
    tally: String,
}

fn face(board: Board, id: &Name) -> Option<Face> {
    let (worst, tally) = board.open.with(|open| {
        let open = open.get(id.as_str());
        (open.and_then(|open| open.first()).map(|finding| finding.level), open.map(|open| standing::tally(open)).unwrap_or_default())
    });
    board.component(id, |found| {
        let found: &Component = found?;
        let changed = board.recorded.with(|recorded| {
            let before = recorded.as_ref().and_then(|recorded| recorded.component(id.as_str()));
            before.map(|before| standing::changed(before, found))
        });
        let standing = match &changed {
            None => Standing::New,
            Some(parts) if parts.is_empty() => Standing::AsRecorded,
            Some(_) => Standing::Changed,
        };
        Some(Face {
            name: found.name.to_string(),
            kind: standing::kind(&found.content),
            glyph: standing::glyph(&found.content),
            namespace: found.namespace.clone().unwrap_or_else(|| "as its objects say".to_owned()),
            version: match &found.content {
                Content::Addon(addon) => addon.chart.version.clone(),
                Content::Manifest(_) => String::new(),
            },
            newer: match &found.content {
                Content::Addon(addon) => board.newest.with_value(|newest| newer(&addon.chart, newest).map(str::to_owned)),
                Content::Manifest(_) => None,
            },
            detail: glance(found),
            standing,
            changed: changed.unwrap_or_default(),
            worst,
            tally,
        })
    })
}

impl Face {
    /// `values changed`, `3 changed`.
    fn words(&self) -> String {
        match (self.standing, self.changed.as_slice()) {
            (Standing::Changed, [one]) => format!("{one} changed"),
            (Standing::Changed, more) => format!("{} changed", more.len()),
            (standing, _) => standing.words().to_owned(),
        }
    }

    fn newer(&self) -> String {
        self.newer.as_ref().map(|version| format!("{version} is available")).unwrap_or_default()
    }

    fn all_changed(&self) -> String {
        self.changed.join(", ")
    }
}

#[component]
pub fn Node(id: Name) -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let of = id.clone();
    let face = Memo::new(move |_| face(board, &of));
    let of = id.clone();
    let place = Memo::new(move |_| {
        let by = hand.shift_of(&of).unwrap_or(Point { x: 0.0, y: 0.0 });
        let at = |at: Point| Point { x: at.x + by.x, y: at.y + by.y };
        board.layout.with(|layout| layout.place(of.as_str()).map(|place| (at(place.at), place.wave)))
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
        let standing = match face.with(|face| face.as_ref().map(|face| face.standing)) {
            Some(Standing::New) => "node--new",
            Some(Standing::Changed) => "node--changed",
            _ => "",
        };
        let chosen = if chosen.get() { "node--selected" } else { "" };
        ["node", standing, chosen, aimed.get().unwrap_or_default()].join(" ")
    };
    let live = StoredValue::new(board.live_of(&id));
    let label = move || {
        let wave = place.get().map_or(1, |(_, wave)| wave + 1);
        let stands = live.with_value(|live| live.as_ref().map(|live| live.sentence.clone()).unwrap_or_default());
        face.with(|face| {
            let Some(face) = face else { return String::new() };
            let words = face.standing.words().to_owned();
            let wave = format!("wave {wave}");
            let parts =
                [face.name.clone(), face.kind.to_owned(), wave, words, face.all_changed(), face.newer(), stands, face.tally.clone()];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        })
    };
    let body = move || face.get().map(|face| inside(face, live.get_value()));
    let (x, y) = (move || place.get().map_or(0.0, |(at, _)| at.x), move || place.get().map_or(0.0, |(at, _)| at.y));
    let port =
        board.may_edit.then(|| view! { <circle class="node-port" cx=move || x() + WIDTH / 2.0 cy=move || y() + HEIGHT r="5.5"></circle> });
    view! {
        <g class="node-group" class:node-group--chosen=move || chosen.get()>
            <foreignObject class="node-frame" x=x y=y width=WIDTH height=HEIGHT>
                <article class=class id=node_id(&id) aria-label=label aria-current=move || chosen.get().then_some("true")>{body}</article>
            </foreignObject>
            {port}
        </g>
    }
    .into_any()
}

fn inside(face: Face, live: Option<ComponentOutcome>) -> AnyView {
    let mark = (face.standing != Standing::AsRecorded).then(|| view! { <Icon name="nib" class="ic-draft"/> });
    let problems = face.worst.map(|worst| {
        let (name, ink) = if worst == Level::Block { ("fail", "ic-failing") } else { ("warn", "ic-waiting") };
        view! { <span class="push"><Icon name=name class=ink/>{face.tally.clone()}</span> }
    });
    let live = live.map(|live| {
        let (glyph, ink) = standing::live(live.state);
        // Something was heard once, and somebody else changed the stack since: the sentence says all of it.
        let word = if live.state == Reach::Unknown { "Not known".to_owned() } else { live.word };
        view! { <span class="node-live push" title=live.sentence><Icon name=glyph class=ink/>{word}</span> }
    });
    let (words, all) = (face.words(), face.all_changed());
    let newer = face.newer.is_some().then(|| view! { <span class="node-newer" title=face.newer()><Icon name="up"/></span> });
    view! {
        <div class="node-top"><Icon name=face.glyph/><strong class="node-name" title=face.name.clone()>{face.name.clone()}</strong></div>
        <span class="node-ns">{face.namespace}<span class="node-ver">{face.version}</span>{newer}</span>
        <span class="node-host" title=face.detail.clone()>{face.detail.clone()}</span>
        <div class="node-foot">{mark}<span title=all>{words}</span>{problems}{live}</div>
    }
    .into_any()
}
