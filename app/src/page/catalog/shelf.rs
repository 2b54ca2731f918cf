//! What was found: on shelves while nothing is asked for, else the best first.

use domain::api::catalog::Found;
use domain::catalog::{Capability, Category};
use domain::text::sentence;
use leptos::prelude::*;

use super::Asked;
use crate::api::query;
use crate::widget::sheet::{Empty, Sheet};

#[component]
pub(super) fn Shelves(found: Vec<Found>, asked: Asked) -> AnyView {
    if found.is_empty() {
        let text = "Try another word, or add the repository that it comes from.";
        return view! { <section class="sheet"><Empty icon="search" title="No chart matches" text><a class="btn" href="/catalog/repositories">"Your repositories"</a></Empty></section> }
            .into_any();
    }
    if !asked.query.is_empty() {
        let note = format!("{} {}", found.len(), if found.len() == 1 { "chart" } else { "charts" });
        return view! { <Sheet id="h-found" title="Found" note><List found draft=asked.draft/></Sheet> }.into_any();
    }
    let shelf = |category: Option<Category>| {
        let on: Vec<Found> = found.iter().filter(|one| one.category == category).cloned().collect();
        let (id, title) = match category {
            Some(category) => (format!("h-{}", category.as_str()), sentence(category.as_str()).trim_end_matches('.').to_owned()),
            None => ("h-own".to_owned(), "From your repositories".to_owned()),
        };
        let (note, draft) = (on.len().to_string(), asked.draft.clone());
        (!on.is_empty()).then(|| view! { <Sheet id title note><List found=on draft/></Sheet> })
    };
    let kinds = std::iter::once(None).chain(Category::ALL.iter().copied().map(Some));
    kinds.map(shelf).collect_view().into_any()
}

#[component]
fn List(found: Vec<Found>, draft: Option<String>) -> AnyView {
    let row = |one: Found| view! { <Row one draft=draft.clone()/> };
    view! { <ul class="chart-list">{found.into_iter().map(row).collect_view()}</ul> }.into_any()
}

#[component]
fn Row(one: Found, draft: Option<String>) -> AnyView {
    let href = chart_address(&one.chart.repository, &one.chart.name, None, draft.as_deref());
    let from = one.repository.map(|name| view! { <span class="chip">{name}</span> });
    view! {
        <li class="chart-row">
            <p class="chart-name"><a href=href>{one.name}</a></p>
            <p class="chart-purpose">{one.purpose}</p>
            <p class="chart-marks">{from}<Capabilities label="needs" all=one.needs/><Capabilities label="gives" all=one.gives/></p>
            <p class="chart-version mono">{one.chart.version}</p>
        </li>
    }
    .into_any()
}

#[component]
pub(super) fn Capabilities(label: &'static str, all: Vec<Capability>) -> AnyView {
    all.into_iter().map(|one| view! { <span class="chip">{format!("{label} {}", one.as_str())}</span> }).collect_view().into_any()
}

/// A chart's page.
pub(super) fn chart_address(repository: &str, name: &str, version: Option<&str>, draft: Option<&str>) -> String {
    let pairs = [("repository", Some(repository)), ("name", Some(name)), ("version", version), ("draft", draft)];
    format!("/catalog/chart{}", query(&pairs))
}
