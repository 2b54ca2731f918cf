//! What all parts of the builder share: the draft as this page shows it, what is chosen, and the one way to change it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::api::draft::{Check, Draft, DraftSummary};
use domain::api::outcome::{ComponentOutcome, Reach};
use domain::change::Change;
use domain::change::apply::{ChangeError, apply_all};
use domain::finding::Finding;
use domain::name::Name;
use domain::stack::fold::Folds;
use domain::stack::layout::{Layout, layout, layout_after};
use domain::stack::{Chart, Component, Content, Point, Stack};
use domain::text::sentence;
use leptos::prelude::*;

use super::mend::Moving;
use super::saving::{Saver, Saving};
use super::undo::{Step, back, restore};

/// What the inspector, the canvas and the outline agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chosen {
    Component(Name),
    /// `component` waits for `on`.
    Edge {
        component: Name,
        on: Name,
    },
}

/// Text on its way into the draft: typed, not yet an edit.
#[derive(Debug, Clone)]
struct Typed {
    component: Name,
    text: String,
}

/// Typing becomes an edit after this long without a key.
const PAUSE: Duration = Duration::from_millis(600);

#[derive(Clone, Copy)]
pub struct Board {
    pub summary: RwSignal<DraftSummary>,
    pub content: RwSignal<Stack>,
    pub recorded: RwSignal<Option<Stack>>,
    /// Recorded, and not in the draft: drawn where they were.
    pub gone: Memo<Vec<Component>>,
    pub check: RwSignal<Check>,
    /// How the recorded components stood in the cluster when the page was opened.
    pub live: StoredValue<Vec<ComponentOutcome>>,
    pub may_edit: bool,
    /// For those who may not: who can countersign.
    pub who_can: StoredValue<Vec<String>>,
    /// The newest versions that are known of its charts.
    pub newest: StoredValue<Vec<Chart>>,
    pub chosen: RwSignal<Option<Chosen>>,
    /// Chosen together with it.
    pub more: RwSignal<BTreeSet<Name>>,
    /// What is more than a pass, by component, worst first.
    pub open: Memo<BTreeMap<String, Vec<Finding>>>,
    /// Of what is in the draft, then of what is gone from it.
    pub whole: Memo<Layout>,
    /// Namespaces that are folded, whoever is in them.
    pub folded: RwSignal<BTreeSet<String>>,
    pub folds: Memo<Folds>,
    /// As it is drawn: a fold is one box.
    pub layout: Memo<Layout>,
    /// Counts how often everything was to be placed anew.
    anew: RwSignal<u32>,
    pub saver: Saver,
    /// For screen readers: moves, connections, refusals.
    pub said: RwSignal<String>,
    /// Why the last change did not happen.
    pub refused: RwSignal<Option<String>>,
    pub adding_addon: RwSignal<bool>,
    pub adding_manifest: RwSignal<bool>,
    /// Asked about in a dialog.
    pub moving: RwSignal<Option<Moving>>,
    /// A line of a component's text that somebody wants to see; the editor goes there once it is there itself.
    pub pointed: RwSignal<Option<(Name, u32)>>,
    pub past: RwSignal<Vec<Step>>,
    pub future: RwSignal<Vec<Step>>,
    /// What somebody else did last.
    pub heard: RwSignal<String>,
    /// The names of the others who look at this draft now.
    pub here: RwSignal<String>,
    typed: StoredValue<Option<Typed>>,
    keys: StoredValue<u64>,
}

pub fn use_board() -> Board {
    expect_context::<Board>()
}

