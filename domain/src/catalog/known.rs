//! What is known of charts and of the rest of the cluster when a stack is looked at.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Chart, Kinds};
use crate::object::group_of;
use crate::stack::{self, Content, Stack};
use crate::yaml::read;

/// Empty where nobody was asked: guards that need it then say nothing.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    pub catalog: &'a [Chart],
    /// The custom resources of charts that were opened, by component id.
    pub opened: BTreeMap<String, Vec<Kinds>>,
    /// Those that the cluster's other stacks bring, as recorded.
    pub elsewhere: Vec<Kinds>,
}

impl<'a> Known<'a> {
    /// The catalog's file of a chart.
    pub fn chart(&self, chart: &stack::Chart) -> Option<&'a Chart> {
        self.catalog.iter().find(|known| known.chart.source() == chart.source())
    }

    /// What the components of a stack define.
    pub fn brought(&self, stack: &Stack) -> Vec<Kinds> {
        let mut kinds: Vec<Kinds> = self.opened.values().flatten().cloned().collect();
        for component in &stack.components {
            match &component.content {
                Content::Addon(addon) => kinds.extend(self.chart(&addon.chart).into_iter().flat_map(|chart| chart.crds.clone())),
                Content::Manifest(manifest) if manifest.text.contains("CustomResourceDefinition") => {
                    kinds.extend(objects(&manifest.text).iter().filter_map(defined));
                }
                Content::Manifest(_) => {}
            }
        }
        kinds
    }

    /// Whether custom resources stand in a stack that nothing in it is known to define.
    pub fn lacks(&self, stack: &Stack) -> bool {
        let texts = stack.components.iter().filter_map(|component| match &component.content {
            Content::Manifest(manifest) => Some(manifest.text.as_str()),
            Content::Addon(_) => None,
        });
        let asked: Vec<(String, String)> = texts.flat_map(objects).filter_map(|object| custom(&object)).collect();
        if asked.is_empty() {
            return false;
        }
        let brought = self.brought(stack);
        asked.iter().any(|(group, kind)| !holds(&brought, group, kind))
    }
}

/// Kubernetes' own groups have no dot; Flux is there before any stack is.
pub fn is_custom(group: &str) -> bool {
    group.contains('.') && !group.ends_with(".toolkit.fluxcd.io")
}

fn objects(text: &str) -> Vec<Value> {
    read::documents(text).unwrap_or_default().into_iter().map(|document| document.value).collect()
}

fn custom(object: &Value) -> Option<(String, String)> {
    let group = group_of(object.get("apiVersion")?.as_str()?);
    let kind = object.get("kind")?.as_str()?;
    (is_custom(group) && !group.ends_with(".k8s.io")).then(|| (group.to_owned(), kind.to_owned()))
}

fn defined(object: &Value) -> Option<Kinds> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let is_definition = text("/kind") == Some("CustomResourceDefinition");
    let (group, kind) = (text("/spec/group")?, text("/spec/names/kind")?);
    is_definition.then(|| Kinds { group: group.to_owned(), kinds: vec![kind.to_owned()] })
}

/// Whether a kind is among these.
pub fn holds(all: &[Kinds], group: &str, kind: &str) -> bool {
    all.iter().any(|kinds| kinds.group == group && kinds.kinds.iter().any(|one| one == kind))
}
