//! Roles: each on the organisation, an environment or a cluster.

use domain::api::person::{ChangePerson, Person};
use domain::principal::{Grant, Role, Target};
use leptos::prelude::*;

use crate::api::use_api;
use crate::part::scope::Places;
use crate::widget::field::{FormProblem, FormProblemView, SelectField, SubmitButton};
use crate::widget::icon::Icon;
use crate::widget::toast::use_toaster;

/// What a role lets a person do, in words.
pub(super) fn role_options() -> impl Iterator<Item = (String, String)> {
    let words = |role: Role| match role {
        Role::Auditor => "read everything but secrets",
        Role::Editor => "draft and edit as well",
        Role::Operator => "countersign and deploy as well",
        Role::Admin => "administer as well",
    };
    Role::ALL.into_iter().map(move |role| (role.as_str().to_owned(), format!("{}: {}", role.as_str(), words(role))))
}

pub(super) fn grant_words(grant: &Grant) -> String {
    let role = grant.role.as_str();
    match &grant.on {
        Target::Organisation => format!("{role}, everywhere"),
        Target::Environment { environment } => format!("{role} in {environment}"),
        Target::Cluster { cluster, .. } => format!("{role} on {cluster}"),
    }
}

/// A target as a select holds it.
fn key(target: &Target) -> String {
    match target {
        Target::Organisation => "*".to_owned(),
        Target::Environment { environment } => environment.clone(),
        Target::Cluster { environment, cluster } => format!("{environment}/{cluster}"),
    }
}

fn target(key: &str) -> Target {
    match key.split_once('/') {
        _ if key == "*" => Target::Organisation,
        Some((environment, cluster)) => Target::Cluster { environment: environment.to_owned(), cluster: cluster.to_owned() },
        None => Target::Environment { environment: key.to_owned() },
    }
}

#[component]
pub(super) fn GrantsForm(person: Person, places: Places, open: RwSignal<bool>, reload: Callback<()>) -> AnyView {
    let (api, toaster) = (use_api(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let grants = RwSignal::new(person.grants.clone());
    let (role, on) = (RwSignal::new("operator".to_owned()), RwSignal::new("*".to_owned()));
    let targets: Vec<(String, String)> = std::iter::once(("*".to_owned(), "everywhere".to_owned()))
        .chain(places.environments.iter().map(|name| (name.clone(), format!("in {name}"))))
        .chain(places.clusters.iter().map(|(name, environment)| (format!("{environment}/{name}"), format!("on {name} ({environment})"))))
        .collect();
    let roles: Vec<(String, String)> = role_options().collect();
    let add = move |_| {
        let Some(role) = Role::parse(&role.get_untracked()) else { return };
        let grant = Grant { role, on: target(&on.get_untracked()) };
        grants.update(|grants| {
            grants.retain(|one| one.on != grant.on);
            grants.push(grant);
        });
    };
    let save = Action::new(move |(): &()| {
        let answer = api.change_person(&person.id, &ChangePerson { grants: Some(grants.get_untracked()), ..ChangePerson::default() });
        let said = format!("Roles of {} are saved", person.name);
        async move {
            problem.set(None);
            match answer.await {
                Ok(_) => {
                    toaster.say(said);
                    open.set(false);
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let row = move |grant: Grant| {
        let words = grant_words(&grant);
        view! { <li class="grant"><span>{words.clone()}</span><button class="icon-button icon-button--sm" type="button" aria-label=format!("Take away: {words}") on:click=move |_| grants.update(|grants| grants.retain(|one| *one != grant))><Icon name="cross"/></button></li> }
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <ul class="grants">
                <For each=move || grants.get() key=|grant| format!("{}{}", grant.role.as_str(), key(&grant.on)) let(grant)>{row(grant)}</For>
            </ul>
            <Show when=move || grants.with(Vec::is_empty)><p class="muted">"Nothing: they may log in and see nothing."</p></Show>
            <div class="field-row mt">
                <SelectField name="role" label="Role" value=role options=roles problem/>
                <SelectField name="on" label="Where" value=on options=targets problem/>
            </div>
            <p class="mt"><button class="btn btn--sm" type="button" on:click=add><Icon name="plus"/>"Give this role"</button></p>
            <div class="mt"><FormProblemView problem fields=&[]/></div>
            <div class="form-actions"><SubmitButton label="Save roles" busy=save.pending()/><button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_survives_the_select() {
        let cluster = Target::Cluster { environment: "production".into(), cluster: "nl-prod-1".into() };
        for one in [Target::Organisation, Target::Environment { environment: "dev".into() }, cluster] {
            assert_eq!(target(&key(&one)), one);
        }
    }
}