impl Board {
    pub fn new(draft: Draft) -> Board {
        let summary = RwSignal::new(draft.summary);
        let content = RwSignal::new(draft.content);
        let check = RwSignal::new(draft.check);
        let recorded = RwSignal::new(draft.recorded);
        let gone: Memo<Vec<Component>> = Memo::new(move |_| {
            content.with(|stack| {
                let is_missing = |before: &&Component| stack.component(before.id.as_str()).is_none();
                let missing = |recorded: &Stack| recorded.components.iter().filter(is_missing).cloned().collect();
                recorded.with(|recorded| recorded.as_ref().map(missing).unwrap_or_default())
            })
        });
        let (past, future) = (RwSignal::new(Vec::new()), RwSignal::new(Vec::new()));
        let anew = RwSignal::new(0);
        let drawn = StoredValue::new(0);
        let whole = Memo::new(move |before: Option<&Layout>| {
            let keep = drawn.try_update_value(|drawn| std::mem::replace(drawn, anew.get()) == anew.get_untracked()) == Some(true);
            let drawn = |stack: &Stack| match before {
                _ if !keep => layout(stack),
                Some(before) => layout_after(before, stack),
                None => layout_after(&recorded.with_untracked(|recorded| recorded.as_ref().map(layout).unwrap_or_default()), stack),
            };
            content.with(|stack| {
                gone.with(|gone| {
                    if gone.is_empty() {
                        return drawn(stack);
                    }
                    let mut with_gone = stack.clone();
                    with_gone.components.extend(gone.iter().cloned());
                    drawn(&with_gone)
                })
            })
        });
        let folded = RwSignal::new(BTreeSet::new());
        let folds = Memo::new(move |_| {
            folded.with(|folded| content.with(|stack| whole.with(|whole| Folds::new(stack, folded, |id| whole.rank(id)))))
        });
        Board {
            summary,
            content,
            recorded,
            gone,
            check,
            live: StoredValue::new(draft.live),
            may_edit: draft.may_edit,
            who_can: StoredValue::new(draft.who_can),
            newest: StoredValue::new(draft.newest),
            chosen: RwSignal::new(None),
            more: RwSignal::new(BTreeSet::new()),
            open: Memo::new(move |_| check.with(by_component)),
            whole,
            folded,
            folds,
            layout: Memo::new(move |_| whole.with(|whole| folds.with(|folds| whole.folded(folds)))),
            anew,
            saver: Saver::new(summary, content, recorded, check, [past, future]),
            said: RwSignal::new(String::new()),
            refused: RwSignal::new(None),
            adding_addon: RwSignal::new(false),
            adding_manifest: RwSignal::new(false),
            moving: RwSignal::new(None),
            pointed: RwSignal::new(None),
            past,
            future,
            heard: RwSignal::new(String::new()),
            here: RwSignal::new(String::new()),
            typed: StoredValue::new(None),
            keys: StoredValue::new(0),
        }
    }

    /// How a component stands in the cluster, where the cluster said anything of it.
    pub fn live_of(self, id: &Name) -> Option<ComponentOutcome> {
        let heard = |one: &&ComponentOutcome| one.component == *id && (one.state != Reach::Unknown || one.heard.is_some());
        self.live.with_value(|live| live.iter().find(heard).cloned())
    }

    /// Shows the changes at once and puts them into the queue; a refusal changes nothing and is said.
    pub fn change(self, changes: Vec<Change>) -> bool {
        self.flush();
        self.apply(changes)
    }

    fn apply(self, changes: Vec<Change>) -> bool {
        let before = self.content.get_untracked();
        match self.show(&changes) {
            Ok(()) => {
                self.past.update(|past| past.push(Step { undo: back(&before, &changes), redo: changes.clone() }));
                self.future.set(Vec::new());
                self.saver.push(changes);
                true
            }
            Err(error) => {
                self.refuse(sentence(&error.to_string()));
                false
            }
        }
    }

    fn show(self, changes: &[Change]) -> Result<(), ChangeError> {
        let mut stack = self.content.get_untracked();
        apply_all(&mut stack, changes).map_err(|(_, error)| error)?;
        self.content.set(stack);
        self.refused.set(None);
        self.forget_what_is_gone();
        Ok(())
    }

    pub fn refuse(self, why: String) {
        self.said.set(why.clone());
        self.refused.set(Some(why));
    }

    pub fn undo(self) {
        self.flush();
        self.step(self.past, self.future, |step| &step.undo);
    }

    pub fn redo(self) {
        self.flush();
        self.step(self.future, self.past, |step| &step.redo);
    }

    fn step(self, from: RwSignal<Vec<Step>>, to: RwSignal<Vec<Step>>, which: fn(&Step) -> &Vec<Change>) {
        let Some(step) = from.try_update(Vec::pop).flatten() else { return };
        let changes = which(&step).clone();
        match self.show(&changes) {
            Ok(()) => {
                self.saver.push(changes);
                to.update(|steps| steps.push(step));
            }
            Err(error) => self.refuse(format!("That can no longer be taken back: {error}.")),
        }
    }

    /// Every key counts; the edit is made after a pause.
    pub fn type_text(self, component: &Name, text: String) {
        self.typed.set_value(Some(Typed { component: component.clone(), text }));
        self.saver.wait_for_typing();
        let key = self.keys.get_value() + 1;
        self.keys.set_value(key);
        set_timeout(
            move || {
                if self.keys.try_get_value() == Some(key) {
                    self.flush();
                }
            },
            PAUSE,
        );
    }

    /// Whether text of this component is not yet part of an edit.
    pub fn is_typing(self, component: &Name) -> bool {
        self.typed.with_value(|typed| typed.as_ref().is_some_and(|typed| typed.component == *component))
    }

