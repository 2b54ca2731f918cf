//! What Flux in the cluster is told once.

use domain::api::cluster::Bootstrap;
use leptos::prelude::*;

use crate::api::use_api;
use crate::widget::copy::CopyBlock;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Sheet;

#[component]
pub fn BootstrapSheet(name: String) -> AnyView {
    let api = use_api();
    let bootstrap = Resource::new(|| (), move |()| api.bootstrap(&name));
    view! {
        <Sheet id="h-bootstrap" title="Bootstrap Flux" note="Once per cluster, from a shell that reaches it">
            <Loaded resource=bootstrap what="the commands" view=|bootstrap| view! { <Steps bootstrap/> }/>
        </Sheet>
    }
    .into_any()
}

#[component]
fn Steps(bootstrap: Bootstrap) -> AnyView {
    let step = |(at, step): (usize, domain::api::cluster::Step)| {
        view! {
            <li class="step">
                <span class="step-mark" aria-hidden="true">{at + 1}</span>
                <div class="step-wide"><p>{step.what.clone()}</p><CopyBlock text=step.command what=step.what/></div>
            </li>
        }
    };
    let manifests = (!bootstrap.manifests.is_empty()).then(|| {
        view! { <div class="sheet-body sheet-rule stack-y"><p>"The manifests, as "<code>"countersign.yaml"</code>":"</p><CopyBlock text=bootstrap.manifests.clone() what="Flux objects to apply"/></div> }
    });
    view! { <ol class="first-steps">{bootstrap.steps.into_iter().enumerate().map(step).collect_view()}</ol>{manifests} }.into_any()
}
