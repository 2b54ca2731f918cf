//! What changes in meaning: per component each value as recorded, as drafted, and who wrote it.

use domain::api::{Author, AuthorKind};
use domain::plan::{Does, Plan, ValueChange, Writer, WriterKind};
use leptos::prelude::*;

use super::section::{Section, count, shown, value};
use crate::part::author::AuthorMark;

#[component]
pub fn Values(plan: Plan) -> AnyView {
    let note = if plan.values.is_empty() { String::new() } else { count(plan.values.len(), "value") };
    if plan.values.is_empty() {
        return view! { <Section id="values" title="Values" note><p class="sheet-body muted">"No value changes."</p></Section> }.into_any();
    }
    let mut groups = Vec::<(Option<String>, Vec<ValueChange>)>::new();
    for change in &plan.values {
        match groups.iter_mut().find(|(component, _)| *component == change.component) {
            Some((_, list)) => list.push(change.clone()),
            None => groups.push((change.component.clone(), vec![change.clone()])),
        }
    }
    let groups = groups.into_iter();
    let group = move |(component, list): (Option<String>, Vec<ValueChange>)| {
        let (name, does) = named(&plan, component.as_deref());
        view! {
            <tbody>
                <tr class="value-group"><th colspan="4" scope="rowgroup"><span class="value-node">{name}</span>" "{does}</th></tr>
                {list.into_iter().map(|change| view! { <Row change writers=plan.writers.clone()/> }).collect_view()}
            </tbody>
        }
    };
    view! {
        <Section id="values" title="Values" note>
            <div class="ledger-scroll" tabindex="0" role="region" aria-label="Values that change">
                <table class="ledger ledger--values">
                    <thead><tr><th scope="col">"Field"</th><th scope="col">"Recorded"</th><th scope="col">"Draft"</th><th scope="col">"Written by"</th></tr></thead>
                    {groups.map(group).collect_view()}
                </table>
            </div>
        </Section>
    }
    .into_any()
}

/// A component as people call it, and what happens to it.
pub fn named(plan: &Plan, component: Option<&str>) -> (String, &'static str) {
    let Some(id) = component else { return (if plan.stack.is_some() { "Stack" } else { "Cluster" }.to_owned(), "") };
    let step = plan.order.iter().flat_map(|wave| &wave.steps).find(|step| step.component.as_str() == id);
    let does = step.map_or("", |step| match step.does {
        Does::Add => "new",
        Does::Change => "changed",
        Does::Remove => "removed",
        Does::LetGo => "let go",
        Does::Nothing => "",
    });
    (step.map_or_else(|| id.to_owned(), |step| step.name.to_string()), does)
}

#[component]
fn Row(change: ValueChange, writers: Vec<Writer>) -> AnyView {
    let not_set = || view! { <span class="faint">"not set"</span> }.into_any();
    let before = change.before.as_deref().map_or_else(not_set, |text| view! { <code class="was">{value(text)}</code> }.into_any());
    let after = change.after.as_deref().map_or_else(not_set, |text| view! { <code class="now">{value(text)}</code> }.into_any());
    let template = change.template.as_deref().map(|text| view! { <div class="value-note">"from "<code>{shown(text)}</code></div> });
    let by = change
        .by
        .iter()
        .filter_map(|id| writers.iter().find(|writer| writer.id == *id))
        .map(|writer| view! { <div><AuthorMark author=author(writer)/></div> })
        .collect_view();
    view! { <tr><td><span class="value-path">{shown(&change.path)}</span></td><td>{before}</td><td>{after}{template}</td><td>{by}</td></tr> }
        .into_any()
}

pub fn author(writer: &Writer) -> Author {
    let kind = match writer.kind {
        WriterKind::Person => AuthorKind::Person,
        WriterKind::Agent => AuthorKind::Agent,
    };
    Author { kind, id: writer.id.clone(), name: shown(&writer.name) }
}
