//! What a chart's repository says of it: versions, and README, values, schema and custom resources of one of them.
//!
//! A page of its own, since a repository may take long to answer; `catalog.js` puts it into the chart's page.

use domain::api::catalog::{ChartVersion, ChartVersions, Contents};
use domain::plan::diff::hunks;
use domain::problem::Problem;
use domain::stack;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::chart::Which;
use super::shelf::chart_address;
use crate::ApiClient;
use crate::api::{query, use_api};
use crate::frame::{Crumb, Frame, Place};
use crate::part::lines::Lines;
use crate::part::markdown;
use crate::part::problem::ProblemView;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::sheet::Sheet;

/// More versions than these nobody scrolls through; the field takes any.
const SHOWN: usize = 25;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Said {
    versions: ChartVersions,
    /// Of the version that was asked for, or the newest.
    contents: Option<Result<Contents, Problem>>,
    /// Of the version that it is compared with.
    since: Option<Result<Contents, Problem>>,
}

async fn said(api: ApiClient, which: Which) -> Result<Said, Problem> {
    let versions = api.chart_versions(&which.repository, &which.name).await?;
    let first = || versions.versions.first().map(|one| one.version.clone());
    let Some(version) = which.version.or_else(|| versions.newest.clone()).or_else(first) else {
        return Ok(Said { versions, contents: None, since: None });
    };
    let chart = stack::Chart { repository: which.repository, name: which.name, version };
    let contents = Some(api.chart_contents(&chart).await);
    let since = match which.since.filter(|since| *since != chart.version) {
        Some(since) => Some(api.chart_contents(&stack::Chart { version: since, ..chart }).await),
        None => None,
    };
    Ok(Said { versions, contents, since })
}

