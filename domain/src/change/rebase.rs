//! Carries a draft over to a newer record: a three-way merge on values, not on text lines.
//!
//! What only one side changed holds. Where both changed the same thing differently, a person chooses; until
//! then the draft's version stands and a conflict shows all three. Comments and quoting are the draft's.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::touch::Touch;
use crate::name::Name;
use crate::stack::{Addon, Chart, Component, Content, LetGo, Manifest, Stack};
use crate::variable::Declaration;
use crate::yaml::path::ValuePath;

#[derive(Debug, Clone, PartialEq)]
pub struct Rebased {
    pub stack: Stack,
    /// What nobody chose yet.
    pub conflicts: Vec<Conflict>,
    /// Choices that met no conflict.
    pub unmet: Vec<Choice>,
}

/// Something that draft and record changed differently; null where it is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Conflict {
    /// The component's id; absent: a field of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    /// A field (`namespace`, `chart`) or a path in the component's text (`values.ingress.hosts`).
    pub at: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub base: Value,
    /// The draft's; it stands until somebody chooses.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub mine: Value,
    /// The record's.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub theirs: Value,
}

/// A side of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The draft's.
    Mine,
    /// The record's.
    Theirs,
}

/// A person's answer to the conflict at this place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    pub at: String,
    pub take: Side,
}

impl Conflict {
    /// Whether it is about the same thing.
    pub fn is_at(&self, component: Option<&Name>, at: &str) -> bool {
        self.component.as_ref() == component && self.at == at
    }

    /// What an edit of the draft touches that led to it.
    pub fn touch(&self) -> Touch {
        let Some(id) = self.component.clone() else {
            return match self.at.strip_prefix("variables.") {
                Some(name) => Touch::Variable(name.to_owned()),
                None => Touch::Stack(if self.at == "description" { "description" } else { "name" }),
            };
        };
        let value = |text: &str| ValuePath::parse(text).ok();
        match self.at.as_str() {
            "component" | "content" => Touch::Component(id),
            "name" => Touch::Field(id, "name"),
            "namespace" => Touch::Field(id, "namespace"),
            "timeout" => Touch::Field(id, "timeout"),
            "chart" => Touch::Field(id, "chart"),
            "version" => Touch::Field(id, "version"),
            "release.releaseName" => Touch::Field(id, "release name"),
            at => match at.strip_prefix("values.").or_else(|| at.strip_prefix("manifest.")).or_else(|| at.strip_prefix("manifest")) {
                Some(path) if !path.is_empty() => {
                    value(path).map_or_else(|| Touch::Text(id.clone()), |path| Touch::Value(id.clone(), path))
                }
                _ => Touch::Text(id),
            },
        }
    }
}

/// Merges what happened from `base` to `record` into `draft`, which was built on `base`.
pub fn rebase(base: &Stack, record: &Stack, draft: &Stack, choices: &[Choice]) -> Rebased {
    let mut merge = Merge { component: None, conflicts: Vec::new(), choices, met: BTreeSet::new() };
    let mut stack = draft.clone();
    stack.name = merge.field("name", &base.name, &draft.name, &record.name);
    stack.description = merge.field("description", &base.description, &draft.description, &record.description);
    stack.depends_on = united(&base.depends_on, &draft.depends_on, &record.depends_on);
    stack.annotations = merge.by_key("annotations", &base.annotations, &draft.annotations, &record.annotations);
    stack.variables = variables(&mut merge, base, draft, record);
    stack.components = components(&mut merge, base, draft, record);
    stack.let_go = let_go(base, draft, record, &stack.components);
    drop_lost_edges(&mut stack);
    tell_apart(&mut stack, record);
    let unmet = choices.iter().enumerate().filter(|(place, _)| !merge.met.contains(place)).map(|(_, choice)| choice.clone()).collect();
    Rebased { stack, conflicts: merge.conflicts, unmet }
}

struct Merge<'a> {
    component: Option<Name>,
    conflicts: Vec<Conflict>,
    choices: &'a [Choice],
    met: BTreeSet<usize>,
}

