//! The stack as a tree in deploy order: it does everything that the canvas does. Only the rows in sight are in the page.

mod rows;

use std::collections::BTreeSet;

use domain::finding::Level;
use domain::name::Name;
use domain::stack::Component;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use leptos::tachys::html::attribute::custom::custom_attribute;

use super::board::{Board, use_board};
use super::canvas::{self, Hand, Minimap};
use super::dom;
use super::standing::{self, Standing};
use crate::part::application_path;
use crate::widget::icon::Icon;

use rows::{At, NAMESPACE, Row, rows, window};

/// The id of the tree: the one tab stop. Its rows are told apart by `aria-activedescendant`, so that no row takes the
/// focus with it when it leaves the page.
const TREE: &str = "outline-tree";
const SCROLL: &str = "outline-scroll";
const ABOVE: &str = "outline-above";
const BELOW: &str = "outline-below";
/// The rows are a flat list: how deep each is, is said.
const LEVEL: &str = "aria-level";
/// The height of a row until it is known: the stylesheet makes rows higher for fingers.
const ROW: f64 = 26.0;

/// What the tree shows, besides the stack.
#[derive(Clone, Copy)]
struct Tree {
    board: Board,
    hand: Hand,
    by_namespace: RwSignal<bool>,
    closed: RwSignal<BTreeSet<String>>,
    rows: Memo<Vec<Row>>,
    /// Where the keys are.
    at: RwSignal<Option<At>>,
    /// How far it is scrolled, and how high it is.
    scroll: RwSignal<(f64, f64)>,
    /// The height of a row.
    row: RwSignal<f64>,
}

#[component]
pub fn Outline() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let (by_namespace, closed) = (RwSignal::new(false), RwSignal::new(BTreeSet::new()));
    let rows = Memo::new(move |_| {
        // What is folded on the canvas is closed here.
        let folded = board.folded.with(|folded| folded.iter().map(|namespace| format!("{NAMESPACE}{namespace}")).collect::<Vec<_>>());
        let closed: BTreeSet<String> = closed.with(|closed| closed.iter().cloned().chain(folded).collect());
        rows(board, by_namespace.get(), &closed)
    });
    let tree = Tree {
        board,
        hand,
        by_namespace,
        closed,
        rows,
        at: RwSignal::new(None),
        scroll: RwSignal::new((0.0, 900.0)),
        row: RwSignal::new(ROW),
    };
    let measure = move || {
        if let Some(scroll) = dom::scroll_of(SCROLL) {
            tree.scroll.set(scroll);
        }
        let first = rows.with_untracked(|rows| rows.first().map(|row| row.at.dom_id()));
        if let Some((_, height)) = first.and_then(|first| dom::size(&first))
            && (height - tree.row.get_untracked()).abs() > 0.1
        {
            tree.row.set(height);
        }
    };
    dom::on_resize(measure);
    let in_sight = Memo::new(move |_| {
        let (top, height) = tree.scroll.get();
        window(top / tree.row.get(), height / tree.row.get(), rows.with(Vec::len))
    });
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            measure();
        }
        let (from, to) = in_sight.get();
        dom::set_height(ABOVE, from as f64 * tree.row.get());
        dom::set_height(BELOW, (rows.with(Vec::len) - to) as f64 * tree.row.get());
    });
    // What is chosen elsewhere comes into sight here too.
    Effect::new(move |_| {
        if let Some(id) = board.chosen_component() {
            tree.reveal(id);
        }
    });
    let shown = move || {
        let (from, to) = in_sight.get();
        rows.with(|rows| rows.get(from..to).unwrap_or_default().iter().map(|row| shown(board, row)).collect::<Vec<_>>())
    };
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let active = move || tree.active().map(|at| at.dom_id());
    let groups = move || {
        view! {
            <div class="outline-groups" role="group" aria-label="Outline by">
                <button class="choice-button" type="button" aria-pressed=move || (!by_namespace.get()).to_string() on:click=move |_| by_namespace.set(false)>"Waves"</button>
                <button class="choice-button" type="button" aria-pressed=move || by_namespace.get().to_string() on:click=move |_| by_namespace.set(true)>"Namespaces"</button>
            </div>
        }
        .into_any()
    };
    let one = move |shown: Shown| view! { <Line tree shown/> };
    // Boxed part by part: written out as one type, this page's views take most of a thread's stack while they are drawn.
    let lines = move || {
        view! {
            <ul class="tree" role="tree" id=TREE tabindex="0" aria-label="Components in deploy order" aria-activedescendant=active on:keydown=move |event| keys(tree, &event)>
                <li role="presentation" id=ABOVE></li>
                {view! { <For each=shown key=Clone::clone children=one/> }.into_any()}
                <li role="presentation" id=BELOW></li>
            </ul>
        }
        .into_any()
    };
    let none = view! { <Show when=move || is_empty.get()><p class="outline-empty muted">"Nothing here yet."</p></Show> }.into_any();
    let filled = view! { <Show when=move || !is_empty.get()>{lines()}</Show> }.into_any();
    let groups = view! { <Show when=move || !is_empty.get()>{groups()}</Show> }.into_any();
    let scroll = view! {
        <div class="outline-scroll" id=SCROLL on:scroll=move |_| measure()>
            {none}{filled}
            <Removed/>
            {board.may_edit.then(|| view! { <AddButtons/> })}
        </div>
    }
    .into_any();
    view! { <section class="outline" data-region="" aria-label="Stack contents">{groups}{scroll}<Minimap/></section> }.into_any()
}

