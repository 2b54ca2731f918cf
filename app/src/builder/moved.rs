//! The record moved on while the draft was drawn: said in plain sight, and carried over by a person.

use std::collections::BTreeMap;

use domain::api::draft::{Behind, Rebase, RebaseConflict};
use domain::change::rebase::{Choice, Side};
use domain::problem::Problem;
use leptos::prelude::*;
use serde_json::Value;

use super::board::{Board, name_in, use_board};
use super::saving::Saving;
use crate::api::use_api;
use crate::part::problem::ProblemView;
use crate::part::{entry_path, number};
use crate::widget::dialog::Dialog;
use crate::widget::icon::Icon;
use crate::widget::time::Ago;

/// What was chosen, by place in the list of conflicts.
type Chosen = RwSignal<BTreeMap<usize, Side>>;

#[component]
pub fn Moved() -> AnyView {
    let board = use_board();
    let behind = Memo::new(move |_| board.summary.with(|summary| summary.behind.clone()));
    (move || behind.get().map(|behind| view! { <Banner behind/> })).into_any()
}

#[component]
fn Banner(behind: Behind) -> AnyView {
    let (board, api) = (use_board(), use_api());
    let conflicts = RwSignal::new(Vec::<RebaseConflict>::new());
    let chosen: Chosen = RwSignal::new(BTreeMap::new());
    let (open, problem) = (RwSignal::new(false), RwSignal::new(None::<Problem>));
    let onto = behind.record;
    let rebase = Action::new(move |(): &()| {
        let (draft, base_revision) = board.summary.with_untracked(|summary| (summary.id.clone(), summary.revision));
        let choices = conflicts.with_untracked(|conflicts| chosen.with_untracked(|chosen| choices(conflicts, chosen)));
        let wanted = Rebase { base_revision, change_id: super::dom::fresh_id(), onto, choices };
        let answer = api.rebase_draft(&draft, &wanted);
        async move {
            problem.set(None);
            match answer.await {
                Ok(draft) => {
                    open.set(false);
                    board.said.set(format!("Rebased on record {}.", number(onto)));
                    board.rebased(draft);
                }
                Err(wrong) if wrong.code == "rebase_conflicts" => {
                    conflicts.set(listed(&wrong));
                    chosen.set(BTreeMap::new());
                    open.set(true);
                }
                Err(wrong) => {
                    // Draft or record moved once more: what stands now is shown, and the person decides anew.
                    if wrong.status == 409 {
                        open.set(false);
                        board.saver.refresh();
                    }
                    problem.set(Some(wrong));
                }
            }
        }
    });
    // What is typed is saved first: the server rebases what it holds.
    let wanted = RwSignal::new(false);
    Effect::new(move |_| {
        if wanted.get() && board.saver.state.get() != Saving::Busy {
            wanted.set(false);
            if board.saver.state.get_untracked() == Saving::Saved {
                rebase.dispatch(());
            }
        }
    });
    let busy = Signal::derive(move || wanted.get() || rebase.pending().get());
    let press = move |_| {
        if !busy.get_untracked() {
            board.flush();
            wanted.set(true);
        }
    };
    let shown = number(onto);
    let href = board.summary.with_untracked(|summary| entry_path(summary.cluster.as_str(), onto));
    let by = behind.by.join(", ");
    let meets = match behind.conflicts {
        0 => "Nothing of it meets what you changed.".to_owned(),
        1 => "In one place both changed the same: you choose.".to_owned(),
        many => format!("In {many} places both changed the same: you choose."),
    };
    let may = board.may_edit;
    view! {
        <div class="callout callout--waiting moved" role="alert"><Icon name="warn"/>
            <div class="grow">
                <p class="callout-title">{format!("The record moved to № {shown} while you worked")}</p>
                <p>{by}" signed it "<Ago at=behind.recorded_at/>". Your draft is safe; it is rebased before it is reviewed. "{meets}</p>
            </div>
            <div class="callout-actions">
                <a class="btn btn--sm" href=href>{format!("Open № {shown}")}</a>
                {may.then(|| view! { <button class="btn btn--sm btn--action" type="button" aria-disabled=move || busy.get().then_some("true") on:click=press>"Rebase"</button> })}
            </div>
        </div>
        {move || problem.get().filter(|_| !open.get()).map(|problem| view! { <ProblemView problem/> })}
        <Dialog id="rebase" title=format!("Rebase on № {shown}") open wide=true>
            <Choosing conflicts chosen problem busy open go=Callback::new(move |()| { rebase.dispatch(()); })/>
        </Dialog>
    }
    .into_any()
}

