//! Recipients, identity and Flux's names: read by all, edited by those who administer.

use domain::api::cluster::{Cluster, ClusterEdit};
use leptos::prelude::*;

use crate::api::use_api;
use crate::page::new_cluster::{Flux, FluxFields};
use crate::part::recipients::{RecipientsField, lines};
use crate::widget::field::{FormProblem, FormProblemView, Kind, SubmitButton, TextField};
use crate::widget::sheet::Sheet;
use crate::widget::toast::use_toaster;

#[component]
pub fn EditSheet(cluster: Cluster, may_administer: bool, reload: Callback<()>) -> AnyView {
    let body = if may_administer { view! { <Form cluster reload/> }.into_any() } else { view! { <Facts cluster/> }.into_any() };
    view! { <Sheet id="h-settings" title="Who can decrypt, and who it is">{body}</Sheet> }.into_any()
}

#[component]
fn Facts(cluster: Cluster) -> AnyView {
    let recipients =
        cluster.recipients.into_iter().map(|recipient| view! { <li><code class="wrap">{recipient}</code></li> }).collect_view();
    view! {
        <dl class="kv sheet-body">
            <dt>"Recipients"</dt><dd><ul>{recipients}</ul></dd>
            <dt>"Identity"</dt><dd>{cluster.kube_system_uid.map_or_else(|| view! { <span class="muted">"unknown"</span> }.into_any(), |uid| view! { <code>{uid}</code> }.into_any())}</dd>
            <dt>"Flux"</dt><dd><code>{format!("{}/{}", cluster.flux.namespace, cluster.flux.source)}</code>", key in "<code>{cluster.flux.decryption_secret}</code></dd>
        </dl>
    }
    .into_any()
}

#[component]
fn Form(cluster: Cluster, reload: Callback<()>) -> AnyView {
    let (api, toaster) = (use_api(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let recipients = RwSignal::new(cluster.recipients.join("\n"));
    let uid = RwSignal::new(cluster.kube_system_uid.clone().unwrap_or_default());
    let flux = Flux::of(&cluster.flux);
    let (name, revision) = (cluster.name.to_string(), cluster.revision);
    let save = Action::new(move |(): &()| {
        let typed_uid = uid.get_untracked().trim().to_owned();
        let edit = ClusterEdit {
            revision,
            recipients: Some(lines(&recipients.get_untracked())),
            kube_system_uid: Some(typed_uid).filter(|uid| !uid.is_empty()),
            flux: Some(flux.names()),
        };
        let answer = api.edit_cluster(&name, &edit);
        async move {
            problem.set(None);
            match answer.await {
                Ok(_) => {
                    toaster.say("Saved. Git learns it by the next binding plan.");
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <form class="sheet-body" on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <RecipientsField text=recipients problem/>
            <div class="field-row mt-lg">
                <TextField name="kube_system_uid" label="UID of the kube-system namespace" value=uid problem kind=Kind::Mono hint="kubectl get namespace kube-system -o jsonpath='{.metadata.uid}'"/>
            </div>
            <details class="advanced mt"><summary>"Names of Flux's own objects"</summary><FluxFields flux problem/></details>
            <div class="mt"><FormProblemView problem fields=&["recipients", "kube_system_uid", "flux"]/></div>
            <div class="form-actions"><SubmitButton label="Save" busy=save.pending()/></div>
        </form>
    }
    .into_any()
}