impl Merge<'_> {
    /// One value that is changed as a whole.
    fn field<T: PartialEq + Clone + Serialize>(&mut self, at: &str, base: &T, ours: &T, theirs: &T) -> T {
        if ours == theirs || theirs == base {
            return ours.clone();
        }
        if ours == base {
            return theirs.clone();
        }
        match self.decide(at, || (json!(base), json!(ours), json!(theirs))) {
            Side::Mine => ours.clone(),
            Side::Theirs => theirs.clone(),
        }
    }

    /// What was chosen here; where nothing was, it is a conflict, and the draft's side stands.
    fn decide(&mut self, at: &str, values: impl FnOnce() -> (Value, Value, Value)) -> Side {
        let here = |choice: &Choice| choice.component == self.component && choice.at == at;
        if let Some(place) = self.choices.iter().position(here) {
            self.met.insert(place);
            return self.choices[place].take;
        }
        let (base, mine, theirs) = values();
        self.conflicts.push(Conflict { component: self.component.clone(), at: at.to_owned(), base, mine, theirs });
        Side::Mine
    }

    fn by_key<T: PartialEq + Clone + Serialize>(
        &mut self,
        at: &str,
        base: &BTreeMap<String, T>,
        ours: &BTreeMap<String, T>,
        theirs: &BTreeMap<String, T>,
    ) -> BTreeMap<String, T> {
        let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let merged = keys.into_iter().filter_map(|key| {
            let value = self.field(&format!("{at}.{key}"), &base.get(key), &ours.get(key), &theirs.get(key))?;
            Some((key.clone(), value.clone()))
        });
        merged.collect()
    }
}

/// A set that both sides changed: what either added is in, what either removed is out.
fn united(base: &[Name], ours: &[Name], theirs: &[Name]) -> Vec<Name> {
    let kept = ours.iter().filter(|name| theirs.contains(name) || !base.contains(name));
    let added = theirs.iter().filter(|name| !ours.contains(name) && !base.contains(name));
    kept.chain(added).cloned().collect()
}

/// What either side let go of, unless it is a component again.
fn let_go(base: &Stack, draft: &Stack, record: &Stack, components: &[Component]) -> Vec<LetGo> {
    let ids = |stack: &Stack| stack.let_go.iter().map(|gone| gone.component.clone()).collect::<Vec<_>>();
    let ids = united(&ids(base), &ids(draft), &ids(record));
    let all = || draft.let_go.iter().chain(&record.let_go);
    let found = ids.iter().filter_map(|id| all().find(|gone| gone.component == *id).cloned());
    found.filter(|gone| components.iter().all(|component| component.id != gone.component)).collect()
}

/// Keys in the draft's order; what the record added comes last.
fn in_order<'a>(ours: impl Iterator<Item = &'a str>, theirs: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    ours.chain(theirs).filter(|key| seen.insert(*key)).collect()
}

fn variables(merge: &mut Merge<'_>, base: &Stack, draft: &Stack, record: &Stack) -> Vec<Declaration> {
    let of = |stack: &Stack, name: &str| stack.variables.iter().find(|one| one.name == name).cloned();
    let names = |stack: &'_ Stack| stack.variables.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let (ours, theirs) = (names(draft), names(record));
    let order = in_order(ours.iter().map(String::as_str), theirs.iter().map(String::as_str));
    order
        .into_iter()
        .filter_map(|name| merge.field(&format!("variables.{name}"), &of(base, name), &of(draft, name), &of(record, name)))
        .collect()
}

fn components(merge: &mut Merge<'_>, base: &Stack, draft: &Stack, record: &Stack) -> Vec<Component> {
    let ids = |stack: &Stack| stack.components.iter().map(|component| component.id.clone()).collect::<Vec<_>>();
    let (ours, theirs) = (ids(draft), ids(record));
    let order = in_order(ours.iter().map(Name::as_str), theirs.iter().map(Name::as_str));
    let merged = order.into_iter().filter_map(|id| {
        let sides = (base.component(id), draft.component(id), record.component(id));
        merge.component = sides.1.or(sides.2).map(|component| component.id.clone());
        match sides {
            (None, Some(ours), None) => Some(ours.clone()),
            (None, None, Some(theirs)) => Some(theirs.clone()),
            (base, Some(ours), Some(theirs)) => Some(both(merge, base, ours, theirs)),
            // Gone on one side: gone, unless the other side worked on it.
            (Some(was), Some(ours), None) => {
                let side = match worked_on(was, ours, base, draft) {
                    true => merge.decide("component", || (json!(was.name), json!(ours.name), Value::Null)),
                    false => Side::Theirs,
                };
                (side == Side::Mine).then(|| ours.clone())
            }
            (Some(was), None, Some(theirs)) => {
                let side = match worked_on(was, theirs, base, record) {
                    true => merge.decide("component", || (json!(was.name), Value::Null, json!(theirs.name))),
                    false => Side::Mine,
                };
                (side == Side::Theirs).then(|| theirs.clone())
            }
            _ => None,
        }
    });
    let merged = merged.collect();
    merge.component = None;
    merged
}

/// Whether a side changed a component, or made another one wait for it. Moving its box on the canvas is no work on it.
fn worked_on(was: &Component, now: &Component, base: &Stack, side: &Stack) -> bool {
    let waits = |stack: &Stack, id: &Name| stack.component(id.as_str()).is_some_and(|component| component.depends_on.contains(&was.id));
    Component { layout: None, ..was.clone() } != Component { layout: None, ..now.clone() }
        || side.components.iter().any(|other| waits(side, &other.id) && !waits(base, &other.id))
}

