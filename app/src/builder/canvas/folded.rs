//! A folded namespace as one box: how many are in it, how many changed, and what is wrong with them all together.

use domain::finding::{Finding, Level};
use domain::name::Name;
use domain::stack::Point;
use domain::stack::layout::{HEIGHT, WIDTH};
use leptos::prelude::*;

use super::Hand;
use super::node::node_id;
use crate::builder::board::{Board, use_board};
use crate::builder::fold::{counted, named};
use crate::builder::standing::{self, Standing};
use crate::widget::icon::Icon;

#[derive(Debug, Clone, PartialEq)]
struct Face {
    name: String,
    count: usize,
    members: String,
    changed: usize,
    worst: Option<Level>,
    tally: String,
}

fn face(board: Board, id: &Name) -> Option<Face> {
    let fold = board.folds.with(|folds| folds.at(id).cloned())?;
    let found: Vec<Finding> =
        board.open.with(|open| fold.members.iter().filter_map(|member| open.get(member.as_str())).flatten().cloned().collect());
    let changed = board.content.with(|stack| {
        board.recorded.with(|recorded| {
            let members = fold.members.iter().filter_map(|member| stack.component(member.as_str()));
            members.filter(|member| Standing::of(member, recorded.as_ref()) != Standing::AsRecorded).count()
        })
    });
    let members: Vec<String> =
        fold.members.iter().map(|member| board.content.with(|stack| crate::builder::board::name_in(stack, member))).collect();
    Some(Face {
        name: named(&fold.namespace),
        count: members.len(),
        members: members.join(", "),
        changed,
        worst: found.iter().map(|finding| finding.level).max(),
        tally: standing::tally(&found),
    })
}

impl Face {
    fn changed(&self) -> String {
        if self.changed == 0 { "as recorded".to_owned() } else { format!("{} changed", self.changed) }
    }
}

#[component]
pub fn Folded(id: Name) -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let of = id.clone();
    let face = Memo::new(move |_| face(board, &of));
    let of = id.clone();
    let place = Memo::new(move |_| {
        let by = hand.shift_of(&of).unwrap_or(Point { x: 0.0, y: 0.0 });
        board
            .layout
            .with(|layout| layout.place(of.as_str()).map(|place| (Point { x: place.at.x + by.x, y: place.at.y + by.y }, place.wave)))
    });
    let own = id.clone();
    let chosen = Memo::new(move |_| board.is_chosen(&own));
    let class = move || {
        let changed = if face.with(|face| face.as_ref().is_some_and(|face| face.changed > 0)) { "node--changed" } else { "" };
        ["node", "node--fold", changed, if chosen.get() { "node--selected" } else { "" }].join(" ")
    };
    let label = move || {
        let wave = place.get().map_or(1, |(_, wave)| wave + 1);
        let Some(face) = face.get() else { return String::new() };
        let parts =
            [face.name.clone(), "folded namespace".to_owned(), counted(face.count), format!("wave {wave}"), face.changed(), face.tally];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let (x, y) = (move || place.get().map_or(0.0, |(at, _)| at.x), move || place.get().map_or(0.0, |(at, _)| at.y));
    view! {
        <g class="node-group" class:node-group--chosen=move || chosen.get()>
            <foreignObject class="node-frame" x=x y=y width=WIDTH height=HEIGHT>
                <article class=class id=node_id(&id) aria-label=label aria-current=move || chosen.get().then_some("true")>{move || face.get().map(inside)}</article>
            </foreignObject>
        </g>
    }
    .into_any()
}

fn inside(face: Face) -> AnyView {
    let mark = (face.changed > 0).then(|| view! { <Icon name="nib" class="ic-draft"/> });
    let words = face.changed();
    let problems = face.worst.map(|worst| {
        let (name, ink) = if worst == Level::Block { ("fail", "ic-failing") } else { ("warn", "ic-waiting") };
        view! { <span class="push"><Icon name=name class=ink/>{face.tally.clone()}</span> }
    });
    view! {
        <div class="node-top"><Icon name="stack"/><strong class="node-name" title=face.name.clone()>{face.name.clone()}</strong></div>
        <span class="node-ns">{counted(face.count)}</span>
        <span class="node-host" title=face.members.clone()>{face.members.clone()}</span>
        <div class="node-foot">{mark}<span>{words}</span>{problems}</div>
    }
    .into_any()
}
