//! The stack as a tree in deploy order: it does everything that the canvas does.

use domain::finding::Level;
use domain::name::Name;
use domain::stack::Component;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::board::{Board, use_board};
use super::canvas::Minimap;
use super::dom;
use super::standing::{self, Standing};
use super::undo::restore;
use crate::part::application_path;
use crate::widget::icon::Icon;

#[component]
pub fn Outline() -> AnyView {
    let board = use_board();
    let waves = Memo::new(move |_| waves(board));
    let is_empty = move || waves.with(Vec::is_empty);
    // One tab stop: the chosen one, or the first of all.
    let stop = Memo::new(move |_| board.chosen_component().or_else(|| waves.with(|waves| waves.first()?.first().cloned())));
    let wave = move |number: usize| view! { <Wave number waves stop/> };
    view! {
        <section class="outline" aria-label="Stack contents">
            <div class="outline-scroll">
                <Show when=is_empty><p class="outline-empty muted">"Nothing here yet."</p></Show>
                <Show when=move || !is_empty()>
                    <ul role="tree" aria-label="Components in deploy order" on:keydown=move |event| keys(board, &event)>
                        <For each=move || 0..waves.with(Vec::len) key=|number| *number children=wave/>
                    </ul>
                </Show>
                <Removed/>
                {board.may_edit.then(|| view! { <AddButtons/> })}
            </div>
            <Minimap/>
        </section>
    }
    .into_any()
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

/// By wave, from left to right as the canvas draws them; a stack with a cycle has rows all the same.
fn waves(board: Board) -> Vec<Vec<Name>> {
    board.layout.with(|layout| {
        let mut waves = vec![Vec::new(); layout.waves];
        for place in &layout.places {
            if let Some(wave) = waves.get_mut(place.wave) {
                wave.push((place.at.x, place.component.clone()));
            }
        }
        let left_to_right = |mut wave: Vec<(f64, Name)>| {
            wave.sort_by(|a, b| a.0.total_cmp(&b.0));
            wave.into_iter().map(|(_, id)| id).collect()
        };
        waves.into_iter().map(left_to_right).collect()
    })
}

#[component]
fn Wave(number: usize, waves: Memo<Vec<Vec<Name>>>, stop: Memo<Option<Name>>) -> AnyView {
    let label = format!("wave-{}", number + 1);
    let words = move || match number {
        0 => "first".to_owned(),
        _ => format!("when wave {number} is ready"),
    };
    let ids = move || waves.with(|waves| waves.get(number).cloned().unwrap_or_default());
    view! {
        <li role="none">
            <p class="tree-wave" id=label.clone()><b>{number + 1}</b>" "{words}</p>
            <ul role="group" aria-labelledby=label.clone()><For each=ids key=|id| id.clone() let(id)><Item id stop/></For></ul>
        </li>
    }
    .into_any()
}

#[component]
fn Item(id: Name, stop: Memo<Option<Name>>) -> AnyView {
    let board = use_board();
    let of = id.clone();
    let shown = Memo::new(move |_| {
        let against = |found: &Component| board.recorded.with(|recorded| Standing::of(found, recorded.as_ref()));
        board.component(&of, |found| found.map(|found| (found.name.to_string(), standing::glyph(&found.content), against(found))))
    });
    let of = id.clone();
    let open = Memo::new(move |_| board.open.with(|open| open.get(of.as_str()).cloned().unwrap_or_default()));
    let name = move || shown.with(|shown| shown.as_ref().map(|shown| shown.0.clone()).unwrap_or_default());
    let glyph = move || shown.with(|shown| shown.as_ref().map_or("manifest", |shown| shown.1));
    let against = move || shown.with(|shown| shown.as_ref().map_or(Standing::AsRecorded, |shown| shown.2));
    // Drawn by the stylesheet: the item's name is the component's alone, its description says this in words.
    let flag = move || (against() == Standing::New).then_some("new");
    let nib = move || (against() == Standing::Changed).then(|| view! { <Icon name="nib" class="ic-draft"/> });
    let mark = move || match open.with(|open| open.first().map(|finding| finding.level)) {
        Some(Level::Block) => view! { <Icon name="fail" class="ic-failing"/> }.into_any(),
        Some(_) => view! { <Icon name="warn" class="ic-waiting"/> }.into_any(),
        None => ().into_any(),
    };
    let about = move || {
        [against().words().to_owned(), open.with(|open| standing::tally(open))]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let own = id.clone();
    let chosen = Memo::new(move |_| board.is_chosen(&own));
    let own = id.clone();
    let is_stop = Memo::new(move |_| stop.with(|stop| stop.as_ref() == Some(&own)));
    let press = id.clone();
    view! {
        <li class="tree-item" role="treeitem" id=item_id(&id) tabindex=move || if is_stop.get() { "0" } else { "-1" }
            aria-selected=move || chosen.get().to_string() aria-label=name aria-description=about title=name on:click=move |_| board.choose(&press)>
            {move || view! { <Icon name=glyph()/> }}<span class="tree-name" data-flag=flag>{name}</span>{nib}{mark}
        </li>
    }
    .into_any()
}

fn item_id(id: &Name) -> String {
    format!("outline-{id}")
}

fn keys(board: Board, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let order: Vec<Name> = waves(board).into_iter().flatten().collect();
    let at = board.chosen_component().and_then(|id| order.iter().position(|one| *one == id));
    let to = match event.key().as_str() {
        "ArrowDown" => order.get(at.map_or(0, |at| at + 1)),
        "ArrowUp" => at.and_then(|at| at.checked_sub(1)).and_then(|at| order.get(at)),
        "Home" => order.first(),
        "End" => order.last(),
        "Enter" | " " => {
            event.prevent_default();
            match at {
                Some(_) => dom::focus(super::inspector::FIRST),
                None => order.first().into_iter().for_each(|id| board.choose(id)),
            }
            return;
        }
        "Delete" | "Backspace" => {
            event.prevent_default();
            let neighbour = at.and_then(|at| order.get(at + 1).or_else(|| order.get(at.checked_sub(1)?)));
            board.remove_chosen();
            if let Some(id) = neighbour.filter(|_| board.may_edit) {
                board.choose(id);
                dom::focus(&item_id(id));
            }
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if let Some(id) = to {
        board.choose(id);
        dom::focus(&item_id(id));
    }
}

/// What the record holds and the draft does not.
#[component]
fn Removed() -> AnyView {
    let board = use_board();
    let gone = move || {
        let stack = board.content.get();
        let missing = |recorded: &domain::stack::Stack| {
            let gone = recorded.components.iter().filter(|before| stack.component(before.id.as_str()).is_none());
            gone.map(|before| (before.clone(), restore(recorded, before))).collect::<Vec<_>>()
        };
        board.recorded.with(|recorded| recorded.as_ref().map(missing).unwrap_or_default())
    };
    let row = move |(before, _): (Component, Vec<domain::change::Change>)| {
        let name = before.name.to_string();
        let keep = board.may_edit.then(|| {
            let before = before.clone();
            view! { <button class="link-button" type="button" aria-label=format!("Keep {name}") on:click=move |_| keep(board, &before)>"Keep it"</button> }
        });
        view! { <li class="tree-item"><Icon name="minus"/><span class="tree-name strike">{name}</span><span class="tree-flag">"removal"</span>{keep}</li> }
    };
    let list = move || {
        let gone = gone();
        (!gone.is_empty()).then(|| view! { <p class="tree-wave">"Removed by this draft"</p><ul aria-label="Removed by this draft">{gone.into_iter().map(row).collect_view()}</ul> })
    };
    list.into_any()
}

/// Puts a removed component back, with those of its edges whose other end is there.
fn keep(board: Board, before: &Component) {
    let (mut component, stack) = (before.clone(), board.content.get_untracked());
    component.depends_on.retain(|on| stack.component(on.as_str()).is_some());
    let waited = board.recorded.with_untracked(|recorded| recorded.as_ref().map(|recorded| restore(recorded, before)).unwrap_or_default());
    let mut changes = vec![domain::change::Change::AddComponent { component }];
    changes.extend(waited.into_iter().filter(
        |change| matches!(change, domain::change::Change::Connect { component, .. } if stack.component(component.as_str()).is_some()),
    ));
    board.change(changes);
}
