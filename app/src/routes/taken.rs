//! The browser's programs: each knows the pages of its kind, and leaves every other address to the server.

use std::sync::atomic::{AtomicBool, Ordering};

use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

use crate::page;

static TAKEN_OVER: AtomicBool = AtomicBool::new(false);

/// From now on an address that is not known here is a reason to load, not a page that is missing.
pub fn taken_over() {
    TAKEN_OVER.store(true, Ordering::Relaxed);
}

pub fn builder() -> AnyView {
    super::provide();
    let router = view! {
        <Router>
            <FlatRoutes fallback=elsewhere>
                <Route path=path!("/clusters/:cluster/stacks/:stack") view=page::stack::Stack/>
            </FlatRoutes>
        </Router>
    };
    super::around(router.into_any())
}

pub fn settings() -> AnyView {
    super::provide();
    let router = view! {
        <Router>
            <FlatRoutes fallback=elsewhere>
                <Route path=path!("/settings/environments") view=page::environments::Environments/>
                <Route path=path!("/settings/clusters") view=page::clusters::Clusters/>
                <Route path=path!("/settings/clusters/new") view=page::new_cluster::NewCluster/>
                <Route path=path!("/settings/clusters/:cluster") view=page::cluster::Cluster/>
                <Route path=path!("/settings/variables") view=page::variables::Variables/>
                <Route path=path!("/settings/secrets") view=page::secrets::Secrets/>
                <Route path=path!("/settings/people") view=page::people::People/>
                <Route path=path!("/settings/account") view=page::account::Account/>
            </FlatRoutes>
        </Router>
    };
    super::around(router.into_any())
}

/// A way inside the program led to a page of another kind: the address is right already, the document is not.
fn elsewhere() -> AnyView {
    if TAKEN_OVER.load(Ordering::Relaxed) {
        Effect::new(|_| {
            let _ = window().location().reload();
        });
        return ().into_any();
    }
    page::missing::Missing().into_any()
}
