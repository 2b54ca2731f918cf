//! What the builder offers to the palette: its components and whatever can be done on the canvas now.

use leptos::prelude::*;

use super::CANVAS;
use super::actions::{ALL, Action};
use super::hand::Hand;
use crate::builder::board::Board;
use crate::builder::dom::{self, Offer};
use crate::builder::standing;

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
        offers
    };
    let pick = move |number: usize| {
        dom::focus(CANVAS);
        let actions: Vec<&Action> = applying(board).collect();
        match actions.get(number) {
            Some(action) => action.act(board, hand),
            None => {
                let id = board.content.with_untracked(|stack| stack.components.get(number - actions.len()).map(|one| one.id.clone()));
                if let Some(id) = id {
                    board.choose(&id);
                }
            }
        }
    };
    dom::on_palette(offer, pick);
}

fn applying(board: Board) -> impl Iterator<Item = &'static Action> {
    ALL.iter().copied().flatten().filter(move |action| action.applies(board))
}
