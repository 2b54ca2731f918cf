//! *Differs from record*: what a changed variable or secret leaves to be deployed.

use domain::api::overview::{Differs, StackOn};
use leptos::prelude::*;

use super::edit_stack::EditStack;
use super::scope::Places;
use super::stack_path;

/// `replicas and the secret token changed since`
pub fn words(differs: &Differs) -> String {
    let secrets = differs.secrets.iter().map(|name| format!("the secret {name}"));
    let all: Vec<String> = differs.variables.iter().cloned().chain(secrets).collect();
    match all.split_last() {
        Some((last, [])) => format!("{last} changed since"),
        Some((last, rest)) => format!("{} and {last} changed since", rest.join(", ")),
        None => String::new(),
    }
}

/// Below a value: the stacks whose record was made with another, each with the way to a draft without changes.
#[component]
pub fn DifferingStacks(stacks: Vec<StackOn>, places: Places) -> AnyView {
    let line = move |on: StackOn| {
        let environment = places.clusters.iter().find(|(name, _)| *name == on.cluster).map(|(_, environment)| environment.clone());
        let href = stack_path(&on.cluster, &on.stack, None);
        let shown = format!("{} on {}", on.stack, on.cluster);
        view! {
            <div class="value-note differs"><span class="ic-waiting">"differs from record: "</span><a href=href>{shown}</a>
                <EditStack on environment=environment.unwrap_or_default() word="Make a draft" fresh=true/></div>
        }
    };
    stacks.into_iter().map(line).collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_reads_as_a_sentence() {
        let differs = |variables: &[&str], secrets: &[&str]| Differs {
            variables: variables.iter().map(ToString::to_string).collect(),
            secrets: secrets.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(words(&differs(&["domain"], &[])), "domain changed since");
        assert_eq!(words(&differs(&["domain", "size"], &["token"])), "domain, size and the secret token changed since");
        assert_eq!(words(&differs(&[], &[])), "");
    }
}
