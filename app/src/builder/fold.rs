//! Folded namespaces: one box on the canvas for all components of one, a closed group in the outline.
//!
//! It is how somebody looks at a draft and no edit of it: each browser keeps its own for each draft.

use std::collections::{BTreeMap, BTreeSet};

use domain::name::Name;
use domain::stack::fold::Fold;
use leptos::prelude::*;

use super::board::{Board, Chosen};
use super::dom::{self, Kept};

impl Board {
    /// The fold whose box goes by this id.
    pub fn fold_at(self, id: &Name) -> Option<Fold> {
        self.folds.with_untracked(|folds| folds.at(id).cloned())
    }

    /// The box of a fold, if it is what is chosen.
    pub fn chosen_fold(self) -> Option<Fold> {
        match self.chosen.get() {
            Some(Chosen::Component(id)) => self.folds.with(|folds| folds.at(&id).cloned()),
            _ => None,
        }
    }

    /// Chooses what is drawn under this id: a component, or all that are in a box.
    pub fn pick(self, id: &Name) {
        let Some(fold) = self.fold_at(id) else { return self.choose(id) };
        self.flush();
        self.more.set(fold.members.iter().cloned().collect());
        self.chosen.set(Some(Chosen::Component(fold.at.clone())));
        self.said.set(format!("{}, folded, {}. Enter unfolds it.", named(&fold.namespace), counted(fold.members.len())));
    }

    /// Unfolds whatever hides one of these, unless all that is in it is meant.
    pub fn uncover(self, ids: &BTreeSet<Name>) {
        let hiding: Vec<String> = self.folds.with_untracked(|folds| {
            let of = ids.iter().filter_map(|id| folds.holding(id));
            of.filter(|fold| !fold.members.iter().all(|member| ids.contains(member))).map(|fold| fold.namespace.clone()).collect()
        });
        if !hiding.is_empty() {
            self.folded.update(|folded| folded.retain(|one| !hiding.contains(one)));
        }
    }

    /// Whether an edge stands in the stack as it is drawn, and is no sum of others.
    pub fn is_edge(self, component: &Name, on: &Name) -> bool {
        self.content.with_untracked(|stack| stack.component(component.as_str()).is_some_and(|found| found.depends_on.contains(on)))
            && self.folds.with_untracked(|folds| folds.holding(component).is_none() && folds.holding(on).is_none())
    }

    pub fn toggle_fold(self, namespace: &str) {
        let was = self.folded.try_update(|folded| folded.remove(namespace) || !folded.insert(namespace.to_owned())) == Some(true);
        let verb = if was { "unfolded" } else { "folded" };
        let count = namespaces(self).get(namespace).copied().unwrap_or_default();
        self.said.set(format!("{} is {verb}: {}.", named(namespace), counted(count)));
    }
}

/// Folds the namespace of what is chosen, or unfolds it.
pub fn toggle(board: Board) {
    let Some(id) = board.chosen_component() else { return };
    let namespace = board.content.with_untracked(|stack| stack.component(id.as_str()).map(|one| one.namespace.clone().unwrap_or_default()));
    let Some(namespace) = namespace else { return };
    if namespaces(board).get(&namespace).copied().unwrap_or_default() < 2 {
        board.said.set(format!("{} is alone in its namespace: there is nothing to fold.", board.shown_name(&id)));
        return;
    }
    board.toggle_fold(&namespace);
    let said = board.said.get_untracked();
    match board.folds.with_untracked(|folds| folds.holding(&id).map(|fold| fold.at.clone())) {
        Some(at) => board.pick(&at),
        None => board.choose(&id),
    }
    board.said.set(said);
}

/// Unfolds all, or folds all where nothing is folded.
pub fn toggle_all(board: Board) {
    if !board.folds.with_untracked(domain::stack::fold::Folds::is_empty) {
        board.folded.set(BTreeSet::new());
        board.said.set("Everything is unfolded.".to_owned());
        return;
    }
    let all: BTreeSet<String> = namespaces(board).into_iter().filter(|(_, count)| *count > 1).map(|(namespace, _)| namespace).collect();
    let count = all.len();
    board.chosen.set(None);
    board.more.update(BTreeSet::clear);
    board.folded.set(all);
    board.said.set(match count {
        0 => "No namespace has two components.".to_owned(),
        1 => "1 namespace is folded.".to_owned(),
        more => format!("{more} namespaces are folded."),
    });
}

/// How many components each has.
fn namespaces(board: Board) -> BTreeMap<String, usize> {
    board.content.with_untracked(|stack| {
        let mut counts = BTreeMap::new();
        for one in &stack.components {
            *counts.entry(one.namespace.clone().unwrap_or_default()).or_default() += 1;
        }
        counts
    })
}

/// This browser knows it again when the draft is opened the next time.
pub fn remember(board: Board) {
    let key = format!("countersign-folds {}", board.summary.with_untracked(|summary| summary.id.clone()));
    Effect::new(move |before: Option<()>| {
        if before.is_none()
            && let Some(kept) = dom::kept(Kept::ForAll, &key)
        {
            board.folded.set(kept.lines().map(str::to_owned).collect());
        }
        let text = board.folded.with(|folded| folded.iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
        if before.is_none() {
            return;
        }
        if board.folded.with(BTreeSet::is_empty) {
            dom::forget(Kept::ForAll, &key);
        } else {
            dom::keep(Kept::ForAll, &key, &text);
        }
    });
}

/// What a namespace is called on the page.
pub fn named(namespace: &str) -> String {
    if namespace.is_empty() { "No namespace".to_owned() } else { namespace.to_owned() }
}

pub fn counted(count: usize) -> String {
    if count == 1 { "1 component".to_owned() } else { format!("{count} components") }
}
