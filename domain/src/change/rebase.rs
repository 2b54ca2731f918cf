//! Carries a draft over to a newer record: a three-way merge on values, not on text lines.
//!
//! What only one side changed holds. Where both changed the same thing differently, the draft's
//! version stands and a conflict shows all three. Comments and quoting are the draft's.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::name::Name;
use crate::stack::{Addon, Component, Content, Stack};
use crate::variable::Declaration;

#[derive(Debug, Clone, PartialEq)]
pub struct Rebased {
    pub stack: Stack,
    pub conflicts: Vec<Conflict>,
}

/// Something that draft and record changed differently; null where it is not there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// The component's id; absent: a field of the stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Name>,
    /// A field (`namespace`, `chart`) or a path in the component's text (`values.ingress.hosts`).
    pub at: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub base: Value,
    /// The draft's; it stands.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub ours: Value,
    /// The record's.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub theirs: Value,
}

/// Merges what happened from `base` to `record` into `draft`, which was built on `base`.
pub fn rebase(base: &Stack, record: &Stack, draft: &Stack) -> Rebased {
    let mut merge = Merge { component: None, conflicts: Vec::new() };
    let mut stack = draft.clone();
    stack.name = merge.field("name", &base.name, &draft.name, &record.name);
    stack.description = merge.field("description", &base.description, &draft.description, &record.description);
    stack.depends_on = united(&base.depends_on, &draft.depends_on, &record.depends_on);
    stack.annotations = merge.by_key("annotations", &base.annotations, &draft.annotations, &record.annotations);
    stack.variables = variables(&mut merge, base, draft, record);
    stack.components = components(&mut merge, base, draft, record);
    merge.component = None;
    drop_lost_edges(&mut merge, &mut stack, draft);
    Rebased { stack, conflicts: merge.conflicts }
}

struct Merge {
    component: Option<Name>,
    conflicts: Vec<Conflict>,
}

impl Merge {
    /// One value that is changed as a whole.
    fn field<T: PartialEq + Clone + Serialize>(&mut self, at: &str, base: &T, ours: &T, theirs: &T) -> T {
        if ours == theirs || theirs == base {
            return ours.clone();
        }
        if ours == base {
            return theirs.clone();
        }
        self.conflict(at, json!(base), json!(ours), json!(theirs));
        ours.clone()
    }

    fn conflict(&mut self, at: &str, base: Value, ours: Value, theirs: Value) {
        self.conflicts.push(Conflict { component: self.component.clone(), at: at.to_owned(), base, ours, theirs });
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

/// Keys in the draft's order; what the record added comes last.
fn in_order<'a>(ours: impl Iterator<Item = &'a str>, theirs: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = BTreeSet::new();
    ours.chain(theirs).filter(|key| seen.insert(*key)).collect()
}

fn variables(merge: &mut Merge, base: &Stack, draft: &Stack, record: &Stack) -> Vec<Declaration> {
    let of = |stack: &Stack, name: &str| stack.variables.iter().find(|one| one.name == name).cloned();
    let names = |stack: &'_ Stack| stack.variables.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let (ours, theirs) = (names(draft), names(record));
    let order = in_order(ours.iter().map(String::as_str), theirs.iter().map(String::as_str));
    order
        .into_iter()
        .filter_map(|name| merge.field(&format!("variables.{name}"), &of(base, name), &of(draft, name), &of(record, name)))
        .collect()
}

fn components(merge: &mut Merge, base: &Stack, draft: &Stack, record: &Stack) -> Vec<Component> {
    let ids = |stack: &Stack| stack.components.iter().map(|component| component.id.clone()).collect::<Vec<_>>();
    let (ours, theirs) = (ids(draft), ids(record));
    let order = in_order(ours.iter().map(Name::as_str), theirs.iter().map(Name::as_str));
    let merged = order.into_iter().filter_map(|id| {
        let sides = (base.component(id), draft.component(id), record.component(id));
        merge.component = sides.1.or(sides.2).map(|component| component.id.clone());
        match sides {
            (_, Some(ours), None) if sides.0.is_none() => Some(ours.clone()),
            (_, None, Some(theirs)) if sides.0.is_none() => Some(theirs.clone()),
            (base, Some(ours), Some(theirs)) => Some(both(merge, base, ours, theirs)),
            // Gone on one side: gone, unless the other side worked on it.
            (Some(base), Some(ours), None) => {
                let untouched = same_but_layout(base, ours);
                if !untouched {
                    merge.conflict("component", json!(base.name), json!(ours.name), Value::Null);
                }
                (!untouched).then(|| ours.clone())
            }
            (Some(base), None, Some(theirs)) => {
                if !same_but_layout(base, theirs) {
                    merge.conflict("component", json!(base.name), Value::Null, json!(theirs.name));
                }
                None
            }
            _ => None,
        }
    });
    merged.collect()
}

/// Moving a box on the canvas is no work on the component.
fn same_but_layout(one: &Component, other: &Component) -> bool {
    Component { layout: None, ..one.clone() } == Component { layout: None, ..other.clone() }
}

/// A component that both sides have. Where both added it, nothing is common.
fn both(merge: &mut Merge, base: Option<&Component>, ours: &Component, theirs: &Component) -> Component {
    if ours == theirs || base == Some(theirs) {
        return ours.clone();
    }
    let Some(base) = base else {
        merge.conflict("component", Value::Null, json!(ours.name), json!(theirs.name));
        return ours.clone();
    };
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

fn content(merge: &mut Merge, base: &Content, ours: &Content, theirs: &Content) -> Content {
    match (base, ours, theirs) {
        (Content::Addon(base), Content::Addon(ours), Content::Addon(theirs)) => Content::Addon(addon(merge, base, ours, theirs)),
        (Content::Manifest(base), Content::Manifest(ours), Content::Manifest(theirs)) => {
            let text = text::merge(merge, "manifest", &base.text, &ours.text, &theirs.text);
            Content::Manifest(crate::stack::Manifest { text })
        }
        _ => merge.field("content", base, ours, theirs),
    }
}

fn addon(merge: &mut Merge, base: &Addon, ours: &Addon, theirs: &Addon) -> Addon {
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

/// Edges to components that are gone go too; one that the draft drew itself is told.
fn drop_lost_edges(merge: &mut Merge, stack: &mut Stack, draft: &Stack) {
    let ids: BTreeSet<Name> = stack.components.iter().map(|component| component.id.clone()).collect();
    for component in &mut stack.components {
        let (kept, lost): (Vec<Name>, Vec<Name>) = component.depends_on.iter().cloned().partition(|on| ids.contains(on));
        component.depends_on = kept;
        let drawn = |on: &Name| {
            draft.component(on.as_str()).is_some() && draft.component(component.id.as_str()).is_some_and(|own| own.depends_on.contains(on))
        };
        for on in lost.into_iter().filter(drawn) {
            merge.conflicts.push(Conflict {
                component: Some(component.id.clone()),
                at: format!("dependsOn.{on}"),
                base: Value::Null,
                ours: json!(on),
                theirs: Value::Null,
            });
        }
    }
}

#[cfg(test)]
mod tests;