#[component]
fn AddButtons() -> AnyView {
    let board = use_board();
    view! {
        <button class="btn btn--sm outline-add" type="button" aria-haspopup="dialog" on:click=move |_| board.adding_addon.set(true)><Icon name="plus"/>"Add addon"</button>
        <button class="btn btn--sm outline-add" type="button" aria-haspopup="dialog" on:click=move |_| board.adding_manifest.set(true)><Icon name="plus"/>"Add manifest"</button>
        <a class="btn btn--sm outline-add" href=board.summary.with_untracked(application_path) rel="external"><Icon name="plus"/>"Add application"</a>
    }
    .into_any()
}

/// A row as it is drawn: when any of it changes, it is drawn anew.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shown {
    row: Row,
    name: String,
    glyph: &'static str,
    standing: Option<Standing>,
    worst: Option<Level>,
    about: String,
}

fn shown(board: Board, row: &Row) -> Shown {
    let blank = Shown { row: row.clone(), name: String::new(), glyph: "manifest", standing: None, worst: None, about: String::new() };
    let At::Item(id) = &row.at else { return blank };
    let (worst, tally) = board.open.with(|open| {
        let open = open.get(id.as_str()).map(Vec::as_slice).unwrap_or_default();
        (open.first().map(|finding| finding.level), standing::tally(open))
    });
    board.component(id, |found| {
        let Some(found) = found else { return blank.clone() };
        let against = board.recorded.with(|recorded| Standing::of(found, recorded.as_ref()));
        let about = [against.words(), &tally].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let (name, glyph) = (found.name.to_string(), standing::glyph(&found.content));
        Shown { name, glyph, standing: Some(against), worst, about, ..blank.clone() }
    })
}

#[component]
fn Line(tree: Tree, shown: Shown) -> AnyView {
    let Shown { row, name, glyph, standing, worst, about } = shown;
    let (own, at) = (row.at.clone(), row.at.clone());
    let is_active = Memo::new(move |_| tree.active().as_ref() == Some(&own));
    let class = move || if is_active.get() { "tree-item tree-item--active" } else { "tree-item" };
    let dom_id = row.at.dom_id();
    let press = move |_| tree.press(&at);
    match row.at {
        At::Group(_) => {
            let sign = if row.is_open { "down" } else { "right" };
            let of = if row.count == 1 { " component" } else { " components" };
            view! {
                <li class=class role="treeitem" id=dom_id aria-posinset=row.place aria-setsize=row.of aria-expanded=row.is_open.to_string() on:click=press>
                    <Icon name=sign/><span class="tree-name tree-group">{row.words.clone()}</span><span class="tree-flag">{row.count}<span class="sr-only">{of}</span></span>
                </li>
            }
            .add_any_attr(custom_attribute(LEVEL, "1"))
            .into_any()
        }
        At::Item(id) => {
            // Drawn by the stylesheet: the item's name is the component's alone, its description says this in words.
            let flag = (standing == Some(Standing::New)).then_some("new");
            let nib = (standing == Some(Standing::Changed)).then(|| view! { <Icon name="nib" class="ic-draft"/> });
            let mark = worst.map(|worst| {
                let (name, ink) = if worst == Level::Block { ("fail", "ic-failing") } else { ("warn", "ic-waiting") };
                view! { <Icon name=name class=ink/> }
            });
            view! {
                <li class=class role="treeitem" id=dom_id aria-posinset=row.place aria-setsize=row.of aria-selected=move || tree.board.is_chosen(&id).to_string()
                    aria-label=name.clone() aria-description=about title=name.clone() on:click=press>
                    <Icon name=glyph/><span class="tree-name" data-flag=flag>{name.clone()}</span>{nib}{mark}
                </li>
            }
            .add_any_attr(custom_attribute(LEVEL, "2"))
            .into_any()
        }
    }
}

impl Tree {
    fn index(self, at: &At) -> Option<usize> {
        self.rows.with_untracked(|rows| rows.iter().position(|row| row.at == *at))
    }

