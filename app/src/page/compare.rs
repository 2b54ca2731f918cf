//! Any two contents of a stack: chosen by a form that needs no script, told in words, then line by line.

use domain::api::compare::{Comparison, TextDifference, Version};
use domain::difference::{Hunk, Line};
use domain::problem::Problem;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::ApiClient;
use crate::api::use_api;
use crate::frame::{Crumb, Frame, Place};
use crate::part::drafts_path;
use crate::part::problem::ProblemView;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::{Empty, Sheet};
use crate::widget::time::Moment;

#[component]
pub fn Compare() -> AnyView {
    let (api, params, query) = (use_api(), use_params_map(), use_query_map());
    let of = move |key: &str| params.with_untracked(|params| params.get(key).unwrap_or_default());
    let asked = move |key: &str| query.with_untracked(|query| query.get(key).filter(|text| !text.is_empty()));
    let (cluster, stack) = (of("cluster"), of("stack"));
    let two = (asked("from"), asked("to"));
    let (on, name) = (cluster.clone(), stack.clone());
    let found = Resource::new(|| (), move |()| find(api.clone(), on.clone(), name.clone(), two.clone()));
    let crumbs = vec![Crumb::link("Overview", "/"), Crumb::link(stack.clone(), drafts_path(&cluster, &stack)), Crumb::here("Compare")];
    view! {
        <Frame place=Place::Stacks title=format!("Compare {stack}") crumbs>
            <PageHead title=format!("Compare {stack}") about="Entries of the record, drafts and their checkpoints, any two. Nothing is changed here."/>
            <Loaded resource=found what="the comparison" view=|found| view! { <Compared found/> }/>
        </Frame>
    }
    .into_any()
}

type Found = (Vec<Version>, Option<Result<Comparison, Problem>>);

/// Without a choice: the two that stand first, which are the newest.
async fn find(api: ApiClient, cluster: String, stack: String, two: (Option<String>, Option<String>)) -> Result<Found, Problem> {
    let versions = api.versions(&cluster, &stack).await?;
    let draft = versions.iter().find(|one| one.reference.starts_with("draft:")).map(|one| one.reference.clone());
    let entry = versions.iter().find(|one| one.reference.starts_with("entry:")).map(|one| one.reference.clone());
    let (Some(from), Some(to)) = (two.0.or(entry).or_else(|| draft.clone()), two.1.or(draft)) else { return Ok((versions, None)) };
    let comparison = api.compare(&cluster, &stack, &from, &to).await;
    Ok((versions, Some(comparison)))
}

#[component]
fn Compared(found: Found) -> AnyView {
    let (versions, comparison) = found;
    if versions.is_empty() {
        return view! { <Empty icon="draft" title="Nothing to compare" text="There is neither an entry nor a draft of this stack."/> }
            .into_any();
    }
    let sides =
        comparison.as_ref().and_then(|compared| compared.as_ref().ok()).map(|compared| (compared.from.clone(), compared.to.clone()));
    let (from, to) = sides.unzip();
    let shown = match comparison {
        Some(Ok(comparison)) => view! { <Differences comparison/> }.into_any(),
        Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <form class="filters compare-form" aria-label="What to compare">
            <Chooser name="from" label="From" versions=versions.clone() chosen=from/>
            <Chooser name="to" label="To" versions chosen=to/>
            <button class="btn btn--action" type="submit">"Compare"</button>
        </form>
        <div class="stack-y mt">{shown}</div>
    }
    .into_any()
}

/// A single revision stands in no list: where one is shown, it is one more choice.
#[component]
fn Chooser(name: &'static str, label: &'static str, versions: Vec<Version>, chosen: Option<Version>) -> AnyView {
    let id = format!("compare-{name}");
    let reference = chosen.as_ref().map(|one| one.reference.clone()).unwrap_or_default();
    let extra = chosen.filter(|one| versions.iter().all(|other| other.reference != one.reference));
    let option = |version: Version| {
        let selected = version.reference == reference;
        view! { <option value=version.reference selected=selected>{version.title}</option> }
    };
    view! {
        <div class="compare-side">
            <label class="field-label" for=id.clone()>{label}</label>
            <select class="select" id=id name=name>{extra.into_iter().chain(versions).map(option).collect_view()}</select>
        </div>
    }
    .into_any()
}

#[component]
fn Differences(comparison: Comparison) -> AnyView {
    let Comparison { from, to, changes, texts } = comparison;
    let side = |version: &Version| {
        view! { <strong>{version.title.clone()}</strong><span class="muted">" "{version.by.join(", ")}", "<Moment at=version.at/></span> }
    };
    let about = view! { <p class="measure">{side(&from)}" → "{side(&to)}</p> };
    if changes.is_empty() && texts.is_empty() {
        return view! { {about}<Empty icon="check" title="Both hold the same" text="Not one value and not one line differs."/> }.into_any();
    }
    let count = if changes.len() == 1 { "1 change".to_owned() } else { format!("{} changes", changes.len()) };
    let list = if changes.is_empty() {
        view! { <p class="sheet-body muted">"No value differs: only how it is written down."</p> }.into_any()
    } else {
        view! { <ul class="sheet-body brief compare-words">{changes.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul> }
            .into_any()
    };
    view! {
        {about}
        <Sheet id="h-changes" title="What was done" note=count>{list}</Sheet>
        {texts.into_iter().enumerate().map(|(place, text)| view! { <Text place text/> }).collect_view()}
    }
    .into_any()
}

#[component]
fn Text(place: usize, text: TextDifference) -> AnyView {
    let label = format!("Lines of {}", text.name);
    let cut =
        text.is_cut.then(|| view! { <p class="sheet-body muted">"The rest is left off here; export both sides to see all of it."</p> });
    let mut hunks = Vec::new();
    for hunk in text.hunks {
        hunks.push(view! { <Lines hunk/> });
    }
    view! {
        <Sheet id=format!("h-text-{place}") title=text.name>
            <div class="diff" tabindex="0" role="region" aria-label=label>{hunks}</div>{cut}
        </Sheet>
    }
    .into_any()
}

#[component]
fn Lines(hunk: Hunk) -> AnyView {
    let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
    let line = |line: Line| {
        let (class, sign, said) = match (line.before, line.after) {
            (Some(_), None) => ("ln del", "−", "removed: "),
            (None, Some(_)) => ("ln add", "+", "added: "),
            _ => ("ln", "", ""),
        };
        view! { <div class=class><span>{number(line.before)}</span><span>{number(line.after)}</span><span aria-hidden="true">{sign}</span><span><span class="sr-only">{said}</span>{line.text}</span></div> }
    };
    view! { <div class="hunk-lines">{hunk.lines.into_iter().map(line).collect_view()}</div> }.into_any()
}
