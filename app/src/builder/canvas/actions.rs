//! Everything that can be done on the canvas, once: the keys, the menu and the list of keys are made of this table.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::hand::Hand;
use super::keys::{self, Way};
use super::tools;
use crate::builder::board::{Board, Chosen};
use crate::builder::{clip, fold, mend};

/// What an action is done to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The canvas as a whole.
    Whole,
    /// Chosen components.
    Components,
    Edge,
    /// Whichever of the two is chosen.
    Chosen,
}

pub struct Action {
    pub words: &'static str,
    /// As people read them; the first is shown in the menu.
    pub shown: &'static str,
    keys: &'static [&'static str],
    of: Of,
    edits: bool,
    act: fn(Board, Hand),
}

const fn action(
    words: &'static str,
    shown: &'static str,
    keys: &'static [&'static str],
    of: Of,
    edits: bool,
    act: fn(Board, Hand),
) -> Action {
    Action { words, shown, keys, of, edits, act }
}

/// By part of the menu.
pub const ALL: &[&[Action]] = &[
    &[
        action("Open in the inspector", "Enter", &["Enter"], Of::Chosen, false, keys::enter),
        action("Connect to…", "C", &["c"], Of::Components, true, keys::begin),
        action("Lead this edge elsewhere…", "C", &["c"], Of::Edge, true, keys::begin),
        action("Next edge", "E", &["e"], Of::Chosen, false, |board, _| keys::next_edge(board)),
        action("Copy", "Ctrl C", &["Ctrl+c"], Of::Components, false, |board, _| clip::copy(board)),
        action("Duplicate", "D", &["d"], Of::Components, true, |board, _| clip::duplicate(board)),
        action("Remove", "Delete", &["Delete", "Backspace"], Of::Chosen, true, |board, _| board.remove_chosen()),
    ],
    &[
        action("Move left", "Alt ←", &["Alt+ArrowLeft"], Of::Components, true, |board, _| keys::push(board, Way::Left)),
        action("Move right", "Alt →", &["Alt+ArrowRight"], Of::Components, true, |board, _| keys::push(board, Way::Right)),
        action("Move up", "Alt ↑", &["Alt+ArrowUp"], Of::Components, true, |board, _| keys::push(board, Way::Up)),
        action("Move down", "Alt ↓", &["Alt+ArrowDown"], Of::Components, true, |board, _| keys::push(board, Way::Down)),
        action("Arrange by wave", "T", &["t"], Of::Whole, true, |board, _| tools::arrange(board)),
    ],
    &[
        action("Add addon…", "A", &["a"], Of::Whole, true, |board, _| board.adding_addon.set(true)),
        action("Add manifest…", "M", &["m"], Of::Whole, true, |board, _| board.adding_manifest.set(true)),
        action("Paste", "Ctrl V", &["Ctrl+v"], Of::Whole, true, |board, _| clip::paste(board)),
        action("Undo", "Ctrl Z", &["Ctrl+z"], Of::Whole, true, |board, _| board.undo()),
        action("Redo", "Ctrl Shift Z", &["Ctrl+Shift+z", "Ctrl+y"], Of::Whole, true, |board, _| board.redo()),
    ],
    &[
        action("Choose all", "Ctrl A", &["Ctrl+a"], Of::Whole, false, |board, _| keys::choose_all(board)),
        action("Choose all of its namespace", "S", &["s"], Of::Components, false, |board, _| keys::choose_namespace(board)),
        action("Fold or unfold its namespace", "N", &["n"], Of::Components, false, |board, _| fold::toggle(board)),
        action("Fold or unfold all namespaces", "G", &["g"], Of::Whole, false, |board, _| fold::toggle_all(board)),
        action("Find…", "/", &["/"], Of::Whole, false, |_, hand| hand.finding.set(true)),
        action("Next problem", "F8", &["F8"], Of::Whole, false, |board, _| keys::next_problem(board)),
        action("Do the first fix", mend::SHOWN, &["Ctrl+."], Of::Components, true, |board, _| mend::first(board)),
        action("Zoom in", "+", &["+", "="], Of::Whole, false, |_, hand| tools::zoom(hand, 1.25)),
        action("Zoom out", "-", &["-"], Of::Whole, false, |_, hand| tools::zoom(hand, 0.8)),
        action("Full size", "0", &["0"], Of::Whole, false, |_, hand| tools::zoom(hand, 1.0 / hand.view.get_untracked().zoom)),
        action("Fit to view", "1 or F", &["1", "f"], Of::Whole, false, tools::fit),
        action("All keys", "?", &["?"], Of::Whole, false, |_, hand| hand.showing_keys.set(true)),
    ],
];

impl Action {
    /// Whether it can be done now: what cannot is absent from the menu.
    pub fn applies(&self, board: Board) -> bool {
        let to_this = board.chosen.with_untracked(|chosen| match chosen {
            None => self.of == Of::Whole,
            Some(Chosen::Component(_)) => self.of != Of::Edge,
            Some(Chosen::Edge { .. }) => self.of != Of::Components,
        });
        to_this && (board.may_edit || !self.edits)
    }

    pub fn act(&self, board: Board, hand: Hand) {
        (self.act)(board, hand);
    }
}

/// Does what a key stands for; whether it stands for anything here.
pub fn by_key(board: Board, hand: Hand, event: &KeyboardEvent) -> bool {
    let pressed = combination(&event.key(), event.ctrl_key() || event.meta_key(), event.alt_key(), event.shift_key());
    let found = ALL.iter().copied().flatten().find(|action| action.keys.contains(&pressed.as_str()) && action.applies(board));
    found.is_some_and(|action| {
        action.act(board, hand);
        true
    })
}

/// `Ctrl+Shift+z`: what a key prints already says whether Shift was down, but for letters.
fn combination(key: &str, ctrl: bool, alt: bool, shift: bool) -> String {
    let is_letter = key.chars().count() == 1 && key.chars().all(char::is_alphabetic);
    let named = key.chars().count() > 1;
    let mut out = String::new();
    for (is_down, word) in [(ctrl, "Ctrl+"), (alt, "Alt+"), (shift && (named || is_letter && ctrl), "Shift+")] {
        if is_down {
            out.push_str(word);
        }
    }
    if is_letter { out + &key.to_lowercase() } else { out + key }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_is_pressed_has_one_name() {
        assert_eq!(combination("Z", true, false, true), "Ctrl+Shift+z");
        assert_eq!(combination("z", true, false, false), "Ctrl+z");
        assert_eq!(combination("F", false, false, true), "f");
        assert_eq!(combination("?", false, false, true), "?");
        assert_eq!(combination("ArrowLeft", false, true, false), "Alt+ArrowLeft");
        assert_eq!(combination("ArrowLeft", false, false, true), "Shift+ArrowLeft");
    }

    #[test]
    fn every_action_has_a_key_and_no_key_does_two_things_to_the_same() {
        let mut seen = BTreeSet::new();
        for action in ALL.iter().copied().flatten() {
            assert!(!action.keys.is_empty() && !action.shown.is_empty(), "{}", action.words);
            for key in action.keys {
                let of = if action.of == Of::Edge { "edge" } else { "component" };
                assert!(seen.insert((*key, of)), "{key} stands for two actions");
            }
        }
    }
}
