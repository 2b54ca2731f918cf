//! A change in words, for the history of a draft and for whoever looks on: `renamed grafana to dashboards`.

use serde_json::Value;

use super::Change;
use super::apply::apply;
use super::carry::narrowed;
use crate::name::Name;
use crate::stack::{Content, Point, Stack};
use crate::yaml::path::{Segment, ValuePath};

/// A longer value is not repeated.
const VALUE: usize = 60;

/// One line for each thing that was changed on `before`; texts are told by the values that differ.
pub fn told(before: &Stack, changes: &[Change]) -> Vec<String> {
    let mut stack = before.clone();
    let mut lines = Vec::new();
    for change in changes {
        for (_, narrow) in narrowed(&stack, std::slice::from_ref(change)) {
            let line = words(&stack, &narrow);
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        let _ = apply(&mut stack, change);
    }
    lines
}

/// All of it in one short line: who looks on sees where, and reads on there.
pub fn brief(stack: &Stack, changes: &[Change]) -> String {
    let mut places = Vec::new();
    for change in changes {
        let line = match change {
            Change::SetValuesText { component, .. } | Change::SetManifestText { component, .. } => {
                format!("changed {}", text_of(stack, component))
            }
            Change::SetLayout { component, .. } => format!("moved {} on the canvas", shown(stack, component)),
            other => words(stack, other),
        };
        if !places.contains(&line) {
            places.push(line);
        }
    }
    match places.as_slice() {
        [] => "changed nothing".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
    }
}

/// One change, told of the stack as it was before or is after it.
pub fn words(stack: &Stack, change: &Change) -> String {
    let of = |id: &Name| shown(stack, id);
    match change {
        Change::AddComponent { component } => format!("added {}", component.name),
        Change::RemoveComponent { component } => format!("removed {}", of(component)),
        Change::LetGo { component } => format!("let go of {}, which runs on", of(component)),
        Change::RenameComponent { component, name } => format!("renamed {} to {name}", of(component)),
        Change::SetValuesText { component, .. } | Change::SetManifestText { component, .. } => {
            format!("changed the text of {}", text_of(stack, component))
        }
        Change::SetValue { component, path, value } => format!("set {} in {} to {}", place(path), text_of(stack, component), short(value)),
        Change::UnsetValue { component, path } => format!("removed {} from {}", place(path), text_of(stack, component)),
        Change::SetNamespace { component, namespace: Some(namespace) } => format!("put {} into the namespace {namespace}", of(component)),
        Change::SetNamespace { component, namespace: None } => format!("took the namespace from {}", of(component)),
        Change::SetChartSource { component, repository, name } => format!("set the chart of {} to {name} from {repository}", of(component)),
        Change::SetChartVersion { component, version } => format!("set the version of {} to {version}", of(component)),
        Change::SetReleaseName { component, release_name } => match release_name {
            Some(name) => format!("set the release name of {} to {name}", of(component)),
            None => format!("gave {} its own id as release name", of(component)),
        },
        Change::SetTimeout { component, timeout } => match timeout {
            Some(timeout) => format!("set the timeout of {} to {timeout}", of(component)),
            None => format!("took the timeout from {}", of(component)),
        },
        Change::Connect { component, on } => format!("made {} wait for {}", of(component), of(on)),
        Change::Disconnect { component, on } => format!("made {} no longer wait for {}", of(component), of(on)),
        Change::DeclareVariable { declaration } => format!("declared the variable {}", declaration.name),
        Change::RetypeVariable { name, kind } => format!("made the variable {name} a {}", kind.as_str()),
        Change::UndeclareVariable { name } => format!("took away the variable {name}"),
        Change::SetDescription { .. } => "changed the description".to_owned(),
        Change::RenameStack { name } => format!("renamed the stack to {name}"),
        Change::SetStackDependsOn { depends_on } if depends_on.is_empty() => "made the stack wait for no other".to_owned(),
        Change::SetStackDependsOn { depends_on } => {
            let names: Vec<&str> = depends_on.iter().map(Name::as_str).collect();
            format!("made the stack wait for {}", names.join(", "))
        }
        Change::SetLayout { component, layout: Some(Point { x, y }) } => format!("moved {} to {x:.0}, {y:.0}", of(component)),
        Change::SetLayout { component, layout: None } => format!("let {} be placed", of(component)),
    }
}

fn shown(stack: &Stack, id: &Name) -> String {
    stack.component(id.as_str()).map_or_else(|| id.to_string(), |found| found.name.to_string())
}

fn text_of(stack: &Stack, id: &Name) -> String {
    let what = match stack.component(id.as_str()).map(|found| &found.content) {
        Some(Content::Manifest(_)) => "manifest",
        _ => "values",
    };
    format!("{}'s {what}", shown(stack, id))
}

/// The first of several documents goes without its number.
fn place(path: &ValuePath) -> String {
    match path.segments() {
        [Segment::Index(0), rest @ ..] if !rest.is_empty() => {
            let text = path.to_string();
            text.strip_prefix("[0].").or_else(|| text.strip_prefix("[0]")).unwrap_or(&text).to_owned()
        }
        _ => path.to_string(),
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines = text.lines().count();
    if lines > 1 {
        return format!("{lines} lines of text");
    }
    if text.chars().count() <= VALUE {
        return if text.is_empty() { "an empty text".to_owned() } else { text };
    }
    text.chars().take(VALUE).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use crate::stack::{Component, Manifest};

    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn stack() -> Stack {
        let content = Content::Manifest(Manifest { text: "kind: A\ndata: {colour: blue}\n".into() });
        Stack { components: vec![Component::new(name("grafana"), content)], ..Stack::new(name("web")) }
    }

    #[test]
    fn a_rename_is_told_as_a_rename_and_what_follows_uses_the_new_name() {
        let changes = [
            Change::RenameComponent { component: name("grafana"), name: name("dashboards") },
            Change::SetNamespace { component: name("grafana"), namespace: Some("metrics".into()) },
        ];
        assert_eq!(told(&stack(), &changes), ["renamed grafana to dashboards", "put dashboards into the namespace metrics"]);
    }

    #[test]
    fn a_text_is_told_by_the_values_that_differ_in_it() {
        let text = "kind: A\ndata: {colour: green}\n".to_owned();
        let change = Change::SetManifestText { component: name("grafana"), text };
        assert_eq!(told(&stack(), std::slice::from_ref(&change)), ["set data.colour in grafana's manifest to green"]);
        assert_eq!(brief(&stack(), &[change.clone(), change]), "changed grafana's manifest");
        let broken = Change::SetManifestText { component: name("grafana"), text: "a: [".into() };
        assert_eq!(told(&stack(), &[broken]), ["changed the text of grafana's manifest"]);
    }

    #[test]
    fn a_long_or_many_lined_value_is_not_repeated() {
        let set = |value: String| Change::SetValue { component: name("grafana"), path: ValuePath::root().key("a"), value: value.into() };
        assert_eq!(words(&stack(), &set("a\nb".into())), "set a in grafana's manifest to 2 lines of text");
        assert!(words(&stack(), &set("x".repeat(200))).ends_with(&format!("{}…", "x".repeat(60))));
    }
}