    /// The draft as a rebase left it. Steps from before would bring back texts without what the record changed in them.
    pub fn rebased(self, draft: Draft) {
        self.past.set(Vec::new());
        self.future.set(Vec::new());
        self.saver.reloaded(draft);
    }

    /// Makes an edit of what was typed so far.
    pub fn flush(self) {
        let Some(Typed { component, text }) = self.typed.try_update_value(Option::take).flatten() else { return };
        let change = self.content.with_untracked(|stack| {
            let found = stack.component(component.as_str()).filter(|found| found.text() != text)?;
            Some(match found.content {
                Content::Addon(_) => Change::SetValuesText { component: component.clone(), text },
                Content::Manifest(_) => Change::SetManifestText { component: component.clone(), text },
            })
        });
        let applied = change.is_some_and(|change| self.apply(vec![change]));
        if !applied {
            self.saver.nothing_typed();
        }
    }

    /// Edits that no answer came for are sent once more when the page goes; the same id is the same edit.
    pub fn save_what_is_left_on_leaving(self) {
        on_cleanup(move || {
            self.flush();
            self.saver.send_the_rest();
        });
        let saver = self.saver;
        super::dom::ask_before_leaving(move || saver.state.get_untracked() != Saving::Saved);
    }

    /// Everything goes where a fresh layout puts it.
    pub fn place_anew(self) {
        self.anew.update(|count| *count += 1);
    }

    pub fn component<T>(self, id: &Name, read: impl FnOnce(Option<&Component>) -> T) -> T {
        let index = self.whole.with(|layout| layout.index(id.as_str()));
        self.content.with(|stack| read(index.and_then(|index| stack.components.get(index)).filter(|found| found.id == *id)))
    }

    /// Whether the draft removes it: it can be seen, and nothing can be done with it but keeping it.
    pub fn is_gone(self, id: &Name) -> bool {
        self.gone.with(|gone| gone.iter().any(|one| one.id == *id))
    }

    /// How many boxes of the layout are the draft's; those of what is gone come after them.
    pub fn boxes(self) -> usize {
        self.layout.with(|layout| layout.places.len()) - self.gone.with(Vec::len)
    }

    /// The layout of what is in the draft: where keys and pointer lead.
    pub fn walkable(self) -> Layout {
        let layout = self.layout.get_untracked();
        if self.gone.with_untracked(Vec::is_empty) { layout } else { layout.only_first(untrack(|| self.boxes())) }
    }

    pub fn is_chosen(self, id: &Name) -> bool {
        self.more.with(|more| more.contains(id)) || self.chosen.with(|chosen| matches!(chosen, Some(Chosen::Component(one)) if one == id))
    }

    /// All chosen components.
    pub fn all_chosen(self) -> BTreeSet<Name> {
        let mut all = self.more.get_untracked();
        if let Some(Chosen::Component(id)) = self.chosen.get_untracked() {
            all.insert(id);
        }
        all
    }

    /// These together; the inspector shows the first.
    pub fn choose_all(self, all: BTreeSet<Name>) {
        self.flush();
        self.uncover(&all);
        // A box stands for its members.
        let first = all.first().map(|first| self.folds.with_untracked(|folds| folds.shown(first).clone()));
        self.said.set(format!("{} chosen", all.len()));
        self.chosen.set(first.map(Chosen::Component));
        self.more.set(all);
    }

    /// One more, or one less.
    pub fn toggle(self, id: &Name) {
        let (mut all, own) = (self.all_chosen(), self.folds.with_untracked(|folds| folds.members(id)));
        if own.is_subset(&all) {
            all.retain(|one| !own.contains(one));
        } else {
            all.extend(own);
        }
        self.choose_all(all);
    }

    /// One component; it is seen then.
    pub fn choose(self, id: &Name) {
        self.flush();
        self.uncover(&BTreeSet::from([id.clone()]));
        self.more.update(BTreeSet::clear);
        self.chosen.set(Some(Chosen::Component(id.clone())));
    }

    pub fn chosen_component(self) -> Option<Name> {
        match self.chosen.get() {
            Some(Chosen::Component(id)) => Some(id),
            _ => None,
        }
    }

    /// Removes the chosen component or edge.
    pub fn remove_chosen(self) {
        if !self.may_edit {
            return;
        }
        let all = self.all_chosen();
        match self.chosen.get_untracked() {
            Some(Chosen::Component(_)) if all.len() > 1 => {
                let count = all.len();
                if self.change(all.into_iter().map(|component| Change::RemoveComponent { component }).collect()) {
                    self.said.set(format!("{count} components removed from the draft."));
                }
            }
            Some(Chosen::Component(id)) => self.remove(&id),
            Some(Chosen::Edge { component, on }) => self.disconnect(&component, &on),
            None => {}
        }
    }

