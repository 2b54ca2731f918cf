//! Clusters where nothing is deployed, and why: said before everything else.

use domain::api::cluster::Cluster;
use leptos::prelude::*;

use crate::widget::icon::Icon;

/// Nothing at all where every branch is as it was recorded.
#[component]
pub fn Halted(clusters: Vec<Cluster>) -> AnyView {
    let halted: Vec<_> = clusters.into_iter().filter_map(|cluster| Some((cluster.name, cluster.halted?))).collect();
    if halted.is_empty() {
        return ().into_any();
    }
    let callouts = halted.into_iter().map(|(name, why)| {
        view! {
            <div class="callout callout--failing"><Icon name="warn"/><div>
                <p class="callout-title">"Nothing is deployed to "<a href=format!("/settings/clusters/{name}")>{name.to_string()}</a></p>
                <p class="measure">{why}</p>
            </div></div>
        }
    });
    view! { <div class="stack-y" role="status">{callouts.collect_view()}</div> }.into_any()
}
