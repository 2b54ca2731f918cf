//! The passkeys of a person: what each may do, since when, and revoking it.

use domain::api::passkey::Passkey;
use leptos::prelude::*;

use super::problem::ProblemView;
use super::state::{State, StateBadge};
use crate::api::use_api;
use crate::widget::field::FormProblem;
use crate::widget::icon::Icon;
use crate::widget::time::{Ago, Moment};
use crate::widget::toast::use_toaster;

/// `own` keys can be renamed.
#[component]
pub fn KeyList(keys: Vec<Passkey>, own: bool, reload: Callback<()>) -> AnyView {
    if keys.is_empty() {
        return view! { <p class="sheet-body muted">"No passkey yet."</p> }.into_any();
    }
    let (live, revoked): (Vec<Passkey>, Vec<Passkey>) = keys.into_iter().partition(|key| key.revoked_at.is_none());
    let past = (!revoked.is_empty()).then(|| {
        view! { <details class="sheet-body"><summary class="muted">{format!("{} revoked", revoked.len())}</summary><ul class="key-list">{revoked.into_iter().map(|key| view! { <Key key own=false reload/> }).collect_view()}</ul></details> }
    });
    view! { <ul class="key-list">{live.into_iter().map(|key| view! { <Key key own reload/> }).collect_view()}</ul>{past} }.into_any()
}

#[component]
fn Key(key: Passkey, own: bool, reload: Callback<()>) -> AnyView {
    let name = if key.name.is_empty() { "Passkey".to_owned() } else { key.name.clone() };
    let elsewhere = key.elsewhere.clone().filter(|_| key.revoked_at.is_none());
    let state = match (key.revoked_at, key.may_sign) {
        (None, _) if elsewhere.is_some() => view! { <StateBadge state=State::Paused word="Of no use here"/> },
        (Some(_), _) => view! { <StateBadge state=State::Paused word="Revoked"/> },
        (None, true) => view! { <StateBadge state=State::Reconciled word="Logs in and signs"/> },
        (None, false) => view! { <StateBadge state=State::Waiting word="Logs in only"/> },
    };
    let facts = [key.this_computer_only.then_some("this computer only"), key.may_be_synced.then_some("may be on several devices")];
    let live = key.revoked_at.is_none();
    let fingerprint = key.fingerprint.clone();
    view! {
        <li class="key">
            <Icon name="passkey"/>
            <div class="grow">
                <p><strong>{name}</strong>" "{state}</p>
                <p class="faint">"since "<Moment at=key.created_at/>{key.used_at.map(|at| view! { ", used "<Ago at/> })}{key.revoked_at.map(|at| view! { ", revoked "<Moment at/> })}{facts.into_iter().flatten().map(|fact| format!(", {fact}")).collect::<String>()}</p>
                {elsewhere.map(|host| view! { <p class="muted">{format!("It belongs to {host}, where this server stood before. Register a new one here.")}</p> })}
                {(live && !key.may_sign).then(|| view! { <p class="muted">"It lacks ES256, which signing needs. Register another key to deploy."</p> })}
                {fingerprint.map(|fingerprint| view! { <details class="problem-detail"><summary>"Verify"</summary><code class="wrap">{fingerprint}</code></details> })}
            </div>
            {live.then(|| view! { <KeyActions key own reload/> })}
        </li>
    }
    .into_any()
}

#[component]
fn KeyActions(key: Passkey, own: bool, reload: Callback<()>) -> AnyView {
    let (api, toaster) = (use_api(), use_toaster());
    let problem: FormProblem = RwSignal::new(None);
    let (sure, renaming, name) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(key.name.clone()));
    let finish = move |answer: Result<(), domain::problem::Problem>, said: &'static str| match answer {
        Ok(()) => {
            toaster.say(said);
            reload.run(());
        }
        Err(wrong) => problem.set(Some(wrong)),
    };
    let revoke = {
        let (api, id) = (api.clone(), key.id.clone());
        Action::new(move |(): &()| {
            let answer = api.revoke_key(&id);
            async move { finish(answer.await, "The key is revoked") }
        })
    };
    let rename = Action::new(move |(): &()| {
        let answer = api.rename_key(&key.id, name.get_untracked().trim());
        async move { finish(answer.await.map(drop), "Renamed") }
    });
    let press = move |_| {
        if sure.get_untracked() {
            revoke.dispatch(());
        } else {
            sure.set(true);
        }
    };
    view! {
        <div class="button-row">
            {own.then(|| view! { <button class="btn btn--sm btn--quiet" type="button" aria-expanded=move || renaming.get().to_string() on:click=move |_| renaming.update(|on| *on = !*on)>"Rename"</button> })}
            <button class="btn btn--sm" class:btn--danger=move || sure.get() class:btn--quiet=move || !sure.get() type="button" disabled=move || revoke.pending().get() on:click=press on:blur=move |_| sure.set(false)>{move || if sure.get() { "Really revoke" } else { "Revoke" }}</button>
        </div>
        <Show when=move || renaming.get()>
            <form class="key-rename button-row" on:submit=move |event| { event.prevent_default(); rename.dispatch(()); }>
                <input class="input" aria-label="Name of the key" prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))/>
                <button class="btn btn--sm btn--action" type="submit">"Save"</button>
            </form>
        </Show>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
    }
    .into_any()
}
