//! Adding a cluster: its repository, who can decrypt, who it is.

mod repository;

use domain::api::cluster::NewCluster as Request;
use domain::api::environment::Environment;
use domain::cluster::FluxNames;
use domain::name::Name;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::settings::{Section, SettingsPage};
use crate::api::use_api;
use crate::part::name_problem;
use crate::part::recipients::{RecipientsField, lines};
use crate::widget::field::{FormProblem, FormProblemView, Kind, RadioField, SelectField, SubmitButton, TextField};
use crate::widget::loaded::Loaded;
use crate::widget::sheet::Sheet;
use crate::widget::toast::use_toaster;

use repository::{RepositoryFields, Typed};

#[component]
pub fn NewCluster() -> AnyView {
    let api = use_api();
    let environments = Resource::new(|| (), move |()| api.environments());
    view! {
        <SettingsPage section=Section::Clusters title="Add a cluster" deeper="New" about="Nothing is written to the repository yet: the binding is a plan that you review and countersign.">
            <Loaded resource=environments what="the environments" view=|environments| view! { <Form environments/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn Form(environments: Vec<Environment>) -> AnyView {
    let (api, navigate, toaster) = (use_api(), use_navigate(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let first = environments.first().map(|one| one.name.to_string()).unwrap_or_default();
    let options: Vec<(String, String)> = environments.iter().map(|one| (one.name.to_string(), one.name.to_string())).collect();
    let (name, environment, recipients, uid) =
        (RwSignal::new(String::new()), RwSignal::new(first), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let repository = Typed::default();
    let flux = Flux::of(&FluxNames::default());
    let there = RwSignal::new(String::from("no"));
    Effect::new(move |before: Option<String>| {
        let now = there.get();
        if before.is_some_and(|before| before != now) {
            flux.take(&if now == "yes" { FluxNames::beside_another() } else { FluxNames::default() });
        }
        now
    });
    let add = Action::new(move |(): &()| {
        let (api, navigate) = (api.clone(), navigate.clone());
        async move {
            problem.set(None);
            let request = Name::new(name.get_untracked().trim()).map_err(|error| name_problem(&error, "name")).and_then(|name| {
                Ok(Request {
                    name,
                    environment: Name::new(&environment.get_untracked()).map_err(|error| name_problem(&error, "environment"))?,
                    repository: repository.binding(),
                    recipients: lines(&recipients.get_untracked()),
                    kube_system_uid: Some(uid.get_untracked().trim().to_owned()).filter(|uid| !uid.is_empty()),
                    flux: flux.names(),
                })
            });
            let answer = match request {
                Ok(request) => api.add_cluster(&request).await,
                Err(wrong) => Err(wrong),
            };
            match answer {
                Ok(cluster) => {
                    toaster.say(format!("{} is added", cluster.name));
                    navigate(&format!("/settings/clusters/{}", cluster.name), Default::default());
                }
                Err(wrong) => problem.set(Some(first_field(wrong))),
            }
        }
    });
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !add.pending().get_untracked() { add.dispatch(()); } } novalidate>
            <Sheet id="h-cluster" title="Cluster"><div class="sheet-body">
                <div class="field-row">
                    <TextField name="name" label="Name" value=name problem required=true placeholder="nl-prod-1" hint="a-z, 0-9 and single hyphens. Folders in the repository are named after it."/>
                    <SelectField name="environment" label="Environment" value=environment options problem hint="It decides how many people must countersign."/>
                </div>
            </div></Sheet>
            <Sheet id="h-repository" title="Repository" note="One repository and branch binds exactly one cluster"><div class="sheet-body"><RepositoryFields typed=repository problem/></div></Sheet>
            <Sheet id="h-secrets" title="Who can decrypt"><div class="sheet-body"><RecipientsField text=recipients problem/></div></Sheet>
            <Sheet id="h-identity" title="Identity" note="So that a plan for one cluster can never reach another"><div class="sheet-body">
                <TextField name="kube_system_uid" label="UID of the kube-system namespace" value=uid problem kind=Kind::Mono placeholder="6f1c0f6e-…"
                    hint="kubectl get namespace kube-system -o jsonpath='{.metadata.uid}' prints it. Without it every plan carries a warning."/>
            </div></Sheet>
            <Sheet id="h-flux" title="Flux"><div class="sheet-body">
                <RadioField name="flux" legend="Does Flux run there already?" value=there options=FLUX.to_vec()/>
                <details class="advanced"><summary>"Names of Flux's own objects"</summary><FluxFields flux problem/></details>
            </div></Sheet>
            <div class="form-actions">
                <SubmitButton label="Add cluster" busy=add.pending()/><a class="btn" href="/settings/clusters">"Cancel"</a>
            </div>
            <div class="mt"><FormProblemView problem fields=&["name", "environment", "repository", "recipients", "kube_system_uid", "flux"]/></div>
        </form>
    }
    .into_any()
}

const FLUX: [(&str, &str, &str); 2] = [
    ("no", "Not yet", "It gets the names that Flux gives its own objects."),
    ("yes", "Yes, it follows another repository", "Ours get names of their own beside it, and nothing that is there is touched."),
];

/// The fields of the repository are drawn under their own names.
fn first_field(problem: Problem) -> Problem {
    match problem.at.as_deref() {
        Some("repository") => Problem { at: Some("repository.url".to_owned()), ..problem },
        _ => problem,
    }
}

/// Flux's names as they are typed.
#[derive(Debug, Clone, Copy)]
pub struct Flux {
    namespace: RwSignal<String>,
    source: RwSignal<String>,
    secret: RwSignal<String>,
}

impl Flux {
    pub fn of(names: &FluxNames) -> Flux {
        Flux {
            namespace: RwSignal::new(names.namespace.clone()),
            source: RwSignal::new(names.source.clone()),
            secret: RwSignal::new(names.decryption_secret.clone()),
        }
    }

    fn take(self, names: &FluxNames) {
        self.namespace.set(names.namespace.clone());
        self.source.set(names.source.clone());
        self.secret.set(names.decryption_secret.clone());
    }

    pub fn names(self) -> FluxNames {
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        FluxNames { namespace: text(self.namespace), source: text(self.source), decryption_secret: text(self.secret) }
    }
}

#[component]
pub fn FluxFields(flux: Flux, problem: FormProblem) -> AnyView {
    view! {
        <div class="field-row">
            <TextField name="flux.namespace" label="Namespace" value=flux.namespace problem kind=Kind::Mono required=true/>
            <TextField name="flux.source" label="GitRepository" value=flux.source problem kind=Kind::Mono required=true/>
            <TextField name="flux.decryptionSecret" label="Secret with the age key" value=flux.secret problem kind=Kind::Mono required=true/>
        </div>
    }
    .into_any()
}
