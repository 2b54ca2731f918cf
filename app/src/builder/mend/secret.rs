//! Moving a literal to the vault: first the vault has it, then an expression takes its place. If it cannot be stored,
//! nothing is changed.

use domain::api::secret::SetSecret;
use domain::api::variable::Scope;
use domain::fix::secret::{literal, replaced};
use domain::problem::Problem;
use domain::variable::is_name;
use leptos::prelude::*;

use super::Moving;
use crate::api::{ApiClient, use_api};
use crate::builder::board::{Board, use_board};
use crate::widget::dialog::Dialog;
use crate::widget::field::{FormProblem, FormProblemView, Kind, SelectField, SubmitButton, TextField};

#[component]
pub fn MoveToSecret() -> AnyView {
    let board = use_board();
    let open = RwSignal::new(false);
    // Each follows the other: only what differs is set, or they would go on for ever.
    Effect::new(move |_| {
        let asked = board.moving.with(Option::is_some);
        if open.get_untracked() != asked {
            open.set(asked);
        }
    });
    Effect::new(move |_| {
        if !open.get() && board.moving.with_untracked(Option::is_some) {
            board.moving.set(None);
        }
    });
    let form = move || board.moving.get().map(|moving| view! { <Form moving/> });
    view! { <Dialog id="move-to-secret" title=Signal::stored("Move to a secret".to_owned()) open>{form}</Dialog> }.into_any()
}

#[component]
fn Form(moving: Moving) -> AnyView {
    let (board, api) = (use_board(), use_api());
    let problem: FormProblem = RwSignal::new(None);
    let (name, level) = (RwSignal::new(moving.name.clone()), RwSignal::new("stack".to_owned()));
    let place = format!("{} of {}", moving.path, board.shown_name(&moving.component));
    let levels = board.summary.with_untracked(|summary| {
        let level = |key: &str, label: String| (key.to_owned(), label);
        vec![
            level("stack", format!("{} on {}", summary.stack_name, summary.cluster)),
            level("cluster", format!("All stacks on {}", summary.cluster)),
            level("environment", format!("All clusters of {}", summary.environment)),
        ]
    });
    let save = Action::new_local(move |(): &()| {
        let (api, moving) = (api.clone(), moving.clone());
        async move {
            problem.set(None);
            let done = moved(board, &api, &moving, name.get_untracked().trim(), scope(board, &level.get_untracked())).await;
            match done {
                Ok(()) => board.moving.set(None),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    view! {
        <form on:submit=move |event| { event.prevent_default(); if !save.pending().get_untracked() { save.dispatch(()); } } novalidate>
            <p>"The value at "<code>{place}</code>" is sealed at once and can be read here no more. An expression takes its place."</p>
            <div class="mt"><TextField name="name" label="Name" value=name problem kind=Kind::Mono required=true/></div>
            <div class="mt"><SelectField name="scope" label="It counts for" value=level options=levels problem/></div>
            <div class="mt"><FormProblemView problem fields=&["name", "scope"]/></div>
            <div class="form-actions"><SubmitButton label="Seal it and write the expression" busy=save.pending()/><button class="btn" type="button" on:click=move |_| board.moving.set(None)>"Cancel"</button></div>
        </form>
    }
    .into_any()
}

fn scope(board: Board, level: &str) -> Scope {
    board.summary.with_untracked(|summary| {
        let cluster = summary.cluster.to_string();
        match level {
            "environment" => Scope::Environment { environment: summary.environment.to_string() },
            "cluster" => Scope::Cluster { cluster },
            _ => Scope::Stack { cluster, stack: summary.stack.to_string() },
        }
    })
}

async fn moved(board: Board, api: &ApiClient, moving: &Moving, name: &str, scope: Scope) -> Result<(), Problem> {
    if !is_name(name) {
        let why = "A secret's name has letters, digits and `_`, and begins with no digit.";
        return Err(Problem::invalid("invalid_name", why).at("name"));
    }
    let read = || board.content.with_untracked(|stack| literal(stack, &moving.component, &moving.path));
    let value = read().map_err(|why| Problem::invalid("nothing_to_move", why))?;
    let (cluster, stack) = board.summary.with_untracked(|summary| (summary.cluster.to_string(), summary.stack.to_string()));
    let set = api.secrets(Some(&cluster), Some(&stack)).await?;
    if set.iter().any(|secret| secret.scope == scope && secret.name == name) {
        let why = format!("A secret `{name}` is set there already, and it would be replaced. Choose another name.");
        return Err(Problem::conflict("secret_exists", why).at("name"));
    }
    api.set_secret(&SetSecret { scope, name: name.to_owned(), value: value.clone() }).await?;
    board.flush();
    if read().as_ref() != Ok(&value) {
        let why = format!("The secret `{name}` is set. The text was changed meanwhile, so nothing was replaced in it.");
        return Err(Problem::conflict("text_changed", why));
    }
    if board.change(vec![replaced(&moving.component, &moving.path, name)]) {
        board.said.set(format!("Fixed: the value is sealed as {name}, and an expression stands in its place."));
        return Ok(());
    }
    let why = board.refused.get_untracked().unwrap_or_default();
    board.refused.set(None);
    Err(Problem::conflict("not_replaced", format!("The secret `{name}` is set. {why}")))
}
