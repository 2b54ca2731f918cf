//! Fixes of findings: a press or a key, and one edit that one undo takes back.

mod secret;

use domain::finding::Finding;
use domain::fix::{Fix, Mend};
use domain::name::Name;
use domain::yaml::path::ValuePath;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::board::Board;
use super::canvas::CANVAS;
use super::{dom, standing};

pub use secret::MoveToSecret;

/// As people read the key.
pub const SHOWN: &str = "Ctrl .";
/// As `aria-keyshortcuts` has it.
const SHORTCUT: &str = "Control+.";

/// A literal on its way to the vault; never the value.
#[derive(Debug, Clone, PartialEq)]
pub struct Moving {
    pub component: Name,
    pub path: ValuePath,
    /// What it could be called.
    pub name: String,
}

/// The buttons beside a finding.
pub fn buttons(board: Board, fixes: Vec<Fix>) -> AnyView {
    if fixes.is_empty() || !board.may_edit {
        return ().into_any();
    }
    let one = |(place, fix): (usize, Fix)| {
        let title = fix.title.clone();
        let key = (place == 0).then_some(SHORTCUT);
        // Its row goes once the check says that all is well: the focus would go with it.
        let press = move |_| {
            dom::focus(CANVAS);
            apply(board, &fix);
        };
        view! { <button class="btn btn--sm" type="button" aria-keyshortcuts=key on:click=press>{title}</button> }
    };
    view! { <span class="fixes">{fixes.into_iter().enumerate().map(one).collect_view()}</span> }.into_any()
}

pub fn apply(board: Board, fix: &Fix) {
    match &fix.mend {
        Mend::Changes { changes } => {
            if board.change(changes.clone()) {
                board.said.set(format!("Fixed: {}. Undo takes it back.", fix.title));
            }
        }
        Mend::MoveToSecret { component, path, name } => {
            board.flush();
            board.moving.set(Some(Moving { component: component.clone(), path: path.clone(), name: name.clone() }));
        }
    }
}

/// The first fix of the chosen component, its worst finding first.
pub fn first(board: Board) {
    match board.chosen_component() {
        Some(id) => of(board, &id, None),
        None => board.said.set("Choose a component first: its first fix is done then.".to_owned()),
    }
}

/// The first fix of what stands on this line of a component's text, else the component's first.
pub fn of(board: Board, id: &Name, line: Option<u32>) {
    if !board.may_edit {
        return;
    }
    let mendable: Vec<(Finding, Fix)> = board.check.with_untracked(|check| {
        let open = standing::open_of(check, id.as_str()).into_iter();
        open.filter_map(|finding| standing::fixes_of(check, &finding).into_iter().next().map(|fix| (finding, fix))).collect()
    });
    let here = mendable.iter().find(|(finding, _)| line.is_some() && finding.at.line == line);
    match here.or(mendable.first()) {
        Some((_, fix)) => apply(board, fix),
        None => board.said.set(format!("{} has nothing that could be fixed by itself.", board.shown_name(id))),
    }
}

/// Wherever the focus is in the builder; what has its own use for the key has prevented the rest.
pub fn by_key(board: Board, event: &KeyboardEvent) {
    if event.key() == "." && (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.default_prevented() {
        event.prevent_default();
        first(board);
    }
}