    /// Where the keys are: where they were last, else at the first row.
    fn active(self) -> Option<At> {
        let at = self.at.get();
        self.rows.with(|rows| at.filter(|at| rows.iter().any(|row| row.at == *at)).or_else(|| rows.first().map(|row| row.at.clone())))
    }

    /// Opens its group and scrolls as little as possible.
    fn reveal(self, id: Name) {
        let mut at = At::Item(id);
        if self.index(&at).is_none()
            && let Some(group) = rows::group_of(self.board, &at, self.by_namespace.get_untracked())
        {
            if group.starts_with(NAMESPACE) {
                // The box is chosen, and this is it here.
                at = At::Group(group);
            } else {
                self.closed.update(|closed| {
                    closed.remove(&group);
                });
            }
        }
        self.show(&at);
        self.at.set(Some(at));
    }

    fn show(self, at: &At) {
        let Some(index) = self.index(at) else { return };
        let ((top, height), high) = (self.scroll.get_untracked(), self.row.get_untracked());
        let row = index as f64 * high;
        let to = if row < top {
            row
        } else if row + 2.0 * high > top + height {
            row + 2.0 * high - height
        } else {
            return;
        };
        dom::scroll_to(SCROLL, to);
        self.scroll.set((to, height));
    }

    /// Moves the keys to a row; a component is chosen with it.
    fn go(self, at: &At) {
        match at {
            At::Item(id) => self.board.choose(id),
            At::Group(_) => self.show(at),
        }
        self.at.set(Some(at.clone()));
    }

    fn press(self, at: &At) {
        self.go(at);
        if let At::Group(group) = at {
            self.toggle(group);
        }
    }

    fn toggle(self, group: &str) {
        if let Some(namespace) = group.strip_prefix(NAMESPACE) {
            return self.board.toggle_fold(namespace);
        }
        self.closed.update(|closed| {
            if !closed.remove(group) {
                closed.insert(group.to_owned());
            }
        });
    }
}

fn keys(tree: Tree, event: &KeyboardEvent) {
    let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key());
    let rows = tree.rows.get_untracked();
    let here = tree.active().and_then(|at| rows.iter().position(|row| row.at == at));
    let (Some(index), Some(row)) = (here, here.and_then(|here| rows.get(here))) else { return };
    let go = |to: Option<&Row>| to.into_iter().for_each(|row| tree.go(&row.at));
    match (event.key().as_str(), &row.at) {
        ("ArrowDown", _) if is_plain => go(rows.get(index + 1)),
        ("ArrowUp", _) if is_plain => go(index.checked_sub(1).and_then(|index| rows.get(index))),
        ("Home", _) => go(rows.first()),
        ("End", _) => go(rows.last()),
        ("ArrowRight", At::Group(group)) if is_plain && !row.is_open => tree.toggle(group),
        ("ArrowRight", At::Group(_)) if is_plain => go(rows.get(index + 1)),
        ("ArrowLeft", At::Group(group)) if is_plain && row.is_open => tree.toggle(group),
        ("ArrowLeft", At::Item(_)) if is_plain => go(rows[..index].iter().rev().find(|row| matches!(row.at, At::Group(_)))),
        ("Enter" | " ", At::Group(group)) => tree.toggle(group),
        ("Enter" | " ", At::Item(id)) => {
            tree.board.choose(id);
            dom::focus(super::inspector::FIRST);
        }
        ("Delete" | "Backspace", At::Item(_)) => {
            let is_item = |row: &&Row| matches!(row.at, At::Item(_));
            let after = rows[index + 1..].iter().find(is_item).or_else(|| rows[..index].iter().rev().find(is_item));
            tree.board.remove_chosen();
            if tree.board.may_edit {
                go(after);
            }
        }
        _ if canvas::act_by_key(tree.board, tree.hand, event) => {}
        _ => return,
    }
    event.prevent_default();
}

/// What the record holds and the draft does not.
#[component]
fn Removed() -> AnyView {
    let board = use_board();
    let row = move |before: Component| {
        let name = before.name.to_string();
        let keep = board.may_edit.then(|| {
            let before = before.clone();
            view! { <button class="link-button" type="button" aria-label=format!("Keep {name}") on:click=move |_| { board.keep(&before); dom::focus(canvas::CANVAS); }>"Keep it"</button> }
        });
        view! { <li class="tree-item"><Icon name="minus"/><span class="tree-name strike">{name}</span><span class="tree-flag">"removal"</span>{keep}</li> }
    };
    let list = move || {
        let gone = board.gone.get();
        (!gone.is_empty()).then(|| view! { <p class="tree-wave">"Removed by this draft"</p><ul aria-label="Removed by this draft">{gone.into_iter().map(row).collect_view()}</ul> })
    };
    list.into_any()
}
