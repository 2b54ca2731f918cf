//! All pages, as the server renders them.

use leptos::prelude::*;
use leptos_router::SsrMode::Async;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::page;

/// Everything is rendered before the first byte is sent, so that pages read well without scripts and a missing thing
/// is a 404.
#[component]
pub fn App() -> AnyView {
    super::provide();
    let router = view! {
        <Router>
            <FlatRoutes fallback=|| page::missing::Missing().into_any()>
                <Route path=path!("/") view=page::overview::Overview ssr=Async/>
                <Route path=path!("/clusters/:cluster/stacks/:stack") view=page::stack::Stack ssr=Async/>
                <Route path=path!("/catalog") view=page::catalog::Catalog ssr=Async/>
                <Route path=path!("/catalog/chart") view=page::catalog::Chart ssr=Async/>
                <Route path=path!("/catalog/inside") view=page::catalog::Inside ssr=Async/>
                <Route path=path!("/catalog/repositories") view=page::catalog::Repositories ssr=Async/>
                <Route path=path!("/clusters/:cluster/stacks/:stack/application") view=page::application::Application ssr=Async/>
                <Route path=path!("/clusters/:cluster/stacks/:stack/drafts") view=page::drafts::Drafts ssr=Async/>
                <Route path=path!("/clusters/:cluster/stacks/:stack/history") view=page::history::History ssr=Async/>
                <Route path=path!("/clusters/:cluster/stacks/:stack/compare") view=page::compare::Compare ssr=Async/>
                <Route path=path!("/import") view=page::import::Import ssr=Async/>
                <Route path=path!("/record") view=page::record::Record ssr=Async/>
                <Route path=path!("/record/:cluster/foreign/:commit") view=page::record::Foreign ssr=Async/>
                <Route path=path!("/record/:cluster/:number") view=page::record::RecordEntry ssr=Async/>
                <Route path=path!("/review/:plan") view=page::review::Review ssr=Async/>
                <Route path=path!("/settings") view=page::settings::Settings ssr=Async/>
                <Route path=path!("/settings/environments") view=page::environments::Environments ssr=Async/>
                <Route path=path!("/settings/clusters") view=page::clusters::Clusters ssr=Async/>
                <Route path=path!("/settings/clusters/new") view=page::new_cluster::NewCluster ssr=Async/>
                <Route path=path!("/settings/clusters/:cluster") view=page::cluster::Cluster ssr=Async/>
                <Route path=path!("/settings/variables") view=page::variables::Variables ssr=Async/>
                <Route path=path!("/settings/secrets") view=page::secrets::Secrets ssr=Async/>
                <Route path=path!("/settings/people") view=page::people::People ssr=Async/>
                <Route path=path!("/settings/account") view=page::account::Account ssr=Async/>
                <Route path=path!("/:page") view=page::ceremony::Ceremony ssr=Async/>
            </FlatRoutes>
        </Router>
    };
    super::around(router.into_any())
}
