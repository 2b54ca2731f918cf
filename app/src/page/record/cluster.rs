//! What the cluster made of an entry, component by component: the worst first, each with its age and the way back.

use domain::api::outcome::{ComponentOutcome, Outcome, Reach};
use leptos::prelude::*;

use crate::part::outcome::state;
use crate::part::state::StateBadge;
use crate::widget::time::Ago;

#[component]
pub fn InTheCluster(outcome: Outcome) -> AnyView {
    let mut components = outcome.components.clone();
    components.sort_by_key(|one| match one.state {
        Reach::Failing => 0,
        Reach::Waits => 1,
        Reach::Progressing => 2,
        Reach::Unknown => 3,
        Reach::Reconciled => 4,
    });
    let heard = match outcome.heard {
        Some(at) => view! { <p class="muted">{outcome.tally.clone()}". The cluster was last heard of "<Ago at/>"."</p> }.into_any(),
        None => view! { <p class="muted">"Nothing was heard from the cluster yet. Flux tells of it where the cluster's snippet with its Alert is applied."</p> }.into_any(),
    };
    view! {
        <section class="in-cluster" aria-label="In the cluster">
            <h3>"In the cluster"</h3>
            {heard}
            <ul class="in-cluster-list">{components.into_iter().map(|one| view! { <Component one/> }).collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Component(one: ComponentOutcome) -> AnyView {
    let since = one.since.map(|at| view! { <small class="faint">"since "<Ago at/></small> });
    let change = one.change.map(|change| view! { <p>{change}</p> });
    let message = one
        .message
        .map(|message| view! { <pre class="cluster-said" tabindex="0" role="region" aria-label="What the cluster said">{message}</pre> });
    let back = (one.state == Reach::Failing)
        .then(|| view! { <p class="muted">"The way back: Revert as draft on the last entry that worked, then countersign it."</p> });
    view! {
        <li>
            <p><StateBadge state=state(one.state) word=one.word/>" "<strong>{one.component.to_string()}</strong>" "{since}</p>
            <p>{one.sentence}</p>
            {message}
            {change}
            {back}
        </li>
    }
    .into_any()
}
