//! What a change touches, so that edits made at the same time by two people meet only where they overlap.

use super::Change;
use crate::name::Name;
use crate::yaml::path::ValuePath;

/// A field of the draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touch {
    /// All of a component: it comes or goes.
    Component(Name),
    /// One of its fields.
    Field(Name, &'static str),
    /// Its text as a whole.
    Text(Name),
    /// One value in its text, and all below.
    Value(Name, ValuePath),
    /// One edge.
    Edge(Name, Name),
    Variable(String),
    /// A field of the stack.
    Stack(&'static str),
}

pub fn touches(change: &Change) -> Touch {
    let field = |component: &Name, field| Touch::Field(component.clone(), field);
    match change {
        Change::AddComponent { component } => Touch::Component(component.id.clone()),
        Change::RemoveComponent { component } | Change::LetGo { component } => Touch::Component(component.clone()),
        Change::RenameComponent { component, .. } => field(component, "name"),
        Change::SetValuesText { component, .. } | Change::SetManifestText { component, .. } => Touch::Text(component.clone()),
        Change::SetValue { component, path, .. } | Change::UnsetValue { component, path } => Touch::Value(component.clone(), path.clone()),
        Change::SetNamespace { component, .. } => field(component, "namespace"),
        Change::SetChartSource { component, .. } => field(component, "chart"),
        Change::SetChartVersion { component, .. } => field(component, "version"),
        Change::SetReleaseName { component, .. } => field(component, "release name"),
        Change::SetTimeout { component, .. } => field(component, "timeout"),
        Change::Connect { component, on } | Change::Disconnect { component, on } => Touch::Edge(component.clone(), on.clone()),
        Change::DeclareVariable { declaration } => Touch::Variable(declaration.name.clone()),
        Change::RetypeVariable { name, .. } | Change::UndeclareVariable { name } => Touch::Variable(name.clone()),
        Change::SetDescription { .. } => Touch::Stack("description"),
        Change::RenameStack { .. } => Touch::Stack("name"),
        Change::SetStackDependsOn { .. } => Touch::Stack("dependsOn"),
        Change::SetLayout { component, .. } => field(component, "layout"),
    }
}

impl Touch {
    pub fn overlaps(&self, other: &Touch) -> bool {
        match (self, other) {
            (Touch::Component(a), other) | (other, Touch::Component(a)) => other.concerns(a),
            (Touch::Text(a), Touch::Text(b) | Touch::Value(b, _)) | (Touch::Value(a, _), Touch::Text(b)) => a == b,
            (Touch::Value(a, here), Touch::Value(b, there)) => a == b && (here.starts_with(there) || there.starts_with(here)),
            _ => self == other,
        }
    }

    /// An edge concerns both of its ends.
    fn concerns(&self, id: &Name) -> bool {
        match self {
            Touch::Component(own) | Touch::Field(own, _) | Touch::Text(own) | Touch::Value(own, _) => own == id,
            Touch::Edge(from, to) => from == id || to == id,
            Touch::Variable(_) | Touch::Stack(_) => false,
        }
    }
}

impl std::fmt::Display for Touch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Touch::Component(id) => write!(f, "{id}"),
            Touch::Field(id, field) => write!(f, "{id}: {field}"),
            Touch::Text(id) => write!(f, "{id}: text"),
            Touch::Value(id, path) => write!(f, "{id}: {path}"),
            Touch::Edge(from, to) => write!(f, "{from} waits for {to}"),
            Touch::Variable(name) => write!(f, "variable {name}"),
            Touch::Stack(field) => f.write_str(field),
        }
    }
}

/// Where two lists of changes meet, as places of `mine` and `theirs`; `None`: both can hold.
pub fn overlap(mine: &[Change], theirs: &[Change]) -> Option<(usize, usize)> {
    let theirs: Vec<Touch> = theirs.iter().map(touches).collect();
    mine.iter().enumerate().find_map(|(place, change)| {
        let mine = touches(change);
        theirs.iter().position(|theirs| mine.overlaps(theirs)).map(|other| (place, other))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use serde_json::json;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn set(component: &str, path: &str) -> Change {
        Change::SetValue { component: name(component), path: ValuePath::parse(path).unwrap(), value: json!(1) }
    }

    #[test]
    fn other_paths_do_not_meet_and_paths_below_do() {
        assert_eq!(overlap(&[set("loki", "a.b")], &[set("loki", "a.c"), set("grafana", "a.b")]), None);
        assert_eq!(overlap(&[set("loki", "x"), set("loki", "a")], &[set("loki", "a.c")]), Some((1, 0)));
    }

    #[test]
    fn a_text_meets_every_value_in_it() {
        let text = Change::SetValuesText { component: name("loki"), text: String::new() };
        assert_eq!(overlap(&[text], &[set("loki", "a")]), Some((0, 0)));
    }

    #[test]
    fn removing_a_component_meets_everything_of_it_and_edges_to_it() {
        let gone = Change::RemoveComponent { component: name("loki") };
        let edge = Change::Connect { component: name("grafana"), on: name("loki") };
        assert_eq!(overlap(std::slice::from_ref(&gone), &[edge]), Some((0, 0)));
        assert_eq!(overlap(&[gone], &[set("grafana", "a")]), None);
    }
}
