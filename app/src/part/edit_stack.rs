//! The way from a recorded stack to a draft of it.

use domain::api::draft::{NewDraft, Start};
use domain::api::overview::StackOn;
use domain::name::Name;
use domain::principal::Act;
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::problem::ProblemView;
use super::{name_problem, stack_path};
use crate::api::use_api;
use crate::session::{on_cluster, use_session};

/// Opens the stack's open draft, the last edited one, or makes one of its newest entry; `fresh` makes one in any case.
/// Absent for those who may not draft there.
#[component]
pub fn EditStack(
    on: StackOn,
    environment: String,
    word: &'static str,
    #[prop(optional)] fresh: bool,
    #[prop(optional)] main: bool,
) -> AnyView {
    let (api, navigate, session) = (use_api(), use_navigate(), use_session());
    if !session.may(Act::Draft, &on_cluster(&environment, &on.cluster)) {
        return ().into_any();
    }
    let problem = RwSignal::new(None::<Problem>);
    let label = format!("{word}: {} on {}", on.stack, on.cluster);
    let edit = Action::new(move |(): &()| {
        let (api, navigate, on) = (api.clone(), navigate.clone(), on.clone());
        async move {
            problem.set(None);
            match draft_of(api, &on, fresh).await {
                Ok(id) => navigate(&stack_path(&on.cluster, &on.stack, Some(&id)), Default::default()),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <button class="btn" class:btn--action=main class:btn--sm=!main type="button" aria-label=label aria-disabled=move || edit.pending().get().then_some("true") on:click=move |_| { if !edit.pending().get_untracked() { edit.dispatch(()); } }>{word}</button>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
    }
    .into_any()
}

async fn draft_of(api: crate::ApiClient, on: &StackOn, fresh: bool) -> Result<String, Problem> {
    if !fresh {
        let open = api.open_drafts().await?;
        if let Some(own) = open.into_iter().find(|one| one.cluster.as_str() == on.cluster && one.stack.as_str() == on.stack) {
            return Ok(own.id);
        }
    }
    let stack = Name::new(&on.stack).map_err(|error| name_problem(&error, "stack"))?;
    Ok(api.new_draft(&on.cluster, &NewDraft { start: Start::Record { stack } }).await?.summary.id)
}
