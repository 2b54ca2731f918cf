//! Variables: a ladder per name, from the organisation down to one stack on one cluster.

mod form;
pub mod typed;

use std::collections::BTreeMap;

use domain::api::overview::Overview;
use domain::api::variable::{Scope, Variable};
use domain::principal::Act;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::settings::{Section, SettingsPage};
use crate::api::use_api;
use crate::part::differs::DifferingStacks;
use crate::part::remove::RemoveButton;
use crate::part::scope::{Ladder, Places};
use crate::session::{Session, on_cluster, use_session};
use crate::widget::dialog::Dialog;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::Ago;

use form::{Editing, VariableForm};
use typed::written;

#[component]
pub fn Variables() -> AnyView {
    let api = use_api();
    let query = use_query_map();
    let cluster = Memo::new(move |_| query.with(|query| query.get("cluster").filter(|name| !name.is_empty())));
    let found = Resource::new(
        || (),
        move |()| {
            let (variables, overview) = (api.variables(None, None), api.overview());
            Box::pin(async move { Ok::<(Vec<Variable>, Overview), _>((variables.await?, overview.await?)) })
        },
    );
    let editing = RwSignal::<Option<Editing>>::new(None);
    let reload = Callback::new(move |()| found.refetch());
    view! {
        <SettingsPage section=Section::Variables title="Variables" about="A stack says what it needs; values come from here. The strongest level that has one wins: this stack on this cluster, then cluster, environment, organisation, the stack's own default.">
            <Loaded resource=found what="the variables" view=move |(variables, overview)| view! { <Shown variables places=Places::of(&overview) cluster=cluster.get() editing reload/> }/>
        </SettingsPage>
    }
    .into_any()
}

/// Whether the person may set values there.
pub fn may_set(session: Session, places: &Places, scope: &Scope) -> bool {
    use domain::principal::Target;
    let target = match scope {
        Scope::Organisation => Target::Organisation,
        Scope::Environment { environment } => Target::Environment { environment: environment.clone() },
        Scope::Cluster { cluster } | Scope::Stack { cluster, .. } => {
            let environment = places.clusters.iter().find(|(name, _)| name == cluster).map(|(_, environment)| environment.clone());
            on_cluster(environment.unwrap_or_default(), cluster)
        }
    };
    session.may(Act::Edit, &target)
}

/// Every scope the person may set something in.
pub fn settable(session: Session, places: &Places) -> Places {
    let may = |scope: &Scope| may_set(session, places, scope);
    Places {
        environments: places
            .environments
            .iter()
            .filter(|name| may(&Scope::Environment { environment: (*name).clone() }))
            .cloned()
            .collect(),
        clusters: places.clusters.iter().filter(|(name, _)| may(&Scope::Cluster { cluster: name.clone() })).cloned().collect(),
        stacks: places.stacks.iter().filter(|(cluster, _)| may(&Scope::Cluster { cluster: cluster.clone() })).cloned().collect(),
    }
}

#[component]
fn Shown(
    variables: Vec<Variable>,
    places: Places,
    cluster: Option<String>,
    editing: RwSignal<Option<Editing>>,
    reload: Callback<()>,
) -> AnyView {
    let session = use_session();
    let open_places = settable(session, &places);
    let may_any =
        may_set(session, &places, &Scope::Organisation) || !open_places.environments.is_empty() || !open_places.clusters.is_empty();
    let without_organisation = !may_set(session, &places, &Scope::Organisation);
    let mut by_name = BTreeMap::<String, Vec<Variable>>::new();
    for variable in variables {
        if cluster.as_deref().is_none_or(|cluster| places.reaches(&variable.scope, cluster)) {
            by_name.entry(variable.name.clone()).or_default().push(variable);
        }
    }
    for set in by_name.values_mut() {
        set.sort_by_key(|variable| std::cmp::Reverse(variable.scope.level()));
    }
    let rows = by_name
        .into_iter()
        .map(|(name, set)| view! { <Rows name set places=places.clone() winner=cluster.is_some() editing reload/> })
        .collect_view();
    let is_empty = rows.is_empty();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(editing.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && editing.with_untracked(Option::is_some) {
            editing.set(None);
        }
    });
    let first = Editing::new(if without_organisation {
        open_places.environments.first().map_or(Scope::Organisation, |name| Scope::Environment { environment: name.clone() })
    } else {
        Scope::Organisation
    });
    let add = move || {
        may_any.then(|| { let first = first.clone(); view! { <button class="btn btn--action btn--sm" type="button" aria-haspopup="dialog" on:click=move |_| editing.set(Some(first.clone()))><Icon name="plus"/>"Set variable"</button> } })
    };
    let table = if is_empty {
        let (title, text) = match &cluster {
            Some(cluster) => ("Nothing is set here", format!("No level has a value that reaches {cluster}.")),
            None => (
                "No variable is set",
                "Domains, storage classes, sizes: what differs between clusters is a variable, so that the stack itself can travel."
                    .to_owned(),
            ),
        };
        view! { <Empty icon="at" title text/> }.into_any()
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
        <Sheet id="h-variables" title="Variables" push=add>{table}</Sheet>
        <Dialog id="set-variable" title=Signal::derive(move || editing.with(|editing| editing.as_ref().map_or("Set a variable", Editing::title)).to_owned()) open wide=true>
            {let places = open_places.clone(); move || editing.get().map(|edited| view! { <VariableForm edited editing places=places.clone() without_organisation reload/> })}
        </Dialog>
    }
    .into_any()
}

