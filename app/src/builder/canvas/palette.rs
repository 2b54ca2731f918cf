//! What the builder offers to the palette: its components, whatever can be done on the canvas now, and fixes.

use domain::api::draft::Check;
use domain::fix::Fix;
use domain::name::Name;
use leptos::prelude::*;

use super::CANVAS;
use super::actions::{ALL, Action};
use super::hand::Hand;
use crate::builder::board::Board;
use crate::builder::dom::{self, Offer};
use crate::builder::{mend, standing};

/// The palette asks when it opens, and says the number of what was picked.
pub fn answer(board: Board, hand: Hand) {
    let offer = move || {
        let actions = applying(board).enumerate().map(|(number, action)| Offer {
            group: "On this stack",
            icon: "tool",
            label: action.words.to_owned(),
            beside: String::new(),
            key: action.shown,
            number,
        });
        let mut offers: Vec<Offer> = actions.collect();
        let first = offers.len();
        board.content.with_untracked(|stack| {
            offers.extend(stack.components.iter().enumerate().map(|(at, one)| Offer {
                group: "Components",
                icon: standing::glyph(&one.content),
                label: one.name.to_string(),
                beside: super::find::words(one),
                key: "",
                number: first + at,
            }));
        });
        let first = offers.len();
        offers.extend(fixes(board).into_iter().enumerate().map(|(at, (fix, of))| Offer {
            group: "Fixes",
            icon: "ok",
            label: fix.title,
            beside: of,
            key: "",
            number: first + at,
        }));
        offers
    };
    let pick = move |number: usize| {
        dom::focus(CANVAS);
        let actions: Vec<&Action> = applying(board).collect();
        match actions.get(number) {
            Some(action) => action.act(board, hand),
            None => {
                let number = number - actions.len();
                let (id, count) =
                    board.content.with_untracked(|stack| (stack.components.get(number).map(|one| one.id.clone()), stack.components.len()));
                match id {
                    Some(id) => board.choose(&id),
                    None => fixes(board).get(number - count).into_iter().for_each(|(fix, _)| mend::apply(board, fix)),
                }
            }
        }
    };
    dom::on_palette(offer, pick);
}

/// What would mend something, with the component that it is about.
fn fixes(board: Board) -> Vec<(Fix, String)> {
    if !board.may_edit {
        return Vec::new();
    }
    let of = |fix: &Fix, check: &Check| {
        let id = check.findings.get(fix.finding).and_then(|finding| finding.at.component.as_deref()).and_then(|id| Name::new(id).ok());
        id.map(|id| board.shown_name(&id)).unwrap_or_default()
    };
    board.check.with_untracked(|check| check.fixes.iter().map(|fix| (fix.clone(), of(fix, check))).collect())
}

fn applying(board: Board) -> impl Iterator<Item = &'static Action> {
    ALL.iter().copied().flatten().filter(move |action| action.applies(board))
}