#[component]
pub fn Inside() -> AnyView {
    let (api, which) = (use_api(), Which::of_address());
    let asked = which.clone();
    let found = Resource::new(|| (), move |()| Box::pin(said(api.clone(), asked.clone())));
    let back = chart_address(&which.repository, &which.name, which.version.as_deref(), which.draft.as_deref());
    let crumbs = vec![Crumb::link("Catalog", which.catalog()), Crumb::link(which.name.clone(), back), Crumb::here("Inside")];
    view! {
        <Frame place=Place::Catalog title=which.name.clone() crumbs>
            <PageHead title=which.name.clone()/>
            <div data-inside="" class="stack-y"><Loaded resource=found what="the chart" view=move |said| view! { <Shown said which=which.clone()/> }/></div>
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(said: Said, which: Which) -> AnyView {
    let shown = match &said.contents {
        Some(Ok(contents)) => Some(contents.chart.version.clone()),
        _ => which.version.clone(),
    };
    let (since, asked) = (said.since, which.since.clone().unwrap_or_default());
    let contents = said.contents.map(|contents| match contents {
        Ok(contents) => {
            let since = since.map(|since| match since {
                Ok(before) => view! { <Changes before after=contents.clone()/> }.into_any(),
                Err(problem) => view! { <section class="sheet"><div class="sheet-body"><p>{format!("What changed since {asked} is not known.")}</p><ProblemView problem/></div></section> }.into_any(),
            });
            view! { {since}<Parts contents/> }.into_any()
        }
        Err(problem) => view! { <ProblemView problem/> }.into_any(),
    });
    view! { <Versions versions=said.versions which shown/>{contents} }.into_any()
}

#[component]
fn Versions(versions: ChartVersions, which: Which, shown: Option<String>) -> AnyView {
    let count = versions.versions.len();
    let newest = versions.newest.clone();
    let row = |one: ChartVersion| {
        let href = chart_address(&which.repository, &which.name, Some(&one.version), which.draft.as_deref());
        let is_shown = shown.as_deref() == Some(one.version.as_str());
        let mark = match () {
            () if one.deprecated => Some("deprecated"),
            () if newest.as_deref() == Some(one.version.as_str()) => Some("newest"),
            () if one.is_prerelease => Some("prerelease"),
            () => None,
        };
        let compared = query(&[
            ("repository", Some(which.repository.as_str())),
            ("name", Some(which.name.as_str())),
            ("version", shown.as_deref()),
            ("since", Some(one.version.as_str())),
            ("draft", which.draft.as_deref()),
        ]);
        let compare = (!is_shown && shown.is_some()).then(|| {
            let label = format!("Compare with {}", one.version);
            view! { <a href=format!("/catalog/chart{compared}") aria-label=label>"Compare"</a> }
        });
        let day = one.created.map(|at| at.chars().take(10).collect::<String>());
        view! {
            <tr>
                <th scope="row"><a class="mono" href=href aria-current=is_shown.then_some("true")>{one.version}</a></th>
                <td class="mono">{one.app_version}</td><td>{day}</td><td>{mark.map(|mark| view! { <span class="chip">{mark}</span> })}</td><td>{compare}</td>
            </tr>
        }
    };
    let is_short = count < 6;
    let summary = format!("{} is shown below", shown.clone().unwrap_or_else(|| "None".into()));
    let rows = versions.versions.into_iter().take(SHOWN).map(row).collect_view();
    let note = if count > SHOWN { format!("the newest {SHOWN} of {count}") } else { count.to_string() };
    view! {
        <Sheet id="h-versions" title="Versions" note>
            <details class="sheet-body" open=is_short>
                <summary>{summary}</summary>
                <div class="ledger-scroll">
                    <table class="ledger ledger--rows">
                        <thead><tr><th scope="col">"Chart"</th><th scope="col">"Application"</th><th scope="col">"Released"</th><th scope="col"><span class="sr-only">"Mark"</span></th><th scope="col"><span class="sr-only">"Compare"</span></th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </details>
        </Sheet>
    }
    .into_any()
}

/// What an update asks of its reader: values, custom resources and the Kubernetes that it needs.
#[component]
fn Changes(before: Contents, after: Contents) -> AnyView {
    let (old, new) = (before.values.unwrap_or_default(), after.values.unwrap_or_default());
    let found = hunks(old.as_bytes(), new.as_bytes());
    let values = if found.is_empty() {
        view! { <p class="sheet-body muted">"No default value changes."</p> }.into_any()
    } else {
        view! { <div class="diff" role="region" aria-label="Default values that change" tabindex="0"><Lines hunks=found/></div> }.into_any()
    };
    let fact = |label: &'static str, old: Option<String>, new: Option<String>| {
        let words = |text: Option<String>| text.unwrap_or_else(|| "not said".to_owned());
        (old != new).then(|| view! { <dt>{label}</dt><dd>{words(old)}" → "{words(new)}</dd> })
    };
    let facts =
        [fact("Application", before.app_version, after.app_version), fact("Needs Kubernetes", before.kube_version, after.kube_version)];
    let names = |crds: &[domain::api::catalog::Crd]| -> Vec<String> {
        crds.iter().map(|crd| format!("{} {} ({})", crd.kind, crd.versions.join(", "), crd.group)).collect()
    };
    let (had, has) = (names(&before.crds), names(&after.crds));
    let list = |label: &'static str, all: Vec<String>| (!all.is_empty()).then(|| view! { <dt>{label}</dt><dd>{all.join(", ")}</dd> });
    let gone = list("No longer brings", had.iter().filter(|one| !has.contains(one)).cloned().collect());
    let brought = list("Brings anew", has.iter().filter(|one| !had.contains(one)).cloned().collect());
    let title = format!("From {} to {}", before.chart.version, after.chart.version);
    view! {
        <Sheet id="h-changes" title note="what its authors changed; your own values stay as they are">
            <dl class="kv sheet-body">{facts.collect_view()}{gone}{brought}</dl>{values}
        </Sheet>
    }
    .into_any()
}

#[component]
fn Parts(contents: Contents) -> AnyView {
    let version = contents.chart.version;
    let readme = contents.readme.map(|text| {
        view! { <Sheet id="h-readme" title="README" note=version.clone()><div class="sheet-body prose" inner_html=markdown::html(&text)></div></Sheet> }
    });
    let values = contents.values.map(|text| {
        view! { <Sheet id="h-values" title="Values" note="with their defaults"><div class="sheet-body"><pre class="chart-text" tabindex="0" role="region" aria-label="Default values">{text}</pre></div></Sheet> }
    });
    let schema = contents.schema.and_then(|schema| serde_json::to_string_pretty(&schema).ok()).map(|text| {
        view! { <Sheet id="h-schema" title="Schema" note="of the values"><details class="sheet-body"><summary>"values.schema.json"</summary><pre class="chart-text" tabindex="0" role="region" aria-label="Schema of the values">{text}</pre></details></Sheet> }
    });
    let crd = |crd: domain::api::catalog::Crd| view! { <li><code>{crd.kind}</code>" "<span class="faint">{format!("{} {}", crd.group, crd.versions.join(", "))}</span></li> };
    let crds = (!contents.crds.is_empty()).then(|| {
        view! { <Sheet id="h-crds" title="Brings" note="custom resources, which stay when it is removed"><div class="sheet-body"><ul class="plain-list">{contents.crds.into_iter().map(crd).collect_view()}</ul></div></Sheet> }
    });
    let dependency =
        |one: domain::api::catalog::Dependency| view! { <li><code>{one.name}</code>" "<span class="faint">{one.version}</span></li> };
    let dependencies = (!contents.dependencies.is_empty()).then(|| {
        view! { <Sheet id="h-charts" title="Holds" note="charts of others"><div class="sheet-body"><ul class="plain-list">{contents.dependencies.into_iter().map(dependency).collect_view()}</ul></div></Sheet> }
    });
    let notes = contents.notes.into_iter().map(|note| view! { <p class="callout callout--waiting">{note}</p> }).collect_view();
    let deprecated =
        contents.deprecated.then(|| view! { <p class="callout callout--waiting">"Its authors say that this chart is deprecated."</p> });
    view! { {deprecated}{notes}{crds}{dependencies}{readme}{values}{schema} }.into_any()
}