/// The filter lives in the address.
#[component]
pub fn ClusterFilter(places: Places, cluster: Option<String>) -> AnyView {
    let navigate = leptos_router::hooks::use_navigate();
    let location = leptos_router::hooks::use_location();
    let chosen = cluster.clone().unwrap_or_default();
    let option = move |(name, environment): (String, String)| {
        let selected = name == chosen;
        view! { <option value=name.clone() selected=selected>{format!("{name} ({environment})")}</option> }
    };
    let go = move |event| {
        let name = event_target_value(&event);
        let path = location.pathname.get_untracked();
        let to = if name.is_empty() { path } else { format!("{path}?cluster={}", crate::api::encode(&name)) };
        navigate(&to, Default::default());
    };
    view! {
        <div class="filters" role="search" aria-label="Filter by cluster">
            <label class="sr-only" for="filter-cluster">"Cluster"</label>
            <select class="select" id="filter-cluster" on:change=go><option value="" selected=cluster.is_none()>"All clusters"</option>{places.clusters.into_iter().map(option).collect_view()}</select>
        </div>
    }
    .into_any()
}

/// All places where one variable is set, strongest first.
#[component]
fn Rows(
    name: String,
    set: Vec<Variable>,
    places: Places,
    winner: bool,
    editing: RwSignal<Option<Editing>>,
    reload: Callback<()>,
) -> AnyView {
    let count = set.len();
    let row = |(at, variable): (usize, Variable)| {
        let head = (at == 0).then(|| view! { <th scope="rowgroup" rowspan=count><code>{name.clone()}</code></th> });
        let shadowed = winner && at > 0 && !matches!(variable.scope, Scope::Stack { .. });
        view! { <tr class:shadowed=shadowed>{head}<Cells variable places=places.clone() shadowed editing reload/></tr> }
    };
    view! { <tbody>{set.into_iter().enumerate().map(row).collect_view()}</tbody> }.into_any()
}

#[component]
fn Cells(variable: Variable, places: Places, shadowed: bool, editing: RwSignal<Option<Editing>>, reload: Callback<()>) -> AnyView {
    let session = use_session();
    let may = may_set(session, &places, &variable.scope);
    let differs = view! { <DifferingStacks stacks=variable.differs.clone() places=places.clone()/> };
    let edited = Editing::of(&variable);
    let (api, scope, name) = (use_api(), variable.scope.clone(), variable.name.clone());
    let send = Callback::new(move |()| api.remove_variable(&scope, &name));
    view! {
        <td data-label="Set at"><Ladder scope=variable.scope.clone()/></td>
        <td data-label="Value"><code class="value wrap">{written(&variable.value)}</code>{shadowed.then(|| view! { <span class="faint">" shadowed"</span> })}{differs}</td>
        <td data-label="Since" class="muted"><Ago at=variable.updated_at/><div class="value-note">{variable.updated_by.clone()}</div></td>
        <td class="row-actions">{may.then(|| view! {
            <button class="btn btn--sm btn--quiet" type="button" aria-label=format!("Edit {} at {}", variable.name, crate::part::scope::place(&variable.scope)) on:click=move |_| editing.set(Some(edited.clone()))>"Edit"</button>
            <RemoveButton name=variable.name.clone() send reload/>
        })}</td>
    }
    .into_any()
}
