//! Stacks by cluster: rows are stacks, columns are clusters in the order of their environments.

use domain::api::cluster::{Cluster, ClusterState};
use domain::api::outcome::Reach;
use domain::api::overview::{Cell, StackOn, StackRow};
use leptos::prelude::*;

use crate::part::differs::words;
use crate::part::environment::EnvironmentMark;
use crate::part::make_draft::MakeDraft;
use crate::part::outcome::state as state_of;
use crate::part::state::State;
use crate::part::{number, stack_path};
use crate::widget::icon::Icon;
use crate::widget::sheet::Sheet;
use crate::widget::time::{age, now_micros};

#[component]
pub fn Matrix(clusters: Vec<Cluster>, rows: Vec<StackRow>) -> AnyView {
    let head = clusters.iter().map(|cluster| view! { <Column cluster=cluster.clone()/> }).collect_view();
    let body = if rows.is_empty() {
        let span = (clusters.len() + 1).to_string();
        view! { <tr><td colspan=span><p class="cell cell--none">"No stack yet. Make one with New stack."</p></td></tr> }.into_any()
    } else {
        rows.into_iter().map(|row| view! { <Row row clusters=clusters.clone()/> }).collect_view().into_any()
    };
    view! {
            <Sheet id="stacks" title="Stacks by cluster" note="What is recorded, and what is drafted on top">
                <div class="ledger-scroll">
                    <table class="matrix">
                        <thead><tr><th scope="col"><span class="sr-only">"Stack"</span></th>{head}</tr></thead>
                        <tbody>{body}</tbody>
                    </table>
                </div>
            </Sheet>
    }
    .into_any()
}

#[component]
fn Column(cluster: Cluster) -> AnyView {
    let (icon, ink, said) = match &cluster.state {
        _ if cluster.halted.is_some() => ("warn", "ic-waiting", "read-only".to_owned()),
        ClusterState::Unbound => ("wait", "ic-waiting", "not bound yet".to_owned()),
        ClusterState::Bound { entry } => ("seal", "ic-recorded", format!("bound in {}", number(*entry))),
        ClusterState::Differs { what, .. } => ("warn", "ic-waiting", format!("changed: {}", what.join(", "))),
    };
    view! {
        <th scope="col">
            <span class="cluster-name"><EnvironmentMark name=cluster.environment.to_string()/><a href=format!("/settings/clusters/{}", cluster.name)>{cluster.name.to_string()}</a></span>
            <span class="cluster-beat"><Icon name=icon class=ink/>{said}</span>
        </th>
    }
    .into_any()
}

#[component]
fn Row(row: StackRow, clusters: Vec<Cluster>) -> AnyView {
    let stack = row.stack.clone();
    let components = format!("{} component{}", row.components, if row.components == 1 { "" } else { "s" });
    let cells = clusters.into_iter().map(|cluster| {
        let cell = row.cells.iter().find(|cell| cell.cluster == cluster.name && (cell.entry.is_some() || !cell.drafts.is_empty()));
        match cell {
            Some(cell) => {
                view! { <td><CellView cell=cell.clone() stack=stack.to_string() environment=cluster.environment.to_string()/></td> }
                    .into_any()
            }
            None => view! { <td><p class="cell cell--none">"not here"</p></td> }.into_any(),
        }
    });
    view! { <tr><th scope="row">{row.stack.to_string()}<small>{components}</small></th>{cells.collect_view()}</tr> }.into_any()
}

#[component]
fn CellView(cell: Cell, stack: String, environment: String) -> AnyView {
    let (state, word) = match (cell.entry, !cell.differs.is_empty()) {
        (None, _) => (State::Draft, "Draft only".to_owned()),
        (Some(_), _) if cell.overruled => (State::Blocked, "Changed by others".to_owned()),
        (Some(_), true) => (State::Waiting, "Differs from record".to_owned()),
        (Some(_), false) => match cell.outcome.as_ref().filter(|outcome| outcome.state != Reach::Unknown) {
            Some(outcome) => (state_of(outcome.state), outcome.word.clone()),
            None => (State::Recorded, "Recorded".to_owned()),
        },
    };
    // A state without its age is no news.
    let told = cell.outcome.as_ref().and_then(|outcome| outcome.since.map(|at| format!("{}, {}", outcome.tally, age(at, now_micros()))));
    let newest = cell.drafts.iter().max_by_key(|draft| draft.edited_at);
    let meta = match (cell.entry, cell.recorded_at, newest) {
        (Some(entry), Some(at), _) => format!("{}, {}", number(entry), age(at, now_micros())),
        (Some(entry), None, _) => number(entry),
        (None, _, Some(draft)) => format!("rev {}, {}", draft.revision, age(draft.edited_at, now_micros())),
        _ => String::new(),
    };
    let extra = cell.entry.is_some().then(|| match cell.drafts.as_slice() {
        [] => None,
        [draft] => Some(format!("+ draft rev {}", draft.revision)),
        many => Some(format!("+ {} drafts", many.len())),
    });
    let moved = (!cell.differs.is_empty()).then(|| view! { <span class="cell-extra">{words(&cell.differs)}</span> });
    let make = (!cell.differs.is_empty() && cell.drafts.is_empty()).then(|| {
        let on = StackOn { cluster: cell.cluster.to_string(), stack: stack.clone() };
        view! { <MakeDraft on environment=environment/> }
    });
    let href = stack_path(cell.cluster.as_str(), &stack, newest.map(|draft| draft.id.as_str()));
    view! {
        <a class="cell" href=href>
            <Icon name=state.icon() class=state.ink()/>
            <span class="cell-word">{word}</span>
            <span class="cell-meta">{meta}</span>
            {told.map(|text| view! { <span class="cell-meta">{text}</span> })}
            {moved}
            {extra.flatten().map(|text| view! { <span class="cell-extra">{text}</span> })}
        </a>
        {make}
    }
    .into_any()
}
