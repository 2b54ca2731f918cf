//! On your desk: what waits for a person, with where to go.

use domain::api::overview::DeskItem;
use leptos::prelude::*;

use crate::api::encode;
use crate::part::author::AuthorMark;
use crate::part::environment::EnvironmentMark;
use crate::part::state::{State, StateBadge};
use crate::part::{review_path, stack_path};
use crate::widget::sheet::{Empty, Sheet};

#[component]
pub fn Desk(items: Vec<DeskItem>) -> AnyView {
    let list = if items.is_empty() {
        view! {
            <Empty icon="check" title="Your desk is clear" text="No draft waits for your signature, and none of yours is open.">
                <a class="btn" href="/record">"Open the record"</a>
            </Empty>
        }
        .into_any()
    } else {
        view! { <ul class="desk-list">{items.into_iter().map(|item| view! { <Item item/> }).collect_view()}</ul> }.into_any()
    };
    view! { <Sheet id="h-desk" title="On your desk" note="Waiting for you to read, finish or sign">{list}</Sheet> }.into_any()
}

/// Review pages stand without wasm, so the browser loads them anew.
struct Way {
    href: String,
    verb: &'static str,
    external: bool,
}

fn way(item: &DeskItem) -> Way {
    match (&item.plan, &item.draft) {
        (Some(plan), _) if item.what != "draft" => Way { href: review_path(plan), verb: "Review", external: true },
        (_, Some(draft)) => {
            Way { href: stack_path(draft.cluster.as_str(), draft.stack.as_str(), Some(&draft.id)), verb: "Continue", external: false }
        }
        _ => Way { href: format!("/settings/clusters/{}", encode(item.cluster.as_str())), verb: "Open", external: false },
    }
}

#[component]
fn Item(item: DeskItem) -> AnyView {
    let (state, word) = match item.what.as_str() {
        "countersign" => (State::Waiting, "Countersign"),
        "bind" => (State::Waiting, "Bind cluster"),
        "roster" => (State::Waiting, "Signers changed"),
        _ => (State::Draft, "Draft"),
    };
    let Way { href, verb, external } = way(&item);
    let rel = external.then_some("external");
    let title = if item.title.is_empty() {
        item.draft.as_ref().map_or_else(|| item.cluster.to_string(), |draft| format!("{} for {}", draft.stack_name, draft.cluster))
    } else {
        item.title.clone()
    };
    let author = item.draft.as_ref().map(|draft| view! { <AuthorMark author=draft.edited_by.clone()/> });
    view! {
        <li class="desk-item">
            <span><StateBadge state word/></span>
            <div>
                <p class="desk-title"><a href=href.clone() rel=rel>{title.clone()}</a></p>
                <p class="desk-meta"><EnvironmentMark name=item.environment.to_string()/>{author}{item.facts.into_iter().map(|fact| view! { <span>{fact}</span> }).collect_view()}</p>
            </div>
            <a class="btn btn--sm" href=href rel=rel aria-label=format!("{verb}: {title}")>{verb}</a>
        </li>
    }
    .into_any()
}