/// A component that both sides have. Where both added it, all that differs is a conflict.
fn both(merge: &mut Merge<'_>, base: Option<&Component>, ours: &Component, theirs: &Component) -> Component {
    if ours == theirs || base == Some(theirs) {
        return ours.clone();
    }
    let nothing = Component { id: ours.id.clone(), depends_on: Vec::new(), ..Component::new(ours.name.clone(), empty(&ours.content)) };
    let base = base.unwrap_or(&nothing);
    Component {
        id: ours.id.clone(),
        name: merge.field("name", &base.name, &ours.name, &theirs.name),
        namespace: merge.field("namespace", &base.namespace, &ours.namespace, &theirs.namespace),
        depends_on: united(&base.depends_on, &ours.depends_on, &theirs.depends_on),
        timeout: merge.field("timeout", &base.timeout, &ours.timeout, &theirs.timeout),
        // Two people may tidy the canvas: the draft's view holds, and nobody is asked.
        layout: if ours.layout == base.layout { theirs.layout } else { ours.layout },
        content: content(merge, &base.content, &ours.content, &theirs.content),
    }
}

fn empty(content: &Content) -> Content {
    match content {
        Content::Addon(_) => {
            let chart = Chart { repository: String::new(), name: String::new(), version: String::new() };
            Content::Addon(Addon { chart, release: Map::new(), values: String::new() })
        }
        Content::Manifest(_) => Content::Manifest(Manifest { text: String::new() }),
    }
}

fn content(merge: &mut Merge<'_>, base: &Content, ours: &Content, theirs: &Content) -> Content {
    match (base, ours, theirs) {
        (Content::Addon(base), Content::Addon(ours), Content::Addon(theirs)) => Content::Addon(addon(merge, base, ours, theirs)),
        (Content::Manifest(base), Content::Manifest(ours), Content::Manifest(theirs)) => {
            let text = text::merge(merge, "manifest", &base.text, &ours.text, &theirs.text);
            Content::Manifest(Manifest { text })
        }
        _ => merge.field("content", base, ours, theirs),
    }
}

fn addon(merge: &mut Merge<'_>, base: &Addon, ours: &Addon, theirs: &Addon) -> Addon {
    let mut chart = ours.chart.clone();
    // A chart is its repository and its name; one without the other is another chart.
    let source = |addon: &Addon| (addon.chart.repository.clone(), addon.chart.name.clone());
    (chart.repository, chart.name) = merge.field("chart", &source(base), &source(ours), &source(theirs));
    chart.version = merge.field("version", &base.chart.version, &ours.chart.version, &theirs.chart.version);
    let release = |addon: &Addon| addon.release.clone().into_iter().collect::<BTreeMap<String, Value>>();
    let merged = merge.by_key("release", &release(base), &release(ours), &release(theirs));
    let order = in_order(ours.release.keys().map(String::as_str), theirs.release.keys().map(String::as_str));
    let release: Map<String, Value> = order.into_iter().filter_map(|key| Some((key.to_owned(), merged.get(key)?.clone()))).collect();
    Addon { chart, release, values: text::merge(merge, "values", &base.values, &ours.values, &theirs.values) }
}

/// Edges to components that are gone go too: either nobody drew them anew, or somebody chose so.
fn drop_lost_edges(stack: &mut Stack) {
    let ids: BTreeSet<Name> = stack.components.iter().map(|component| component.id.clone()).collect();
    for component in &mut stack.components {
        component.depends_on.retain(|on| ids.contains(on));
    }
}

/// Shown names are unique in a stack: where both sides gave one name to two components, the record's keeps it and the
/// draft's gets a number.
fn tell_apart(stack: &mut Stack, record: &Stack) {
    let mut taken: BTreeSet<Name> = BTreeSet::new();
    let mut doubled = Vec::new();
    let holds = |component: &Component| record.component(component.id.as_str()).is_some_and(|theirs| theirs.name == component.name);
    let (first, second): (Vec<usize>, Vec<usize>) = (0..stack.components.len()).partition(|place| holds(&stack.components[*place]));
    for place in first.into_iter().chain(second) {
        if !taken.insert(stack.components[place].name.clone()) {
            doubled.push(place);
        }
    }
    for place in doubled {
        let name = stack.components[place].name.to_string();
        let stem = name.get(..name.len().min(26)).unwrap_or(&name).trim_end_matches('-');
        let free = (2..10_000).filter_map(|number| Name::new(&format!("{stem}-{number}")).ok()).find(|name| !taken.contains(name));
        if let Some(free) = free {
            taken.insert(free.clone());
            stack.components[place].name = free;
        }
    }
}

#[cfg(test)]
mod tests;
