//! What is applied in the cluster: following the repository, telling what became of it, checking our signature.

use domain::api::cluster::{Bootstrap, Guarantee, Step};
use leptos::prelude::*;

use super::shown_once::{ShownOnce, What};
use crate::api::use_api;
use crate::widget::copy::CopyBlock;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Sheet;
use crate::widget::time::Ago;

#[component]
pub fn BootstrapSheets(name: String, embedded: bool, may_administer: bool, guarantee: Guarantee) -> AnyView {
    let api = use_api();
    let asked = name.clone();
    let bootstrap = Resource::new(|| (), move |()| api.bootstrap(&asked));
    view! {
        <Loaded resource=bootstrap what="the commands" view=move |bootstrap| view! { <Sheets name=name.clone() embedded may_administer bootstrap guarantee=guarantee.clone()/> }/>
    }
    .into_any()
}

#[component]
fn Sheets(name: String, embedded: bool, may_administer: bool, bootstrap: Bootstrap, guarantee: Guarantee) -> AnyView {
    let notes = bootstrap.notes.into_iter().map(|note| {
        view! { <div class="callout callout--waiting"><Icon name="warn"/><div class="grow"><p>{note}</p></div></div> }
    });
    let pulled = embedded.then(|| {
        let said = match bootstrap.pulled_at {
            Some(at) => view! { <p>"Last pulled "<Ago at=at/>"."</p> }.into_any(),
            None if bootstrap.pull_token_issued => view! { <p class="muted">"A token was made; nobody has pulled with it yet."</p> }.into_any(),
            None => view! { <p class="muted">"No token was made yet."</p> }.into_any(),
        };
        let name = name.clone();
        view! { <div class="sheet-body sheet-rule stack-y">{said}{may_administer.then(|| view! { <ShownOnce cluster=name what=What::PullToken again=bootstrap.pull_token_issued/> })}</div> }
    });
    let problem = bootstrap.existing_problem.map(|problem| {
        view! { <div class="callout callout--waiting"><Icon name="warn"/><div class="grow"><p class="callout-title">"Not with these names"</p><p>{problem}</p></div></div> }
    });
    let told = guarantee.told_by.map(|told| view! { ", told "<Ago at=told.at/> });
    let heard = if bootstrap.hook_secret_issued { "A secret was made." } else { "No secret was made yet, so no event is believed." };
    let hook = may_administer.then(|| view! { <ShownOnce cluster=name what=What::HookSecret again=bootstrap.hook_secret_issued/> });
    view! {
        <Sheet id="h-bootstrap" title="Let Flux follow it" note="Once per cluster, from a shell that reaches it">
            <div class="sheet-body stack-y">{notes.collect_view()}</div>
            {pulled}
            <details class="sheet-body sheet-rule" open><summary>"The cluster has no Flux yet"</summary><Steps steps=bootstrap.steps/></details>
            <details class="sheet-body sheet-rule"><summary>"Flux already runs there"</summary>
                <p class="measure">"One GitRepository, one Kustomization and the Secrets they read, with names of their own: what is there stays as it is."</p>
                {problem}<Steps steps=bootstrap.existing/>
            </details>
            <details class="sheet-body sheet-rule"><summary>"Take it away again"</summary><Steps steps=bootstrap.remove/></details>
        </Sheet>
        <Sheet id="h-events" title="Hear what became of it" note="Without it, a deploy is known as committed and no further">
            <div class="sheet-body stack-y"><p class="muted">{heard}</p>{hook}</div>
            <div class="sheet-body sheet-rule"><Steps steps=bootstrap.events/></div>
        </Sheet>
        <Sheet id="h-verify" title="Let the cluster check the signature" note="Level G1">
            <div class="sheet-body stack-y">
                <p class="measure">"As it is, this server enforces what may be deployed, and reports what goes around it (G0). With these commands Flux applies a commit at the head of the branch only if this server's key signed it (G1)."</p>
                <p class="measure">"It does not stop whoever holds that key, it does not check the countersignatures, and it looks at the head alone: an unsigned commit further down is applied together with the next signed one."</p>
                <p>"In this cluster: "<strong>{guarantee.level.word()}</strong>{told}". "{guarantee.sentence}</p>
                <p class="muted">"Flux says nothing of signatures that hold: it is known by a commit that was refused."</p>
            </div>
            <div class="sheet-body sheet-rule"><Steps steps=bootstrap.verify/></div>
        </Sheet>
    }
    .into_any()
}

#[component]
fn Steps(steps: Vec<Step>) -> AnyView {
    let step = |(at, step): (usize, Step)| {
        view! {
            <li class="step">
                <span class="step-mark" aria-hidden="true">{at + 1}</span>
                <div class="step-wide"><p>{step.what.clone()}</p><CopyBlock text=step.command what=step.what/></div>
            </li>
        }
    };
    view! { <ol class="first-steps">{steps.into_iter().enumerate().map(step).collect_view()}</ol> }.into_any()
}