fn listed(problem: &Problem) -> Vec<RebaseConflict> {
    problem.more.get("conflicts").and_then(|list| serde_json::from_value(list.clone()).ok()).unwrap_or_default()
}

fn choices(conflicts: &[RebaseConflict], chosen: &BTreeMap<usize, Side>) -> Vec<Choice> {
    let choice = |(place, take): (&usize, &Side)| {
        let conflict = &conflicts.get(*place)?.conflict;
        Some(Choice { component: conflict.component.clone(), at: conflict.at.clone(), take: *take })
    };
    chosen.iter().filter_map(choice).collect()
}

#[component]
fn Choosing(
    conflicts: RwSignal<Vec<RebaseConflict>>,
    chosen: Chosen,
    problem: RwSignal<Option<Problem>>,
    busy: Signal<bool>,
    open: RwSignal<bool>,
    go: Callback<()>,
) -> AnyView {
    let board = use_board();
    let left = move || conflicts.with(Vec::len).saturating_sub(chosen.with(BTreeMap::len));
    let ready = move || left() == 0 && !busy.get();
    let words = move || match left() {
        0 => "Rebase".to_owned(),
        1 => "One place left".to_owned(),
        many => format!("{many} places left"),
    };
    view! {
        <p class="muted">"What only one side changed is merged. Here both changed the same: choose which holds. Nothing is written before you press Rebase."</p>
        {move || conflicts.get().into_iter().enumerate().map(|(place, one)| view! { <Place board place one chosen/> }).collect_view()}
        <div aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
        <div class="dialog-actions">
            <button class="btn" type="button" on:click=move |_| open.set(false)>"Later"</button>
            <button class="btn btn--action" type="button" aria-disabled=move || (!ready()).then_some("true") on:click=move |_| { if ready() { go.run(()); } }>{words}</button>
        </div>
    }
    .into_any()
}

/// One conflict: before, the record's side, the draft's, and which of the two holds.
#[component]
fn Place(board: Board, place: usize, one: RebaseConflict, chosen: Chosen) -> AnyView {
    let RebaseConflict { conflict, mine_by, mine_at, theirs_entry, theirs_by, theirs_at } = one;
    let component = conflict.component.as_ref().map(|id| board.content.with_untracked(|stack| name_in(stack, id)));
    let at = if conflict.at == "component" { "the component itself".to_owned() } else { conflict.at.clone() };
    let name = format!("conflict-{place}");
    let option = move |side: Side, word: &'static str| {
        let checked = move || chosen.with(|chosen| chosen.get(&place) == Some(&side));
        view! {
            <label class="conflict-take"><input type="radio" name=name.clone() prop:checked=checked on:change=move |_| chosen.update(|chosen| { chosen.insert(place, side); })/>{word}</label>
        }
    };
    view! {
        <fieldset class="conflict-place">
            <legend>{component.map(|name| view! { <strong>{name}</strong>" " })}<code>{at}</code></legend>
            <div class="conflict conflict--three">
                <div><h3>"Recorded before"</h3><pre class="conflict-text">{written(&conflict.base)}</pre></div>
                <div><h3>"In the record now"</h3><p class="fine">{format!("№ {}, {}, ", number(theirs_entry), theirs_by.join(", "))}<Ago at=theirs_at/></p><pre class="conflict-text">{written(&conflict.theirs)}</pre>{option.clone()(Side::Theirs, "Take the record's")}</div>
                <div><h3>"Yours"</h3><p class="fine">{format!("{}, ", mine_by.name)}<Ago at=mine_at/></p><pre class="conflict-text">{written(&conflict.mine)}</pre>{option(Side::Mine, "Keep yours")}</div>
            </div>
        </fieldset>
    }
    .into_any()
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "not there".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
