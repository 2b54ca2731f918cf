//! Starting a stack on a cluster: from an example or with an empty canvas. `read.js` sends the form.

use domain::api::cluster::Cluster;
use domain::api::draft::Example;
use domain::principal::Act;
use leptos::prelude::*;

use crate::api::use_api;
use crate::session::{on_cluster, use_session};
use crate::widget::icon::Icon;
use crate::widget::plain_field::{PlainField, PlainSelect, ProblemPlace};

/// Absent for those who may not draft anywhere.
#[component]
pub fn NewStackButton(clusters: Vec<Cluster>) -> AnyView {
    if draftable(&clusters).is_empty() {
        return ().into_any();
    }
    view! {
        <button class="btn btn--action" type="button" aria-haspopup="dialog" data-opens="new-stack"><Icon name="plus"/>"New stack"</button>
        <dialog class="dialog dialog--wide" id="new-stack" aria-labelledby="h-new-stack"><h2 id="h-new-stack">"New stack"</h2><NewStack clusters/></dialog>
    }
    .into_any()
}

/// Those on which the caller may draft.
pub fn draftable(clusters: &[Cluster]) -> Vec<Cluster> {
    let session = use_session();
    clusters.iter().filter(|cluster| session.may(Act::Draft, &on_cluster(&cluster.environment, &cluster.name))).cloned().collect()
}

#[component]
pub fn NewStack(clusters: Vec<Cluster>) -> AnyView {
    let api = use_api();
    let clusters = draftable(&clusters);
    if clusters.is_empty() {
        return view! { <p class="muted">"Drafting needs the role editor on a cluster."</p> }.into_any();
    }
    let options: Vec<(String, String)> =
        clusters.iter().map(|one| (one.name.to_string(), format!("{} ({})", one.name, one.environment))).collect();
    let list = Resource::new(|| (), move |()| api.examples());
    let pick = |example: Example| view! { <ExampleChoice example/> };
    view! {
        <form class="stack-y" method="post" data-new-stack="" novalidate>
            <PlainSelect name="cluster" label="On cluster" options/>
            <fieldset class="field">
                <legend class="field-label">"Start from"</legend>
                <div class="choices">
                    <label class="choice">
                        <input type="radio" name="start" value="" checked=true/>
                        <span><strong>"An empty canvas"</strong><span class="field-hint">"Add charts and manifests yourself."</span></span>
                    </label>
                    <Suspense>{move || list.get().map(|found| found.unwrap_or_default().into_iter().map(pick).collect_view())}</Suspense>
                </div>
            </fieldset>
            <PlainField name="name" label="Name" required=true placeholder="monitoring" hint="a-z, 0-9 and single hyphens. Paths and objects are named after it for good; the shown name can change."/>
            <ProblemPlace/>
            <div class="form-actions mt-0"><button class="btn btn--action" type="submit">"Make the draft"</button></div>
            <p class="fine">"Or "<a href="/import">"import what you have"</a>": a stack.yaml, manifests, Flux, Argo CD."</p>
            <noscript><p class="callout callout--waiting">"Making a draft needs JavaScript: allow it for this site."</p></noscript>
        </form>
    }
    .into_any()
}

#[component]
fn ExampleChoice(example: Example) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name="start" value=example.id.clone()/>
            <span><strong>{example.id.clone()}</strong><span class="field-hint">{example.description}</span><span class="field-hint faint">{example.components.join(", ")}</span></span>
        </label>
    }
    .into_any()
}
