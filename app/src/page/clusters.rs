//! All clusters, with whether Git already says what the settings say.

use domain::api::cluster::{Cluster, ClusterState, Guarantee};
use leptos::prelude::*;

use super::settings::{ForAdmins, Section, SettingsPage};
use crate::api::use_api;
use crate::part::environment::EnvironmentMark;
use crate::part::number;
use crate::part::state::{State, StateBadge};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::sheet::{Empty, Sheet};

#[component]
pub fn Clusters() -> AnyView {
    let api = use_api();
    let clusters = Resource::new(|| (), move |()| api.clusters());
    view! {
        <SettingsPage section=Section::Clusters title="Clusters" about="Each cluster has one repository, and only its own recipients can decrypt what stands there."
            actions=|| view! { <ForAdmins><a class="btn btn--action" href="/settings/clusters/new"><Icon name="plus"/>"Add cluster"</a></ForAdmins> }>
            <Loaded resource=clusters what="the clusters" view=|clusters| view! { <List clusters/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn List(clusters: Vec<Cluster>) -> AnyView {
    if clusters.is_empty() {
        return view! {
            <section class="sheet">
                <Empty icon="cluster" title="Bring your first cluster" text="One Git repository, and Flux in the cluster that reads it. Countersign never holds a kubeconfig.">
                    <ForAdmins><a class="btn btn--action" href="/settings/clusters/new">"Add cluster"</a></ForAdmins>
                </Empty>
            </section>
        }
        .into_any();
    }
    let levels = levels(&clusters);
    view! {
        <Sheet id="h-clusters" title="Clusters">
            <div class="ledger-scroll">
                <table class="ledger ledger--rows">
                    <thead><tr><th scope="col">"Cluster"</th><th scope="col">"Environment"</th><th scope="col">"Repository"</th><th scope="col">"Recipients"</th><th scope="col">"State"</th><th scope="col">"Signature"</th></tr></thead>
                    <tbody>{clusters.into_iter().map(|cluster| view! { <Row cluster/> }).collect_view()}</tbody>
                </table>
            </div>
            <div class="sheet-foot"><dl class="kv">{levels.into_iter().map(|level| view! { <Level level/> }).collect_view()}</dl></div>
        </Sheet>
    }
    .into_any()
}

/// An environment goes as far as the cluster that goes least far.
fn levels(clusters: &[Cluster]) -> Vec<(String, Guarantee)> {
    let mut least: Vec<(String, Guarantee)> = Vec::new();
    for cluster in clusters {
        let environment = cluster.environment.as_str();
        match least.iter_mut().find(|(name, _)| name == environment) {
            Some((_, level)) if cluster.guarantee.level < level.level => *level = cluster.guarantee.clone(),
            Some(_) => {}
            None => least.push((environment.to_owned(), cluster.guarantee.clone())),
        }
    }
    least
}

#[component]
fn Level(level: (String, Guarantee)) -> AnyView {
    let (environment, guarantee) = level;
    view! { <dt><EnvironmentMark name=environment/></dt><dd><strong>{guarantee.level.word()}</strong>". "{guarantee.sentence}</dd> }
        .into_any()
}

#[component]
fn Row(cluster: Cluster) -> AnyView {
    let repository = if cluster.repository.embedded { "embedded".to_owned() } else { cluster.repository.url.clone() };
    view! {
        <tr>
            <th scope="row"><a href=format!("/settings/clusters/{}", cluster.name)>{cluster.name.to_string()}</a></th>
            <td data-label="Environment"><EnvironmentMark name=cluster.environment.to_string()/></td>
            <td data-label="Repository"><code class="wrap">{repository}</code><div class="value-note">{cluster.repository.branch.clone()}</div></td>
            <td data-label="Recipients">{cluster.recipients.len()}</td>
            <td data-label="State"><BindingState state=cluster.state/></td>
            <td data-label="Signature" title=cluster.guarantee.sentence>{cluster.guarantee.level.word()}</td>
        </tr>
    }
    .into_any()
}

#[component]
pub fn BindingState(state: ClusterState) -> AnyView {
    match state {
        ClusterState::Unbound => view! { <StateBadge state=State::Waiting word="Not bound yet"/> }.into_any(),
        ClusterState::Bound { entry } => {
            view! { <StateBadge state=State::Recorded word=format!("Bound in {}", number(entry))/> }.into_any()
        }
        ClusterState::Differs { what, .. } => {
            view! { <StateBadge state=State::Waiting word="Differs from record"/><div class="value-note">{what.join(", ")}</div> }
                .into_any()
        }
    }
}
