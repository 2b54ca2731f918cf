//! Adding a chart to a draft: its name there, its namespace, and what it waits for, as the catalog knows what it needs.

use domain::api::catalog::Found;
use domain::api::draft::Draft;
use domain::catalog::Capability;
use domain::stack::{Component, Content};
use leptos::prelude::*;

use super::chart::Which;
use crate::part::stack_path;
use crate::widget::icon::Icon;
use crate::widget::plain_field::{PlainField, ProblemPlace};
use crate::widget::sheet::Sheet;

#[component]
pub(super) fn Add(all: Vec<Found>, found: Option<Found>, draft: Draft, which: Which) -> AnyView {
    let summary = draft.summary;
    let version = which.version.clone().or_else(|| found.as_ref().map(|one| one.chart.version.clone())).unwrap_or_default();
    let namespace = found.as_ref().and_then(|one| one.namespace.clone()).unwrap_or_else(|| which.name.clone());
    let (needs, uses) = found.map(|one| (one.needs, one.uses)).unwrap_or_default();
    let back = stack_path(summary.cluster.as_str(), summary.stack.as_str(), Some(&summary.id));
    let waits = waits(&draft.content.components, &all, &needs, &uses);
    let missing: Vec<&str> = needs
        .iter()
        .filter(|need| !waits.iter().any(|wait| wait.is_needed && wait.gives.contains(need)))
        .map(|need| need.as_str())
        .collect();
    let missing = (!missing.is_empty()).then(|| {
        let words = format!("Nothing in this stack gives {}. Where the cluster has it already, all is well.", missing.join(", "));
        view! { <p class="callout callout--waiting"><Icon name="wait"/><span>{words}</span></p> }
    });
    let note = format!("on {}", summary.cluster);
    let (title, chart) = (format!("Add it to {}", summary.stack_name), which.name.clone());
    view! {
        <Sheet id="h-add" title note>
            <form class="sheet-body stack-y" method="post" data-add-chart="" data-draft=summary.id data-back=back data-repository=which.repository data-chart=chart novalidate>
                <PlainField name="name" label="Name" value=which.name required=true hint="a-z, 0-9 and single hyphens. Files and objects are named after it for good."/>
                <PlainField name="version" label="Version" value=version mono=true required=true hint="Exact: a range is never deployed."/>
                <PlainField name="namespace" label="Namespace" value=namespace mono=true required=true/>
                <Waits waits/>
                {missing}
                <ProblemPlace/>
                <div class="form-actions mt-0"><button class="btn btn--action" type="submit"><Icon name="plus"/>"Add to the draft"</button></div>
                <noscript><p class="callout callout--waiting">"Adding needs JavaScript: allow it for this site."</p></noscript>
            </form>
        </Sheet>
    }
    .into_any()
}

/// A component of the draft that gives something of what the chart needs or uses.
struct Wait {
    id: String,
    name: String,
    gives: Vec<Capability>,
    is_needed: bool,
}

fn waits(components: &[Component], all: &[Found], needs: &[Capability], uses: &[Capability]) -> Vec<Wait> {
    let gives = |component: &Component| {
        let Content::Addon(addon) = &component.content else { return Vec::new() };
        let known = all.iter().find(|one| one.chart.name == addon.chart.name && one.chart.repository == addon.chart.repository);
        known.map(|one| one.gives.clone()).unwrap_or_default()
    };
    let wait = |component: &Component| {
        let gives: Vec<Capability> = gives(component).into_iter().filter(|one| needs.contains(one) || uses.contains(one)).collect();
        let is_needed = gives.iter().any(|one| needs.contains(one));
        (!gives.is_empty()).then(|| Wait { id: component.id.to_string(), name: component.name.to_string(), gives, is_needed })
    };
    components.iter().filter_map(wait).collect()
}

/// What it needs is chosen; what it would only use is offered.
#[component]
fn Waits(waits: Vec<Wait>) -> AnyView {
    if waits.is_empty() {
        return ().into_any();
    }
    let choice = |wait: Wait| {
        let gives = wait.gives.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
        view! {
            <label class="check-label"><input class="check" type="checkbox" name="wait" value=wait.id checked=wait.is_needed/><span>{wait.name}" "<span class="faint">{format!("gives {gives}")}</span></span></label>
        }
    };
    view! { <fieldset class="field waits"><legend class="field-label">"Waits for"</legend>{waits.into_iter().map(choice).collect_view()}</fieldset> }.into_any()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::name::Name;
    use domain::stack::{Addon, Chart};

    use super::*;

    fn found(name: &str, gives: &[Capability]) -> Found {
        let chart = Chart { repository: "https://charts.example.com".into(), name: name.into(), version: "1.0.0".into() };
        Found {
            name: name.into(),
            purpose: String::new(),
            chart,
            repository: None,
            category: None,
            namespace: None,
            note: None,
            gives: gives.to_vec(),
            needs: Vec::new(),
            uses: Vec::new(),
        }
    }

    fn component(id: &str, chart: &str) -> Component {
        let chart = Chart { repository: "https://charts.example.com".into(), name: chart.into(), version: "2.0.0".into() };
        let addon = Addon { chart, release: serde_json::Map::new(), values: String::new() };
        Component::new(Name::new(id).unwrap(), Content::Addon(addon))
    }

    #[test]
    fn what_gives_what_is_needed_is_chosen_and_what_is_only_used_is_offered() {
        let all = [found("postgres", &[Capability::Database, Capability::Backup]), found("redis", &[Capability::Cache]), found("web", &[])];
        let components =
            [component("data", "postgres"), component("quick", "redis"), component("page", "web"), component("own", "nobody-knows")];
        let found = waits(&components, &all, &[Capability::Database], &[Capability::Cache]);
        let found: Vec<_> = found.iter().map(|wait| (wait.id.as_str(), wait.gives.as_slice(), wait.is_needed)).collect();
        assert_eq!(found, [("data", [Capability::Database].as_slice(), true), ("quick", [Capability::Cache].as_slice(), false)]);
    }
}
