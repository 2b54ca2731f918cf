//! What the record holds and the draft removed, drawn where it was.

use domain::name::Name;
use domain::stack::face::glance;
use domain::stack::layout::{HEIGHT, WIDTH};
use domain::stack::{Component, Content, Point};
use leptos::prelude::*;

use super::node::node_id;
use crate::builder::board::use_board;
use crate::builder::standing;
use crate::widget::icon::Icon;

#[component]
pub fn Gone(id: Name) -> AnyView {
    let board = use_board();
    let of = id.clone();
    let before = board.gone.with_untracked(|gone| gone.iter().find(|one| one.id == id).cloned());
    let Some(before) = before else { return ().into_any() };
    let at = Memo::new(move |_| board.layout.with(|layout| layout.place(of.as_str()).map_or(Point { x: 0.0, y: 0.0 }, |place| place.at)));
    // Let go, it is not uninstalled.
    let stays = board.content.with_untracked(|stack| stack.let_go.iter().any(|one| one.component == id));
    let words = if stays { "let go, runs on" } else { "removed here" };
    let Component { name, namespace, content, .. } = &before;
    let (name, namespace) = (name.to_string(), namespace.clone().unwrap_or_else(|| "as its objects say".to_owned()));
    let version = match content {
        Content::Addon(addon) => addon.chart.version.clone(),
        Content::Manifest(_) => String::new(),
    };
    let label = format!("{name}, {}, {words}", standing::kind(content));
    let (glyph, detail) = (standing::glyph(content), glance(&before));
    let keep = board.may_edit.then(|| {
        let (label, before) = (format!("Keep {name} in the draft"), before.clone());
        view! { <span class="push"><button class="node-mini" type="button" tabindex="-1" aria-label=label on:pointerdown=|event| event.stop_propagation() on:click=move |_| board.keep(&before)>"Keep it"</button></span> }
    });
    view! {
        <foreignObject class="node-frame" x=move || at.get().x y=move || at.get().y width=WIDTH height=HEIGHT>
            <article class="node node--gone" id=node_id(&id) aria-label=label>
                <div class="node-top"><Icon name=glyph/><strong class="node-name" title=name.clone()>{name.clone()}</strong></div>
                <span class="node-ns">{namespace}<span class="node-ver">{version}</span></span>
                <span class="node-host" title=detail.clone()>{detail.clone()}</span>
                <div class="node-foot"><Icon name="minus"/>{words}{keep}</div>
            </article>
        </foreignObject>
    }
    .into_any()
}
