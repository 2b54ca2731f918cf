//! The page: what it is about, its sections, and the slip beside them.

use domain::finding::Level;
use domain::plan::{Does, Kind, Plan};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::files::Files;
use super::guards::Guards;
use super::order::Order;
use super::reading::{self, Reading};
use super::rendered::Rendered;
use super::secrets::Secrets;
use super::section::{Section, count, shown};
use super::slip::SigningSlip;
use super::standing::{Standing, unsettled};
use super::values::Values;
use super::variables::Variables;
use crate::api::use_api;
use crate::assets::use_assets;
use crate::frame::{Crumb, Frame, Place};
use crate::part::problem::ProblemView;
use crate::part::{number, stack_path};
use crate::widget::icon::Icon;
use crate::widget::time::now_micros;

/// Nothing is sent along for a takeover by wasm: there is none.
#[component]
pub fn Review() -> AnyView {
    let params = use_params_map();
    let id = params.with_untracked(|params| params.get("plan").unwrap_or_default());
    let api = use_api();
    let page = async move {
        match reading::read(api, id).await {
            Ok(reading) => view! { <Document reading/> }.into_any(),
            Err(problem) => view! {
                <Frame place=Place::Stacks title="Review" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Review")]>
                    <ProblemView problem page=true/>
                </Frame>
            }
            .into_any(),
        }
    };
    view! { <Suspense>{Suspend::new(page)}</Suspense> }.into_any()
}

#[component]
fn Document(reading: Reading) -> AnyView {
    let Reading { around, plan, files, me } = reading;
    let title = title(&plan);
    let standing = Standing::of(&around, now_micros());
    let script = use_assets().url("sign.js");
    let armed = (around.slip.armed && standing.is_open()).then_some("");
    let asked = unsettled(&standing);
    let mut crumbs = vec![Crumb::link("Overview", "/")];
    if let Some(stack) = &plan.stack {
        let href = stack_path(plan.cluster.name.as_str(), stack.id.as_str(), around.draft.as_deref());
        crumbs.push(Crumb::link(stack.name.to_string(), href).environment(&plan.cluster.environment));
    }
    crumbs.push(Crumb::here("Review"));
    view! {
        <Frame place=Place::Stacks title=title.clone() crumbs>
            <div data-review=around.id.clone() data-sha256=around.sha256.clone() data-kind=around.kind.clone() data-cluster=around.cluster.clone()
                data-stack=around.stack.clone() data-draft=around.draft.clone() data-armed=armed data-unsettled=asked>
                <header class="page-head">
                    <div class="page-head-text"><h1 class="page-title" data-fact="title">{title}</h1><p class="page-sub" data-fact="about">{about(&plan)}</p></div>
                </header>
                <div class="review-grid">
                    <div class="review-doc">
                        <Jump plan=plan.clone()/>
                        <Brief plan=plan.clone()/>
                        <Guards findings=plan.findings.clone()/>
                        <Values plan=plan.clone()/>
                        <Rendered id=around.id.clone() plan=plan.clone()/>
                        <Variables variables=plan.variables.clone()/>
                        <Secrets secrets=plan.secrets.clone() recipients=plan.recipients.clone()/>
                        <Order kind=plan.kind order=plan.order.clone() effects=plan.effects.clone()/>
                        <Files plan=around.id.clone() files/>
                    </div>
                    <SigningSlip around=around.clone() plan me standing/>
                </div>
            </div>
        </Frame>
        <script type="module" src=script nonce=use_nonce()></script>
    }
    .into_any()
}

pub fn title(plan: &Plan) -> String {
    let cluster = &plan.cluster.name;
    match (&plan.kind, &plan.stack) {
        (Kind::StackRemoval, Some(stack)) => format!("Review the removal of {} from {cluster}", stack.name),
        (_, Some(stack)) => format!("Review {} for {cluster}", stack.name),
        (Kind::Roster, None) => format!("Review who signs for {cluster}"),
        (Kind::Adopt, None) => format!("Review what {cluster} adopts"),
        (_, None) => format!("Review the binding of {cluster}"),
    }
}