    pub fn remove(self, id: &Name) {
        let name = self.shown_name(id);
        if self.change(vec![Change::RemoveComponent { component: id.clone() }]) {
            self.said.set(format!("{name} removed from the draft."));
        }
    }

    /// Puts a removed component back, with those of its edges whose other end is there.
    pub fn keep(self, before: &Component) {
        let (mut component, stack) = (before.clone(), self.content.get_untracked());
        component.depends_on.retain(|on| stack.component(on.as_str()).is_some());
        let waited =
            self.recorded.with_untracked(|recorded| recorded.as_ref().map(|recorded| restore(recorded, before)).unwrap_or_default());
        let mut changes = vec![Change::AddComponent { component }];
        changes.extend(
            waited
                .into_iter()
                .filter(|change| matches!(change, Change::Connect { component, .. } if stack.component(component.as_str()).is_some())),
        );
        if self.change(changes) {
            self.choose(&before.id);
            self.said.set(format!("{} is kept.", before.name));
        }
    }

    /// It leaves the draft's stack and runs on in the cluster, for another stack to take over.
    pub fn let_go(self, id: &Name) {
        let name = self.shown_name(id);
        if self.change(vec![Change::LetGo { component: id.clone() }]) {
            self.said.set(format!("{name} is let go: once deployed, it runs on without this stack."));
        }
    }

    pub fn connect(self, component: &Name, on: &Name) {
        if self.change(vec![Change::Connect { component: component.clone(), on: on.clone() }]) {
            self.said.set(format!("{} waits for {}.", self.shown_name(component), self.shown_name(on)));
        }
    }

    pub fn disconnect(self, component: &Name, on: &Name) {
        if self.change(vec![Change::Disconnect { component: component.clone(), on: on.clone() }]) {
            self.said.set(format!("{} no longer waits for {}.", self.shown_name(component), self.shown_name(on)));
        }
    }

    pub fn add(self, component: Component) -> bool {
        let (id, name) = (component.id.clone(), component.name.clone());
        let added = self.change(vec![Change::AddComponent { component }]);
        if added {
            self.choose(&id);
            self.said.set(format!("{name} added."));
        }
        added
    }

    /// An id for a new component: its name, or the name with a number where a renamed one holds it.
    pub fn free_id(self, name: &Name) -> Name {
        self.content.with_untracked(|stack| {
            let numbered = (2..1_000).filter_map(|number| Name::new(&format!("{}-{number}", name.as_str())).ok());
            std::iter::once(name.clone()).chain(numbered).find(|id| stack.component(id.as_str()).is_none()).unwrap_or_else(|| name.clone())
        })
    }

    /// The shown name of a component, or its id where it is gone.
    pub fn shown_name(self, id: &Name) -> String {
        self.content.with_untracked(|stack| name_in(stack, id))
    }

    /// Moves boxes by hand from where they stand; one edit, one step back.
    pub fn shift(self, ids: &BTreeSet<Name>, by: Point) {
        let moved = |layout: &Layout| {
            let at = |id: &Name| layout.place(id.as_str()).map(|place| Point { x: place.at.x + by.x, y: place.at.y + by.y });
            ids.iter().map(|id| Change::SetLayout { component: id.clone(), layout: at(id) }).collect::<Vec<_>>()
        };
        self.change(self.whole.with_untracked(moved));
    }

    pub fn forget_what_is_gone(self) {
        if self.more.with_untracked(|more| !more.is_empty()) {
            self.content.with_untracked(|stack| self.more.update(|more| more.retain(|id| stack.component(id.as_str()).is_some())));
        }
        let gone = self.content.with_untracked(|stack| match self.chosen.get_untracked() {
            Some(Chosen::Component(id)) => stack.component(id.as_str()).is_none(),
            Some(Chosen::Edge { component, on }) => {
                !stack.component(component.as_str()).is_some_and(|found| found.depends_on.contains(&on))
            }
            None => false,
        });
        if gone {
            self.chosen.set(None);
        }
    }
}

pub fn name_in(stack: &Stack, id: &Name) -> String {
    stack.component(id.as_str()).map_or_else(|| id.to_string(), |found| found.name.to_string())
}

fn by_component(check: &Check) -> BTreeMap<String, Vec<Finding>> {
    let mut by = BTreeMap::<String, Vec<Finding>>::new();
    for finding in super::standing::open(check) {
        if let Some(component) = finding.at.component.clone() {
            by.entry(component).or_default().push(finding);
        }
    }
    by
}
