//! Secrets: set or replaced, never shown. A sealed value has a fixed width, so not even its length leaks.

mod form;

use std::collections::BTreeMap;

use domain::api::overview::Overview;
use domain::api::secret::Secret;
use domain::api::variable::Scope;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::settings::{Section, SettingsPage};
use super::variables::{ClusterFilter, may_set, settable};
use crate::api::use_api;
use crate::part::differs::DifferingStacks;
use crate::part::remove::RemoveButton;
use crate::part::scope::{Ladder, Places};
use crate::session::use_session;
use crate::widget::dialog::Dialog;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::Ago;

use form::{Editing, SecretForm};

#[component]
pub fn Secrets() -> AnyView {
    let api = use_api();
    let query = use_query_map();
    let cluster = Memo::new(move |_| query.with(|query| query.get("cluster").filter(|name| !name.is_empty())));
    let found = Resource::new(
        || (),
        move |()| {
            let (secrets, overview) = (api.secrets(None, None), api.overview());
            Box::pin(async move { Ok::<(Vec<Secret>, Overview), _>((secrets.await?, overview.await?)) })
        },
    );
    let editing = RwSignal::<Option<Editing>>::new(None);
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <SettingsPage section=Section::Secrets title="Secrets" about="Set or replaced, never read back. In Git each stands encrypted for its cluster's recipients alone; nobody can see a value here again.">
            <Loaded resource=found what="the secrets" view=move |(secrets, overview)| view! { <Shown secrets places=Places::of(&overview) cluster=cluster.get() editing reload/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn Shown(
    secrets: Vec<Secret>,
    places: Places,
    cluster: Option<String>,
    editing: RwSignal<Option<Editing>>,
    reload: Callback<()>,
) -> AnyView {
    let session = use_session();
    let open_places = settable(session, &places);
    let mut by_name = BTreeMap::<String, Vec<Secret>>::new();
    for secret in secrets {
        if cluster.as_deref().is_none_or(|cluster| places.reaches(&secret.scope, cluster)) {
            by_name.entry(secret.name.clone()).or_default().push(secret);
        }
    }
    for set in by_name.values_mut() {
        set.sort_by_key(|secret| std::cmp::Reverse(secret.scope.level()));
    }
    let rows = by_name.into_iter().map(|(name, set)| view! { <Rows name set places=places.clone() editing reload/> }).collect_view();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(editing.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && editing.with_untracked(Option::is_some) {
            editing.set(None);
        }
    });
    let first = open_places
        .environments
        .first()
        .map(|name| Scope::Environment { environment: name.clone() })
        .or_else(|| open_places.clusters.first().map(|(name, _)| Scope::Cluster { cluster: name.clone() }));
    let add = move || {
        first.clone().map(|scope| view! { <button class="btn btn--action btn--sm" type="button" aria-haspopup="dialog" on:click=move |_| editing.set(Some(Editing::new(scope.clone())))><Icon name="plus"/>"Set secret"</button> })
    };
    let table = if rows.is_empty() {
        view! { <Empty icon="secret" title="No secret is set" text="Tokens and passwords that values name as ${{ secrets.NAME }} are set here, once, and sealed for each cluster that uses them."/> }.into_any()
    } else {
        view! {
            <div class="ledger-scroll">
                <table class="ledger ledger--rows">
                    <thead><tr><th scope="col">"Name"</th><th scope="col">"Set at"</th><th scope="col">"Value"</th><th scope="col">"Since"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    {rows}
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <ClusterFilter places=places.clone() cluster/>
        <Sheet id="h-secrets" title="Secrets" push=add>{table}</Sheet>
        <Dialog id="set-secret" title=Signal::derive(move || editing.with(|editing| editing.as_ref().map_or("Set a secret", Editing::title)).to_owned()) open wide=true>
            {let places = open_places.clone(); move || editing.get().map(|edited| view! { <SecretForm edited editing places=places.clone() reload/> })}
        </Dialog>
    }
    .into_any()
}

#[component]
fn Rows(name: String, set: Vec<Secret>, places: Places, editing: RwSignal<Option<Editing>>, reload: Callback<()>) -> AnyView {
    let (session, api) = (use_session(), use_api());
    let count = set.len();
    let row = |(at, secret): (usize, Secret)| {
        let head = (at == 0).then(|| view! { <th scope="rowgroup" rowspan=count><code>{name.clone()}</code></th> });
        let may = may_set(session, &places, &secret.scope);
        let differs = view! { <DifferingStacks stacks=secret.differs.clone() places=places.clone()/> };
        let edited = Editing::replace(&secret);
        let (api, scope, of) = (api.clone(), secret.scope.clone(), secret.name.clone());
        let send = Callback::new(move |()| api.remove_secret(&scope, &of));
        view! {
            <tr>{head}
                <td data-label="Set at"><Ladder scope=secret.scope.clone()/></td>
                <td data-label="Value"><Sealed/>{differs}</td>
                <td data-label="Since" class="muted"><Ago at=secret.updated_at/><div class="value-note">{secret.updated_by.clone()}</div></td>
                <td class="row-actions">{may.then(|| view! {
                    <button class="btn btn--sm btn--quiet" type="button" aria-label=format!("Replace {} at {}", secret.name, crate::part::scope::place(&secret.scope)) on:click=move |_| editing.set(Some(edited.clone()))>"Replace"</button>
                    <RemoveButton name=secret.name.clone() send reload/>
                })}</td>
            </tr>
        }
    };
    view! { <tbody>{set.into_iter().enumerate().map(row).collect_view()}</tbody> }.into_any()
}

#[component]
pub fn Sealed() -> AnyView {
    view! { <span class="sealed"><Icon name="lock"/>"sealed"</span> }.into_any()
}