/// `Draft rev 14 against record 0412. Adds 3 components, changes 2, removes 1. Deploying writes 8 files in one commit.`
fn about(plan: &Plan) -> String {
    let mut said = Vec::new();
    if let Some(draft) = &plan.draft {
        said.push(match draft.based_on {
            Some(entry) => format!("Draft rev {} against record {}.", draft.revision, number(entry)),
            None => format!("Draft rev {}, the first of this stack here.", draft.revision),
        });
    }
    let of = |does: Does| plan.order.iter().flat_map(|wave| &wave.steps).filter(|step| step.does == does).count();
    let verbs = [(Does::Add, "adds"), (Does::Change, "changes"), (Does::Remove, "removes"), (Does::LetGo, "lets go of")];
    let counted = verbs.into_iter().filter(|(does, _)| of(*does) > 0).enumerate().map(|(at, (does, verb))| match at {
        0 => format!("{} {}", super::section::words(verb), count(of(does), "component")),
        _ => format!("{verb} {}", of(does)),
    });
    let counted = counted.collect::<Vec<_>>().join(", ");
    if !counted.is_empty() {
        said.push(format!("{counted}."));
    }
    said.push(format!("Deploying writes {} in one commit.", count(plan.changed_files().count(), "file")));
    said.join(" ")
}

#[component]
fn Jump(plan: Plan) -> AnyView {
    let open = plan.findings.iter().filter(|finding| finding.level >= Level::Confirm).count();
    let stops = (open > 0).then(|| view! { <Icon name="block" class="ic-blocked"/> });
    let tab = |(href, label, number): (&'static str, &'static str, usize)| {
        let number = (number > 0).then(|| view! { <span class="count">{number}</span> });
        view! { <a class="tab" href=href rel="external">{label}{number}</a> }
    };
    let rendered = plan.preview.as_ref().map(|_| tab(("#rendered", "Rendered", 0)));
    let tabs = [
        ("#variables", "Variables", plan.variables.len()),
        ("#secrets", "Secrets", plan.secrets.len()),
        ("#order", "Order", 0),
        ("#files", "Files", plan.changed_files().count()),
    ];
    view! {
        <nav class="jump" aria-label="Sections">
            <a class="tab" href="#guards" rel="external">"Guards"{stops}{(open > 0).then(|| view! { <span class="count">{open}</span> })}</a>
            {tab(("#values", "Values", plan.values.len()))}
            {rendered}
            {tabs.map(tab).collect_view()}
        </nav>
    }
    .into_any()
}

/// The computed sentences, then why somebody wants it.
#[component]
fn Brief(plan: Plan) -> AnyView {
    let title = (!plan.title.is_empty()).then(|| view! { <p><strong>{shown(&plan.title)}</strong></p> });
    let why = (!plan.why.is_empty()).then(|| view! { <p class="why measure">{shown(&plan.why)}</p> });
    let ticket = plan.ticket.clone().map(|ticket| view! { <p>"Ticket "<Ticket ticket/></p> });
    let sentences = plan.brief.iter().map(|sentence| view! { <li>{shown(sentence)}</li> }).collect_view();
    view! {
        <Section id="brief" title="In brief" note="computed from the plan">
            <div class="sheet-body stack-y"><ul class="brief">{sentences}</ul>{title}{why}{ticket}</div>
        </Section>
    }
    .into_any()
}

/// Only what a browser may safely open is a link; whatever else was typed stays text.
#[component]
fn Ticket(ticket: String) -> AnyView {
    let text = shown(&ticket);
    if ticket.starts_with("https://") || ticket.starts_with("http://") {
        view! { <a href=ticket rel="external noopener noreferrer" target="_blank">{text}</a> }.into_any()
    } else {
        view! { <span>{text}</span> }.into_any()
    }
}
