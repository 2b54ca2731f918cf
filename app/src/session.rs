//! The person in front of the screen, read once and known to every page.

use domain::api::session::{Me, SessionState};
use domain::principal::{Act, Principal, Target, may};
use domain::problem::Problem;
use leptos::prelude::*;

use crate::api::use_api;

#[derive(Clone, Copy)]
pub struct Session(pub Resource<Result<SessionState, Problem>>);

/// Called by [`App`](crate::App), once.
pub fn provide_session() {
    let api = use_api();
    provide_context(Session(Resource::new_blocking(|| (), move |()| api.session())));
}

pub fn use_session() -> Session {
    expect_context::<Session>()
}

impl Session {
    /// Read it inside `Suspense`: it waits for the answer.
    pub fn me(self) -> Option<Me> {
        self.0.get().and_then(Result::ok).and_then(|state| state.person)
    }

    /// Like [`me`](Self::me), but not for a session in which a key can be enrolled and nothing else.
    pub fn logged_in(self) -> Option<Me> {
        self.0.get().and_then(Result::ok).filter(is_logged_in).and_then(|state| state.person)
    }

    /// Whether to draw a control. The server decides again when it is used.
    pub fn may(self, act: Act, target: &Target) -> bool {
        self.me().is_some_and(|me| person_may(&me, act, target))
    }
}

pub fn is_logged_in(state: &SessionState) -> bool {
    state.person.is_some() && state.proof.as_deref() != Some("enrolment")
}

pub fn person_may(me: &Me, act: Act, target: &Target) -> bool {
    let principal = Principal::Person { id: me.id.clone(), name: me.name.clone(), grants: me.grants.clone() };
    may(&principal, act, target)
}

/// The environment and cluster that an act is about.
pub fn on_cluster(environment: impl ToString, cluster: impl ToString) -> Target {
    Target::Cluster { environment: environment.to_string(), cluster: cluster.to_string() }
}
