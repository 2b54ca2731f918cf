//! What editors ask of a chart at every key: its schema, its commented values and its CRDs' schemas, read once and kept.

use std::sync::{Arc, PoisonError};

use domain::api::catalog::Contents;
use domain::problem::Problem;
use domain::schema::notes::Notes;
use domain::stack;
use serde_json::Value;

use super::{Catalog, Read, Source, Trouble, blocking};
use crate::clock::{MINUTE, Micros};

/// Charts that are kept read.
const KEPT: usize = 24;
/// A chart that could not be had is asked for again after this.
const AGAIN: Micros = 5 * MINUTE;
/// Schemas of one chart's custom resources.
const MAX_SCHEMAS: usize = 500;

#[derive(Debug)]
pub struct Inside {
    /// Without its README.
    pub contents: Contents,
    pub notes: Option<Notes>,
    pub crds: Vec<CrdSchema>,
}

/// The schema of one version of a custom resource.
#[derive(Debug, Clone, PartialEq)]
pub struct CrdSchema {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub schema: Value,
}

/// How far it is with a chart.
#[derive(Debug, Clone)]
pub enum Shelf {
    Fetching,
    Here(Arc<Inside>),
    Failed(Problem, Micros),
}

impl Catalog {
    /// What is known of a chart now; nothing is fetched for it.
    pub fn shelf(&self, chart: &stack::Chart, now: Micros) -> Option<Shelf> {
        let shelf = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let found = shelf.iter().find(|(known, _)| known == chart).map(|(_, shelf)| shelf.clone());
        found.filter(|shelf| !matches!(shelf, Shelf::Failed(_, at) if now - at > AGAIN))
    }

    /// True for whoever may begin to read it.
    pub fn begin_inside(&self, chart: &stack::Chart, now: Micros) -> bool {
        if self.shelf(chart, now).is_some() {
            return false;
        }
        self.put(chart, Shelf::Fetching);
        true
    }

    pub fn put(&self, chart: &stack::Chart, shelf: Shelf) {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|(known, _)| known != chart);
        if shelves.len() >= KEPT {
            shelves.remove(0);
        }
        shelves.push((chart.clone(), shelf));
    }

    /// Fetches the archive where it is not kept, and reads it.
    pub async fn inside(&self, source: &Source, chart: &stack::Chart, now: Micros) -> Result<Inside, Trouble> {
        let Read { mut contents, crds, .. } = self.read(source, chart, now).await?;
        contents.readme = None;
        blocking(move || {
            let mut crds: Vec<CrdSchema> = crds.iter().flat_map(|bytes| of_file(&String::from_utf8_lossy(bytes))).collect();
            crds.truncate(MAX_SCHEMAS);
            Ok(Inside { notes: contents.values.as_deref().map(Notes::of), contents, crds })
        })
        .await
    }
}

/// The schemas of the custom resources that a file defines; what cannot be read defines none.
pub fn of_file(text: &str) -> Vec<CrdSchema> {
    if !text.contains("CustomResourceDefinition") {
        return Vec::new();
    }
    let objects: Vec<Option<Value>> = serde_saphyr::from_multiple_with_options(text, options()).unwrap_or_default();
    objects.into_iter().flatten().flat_map(|object| of_object(&object)).collect()
}

/// Schemas of pods inside custom resources go deep.
fn options() -> serde_saphyr::Options {
    let mut options = super::index::options();
    options.budget = serde_saphyr::budget! {
        max_events: 4_000_000,
        max_nodes: 2_000_000,
        max_aliases: 100,
        max_anchors: 100,
        max_depth: 120,
        max_documents: 1_024,
    };
    options
}

fn of_object(object: &Value) -> Vec<CrdSchema> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let is_crd = text("/kind").is_some_and(|kind| kind == "CustomResourceDefinition");
    let (Some(group), Some(kind), true) = (text("/spec/group"), text("/spec/names/kind"), is_crd) else { return Vec::new() };
    let versions = object.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
    let one = |version: &Value| {
        Some(CrdSchema {
            group: group.clone(),
            kind: kind.clone(),
            version: version.get("name")?.as_str()?.to_owned(),
            schema: version.pointer("/schema/openAPIV3Schema")?.clone(),
        })
    };
    versions.filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn each_version_of_a_custom_resource_has_its_schema() {
        let text = "kind: CustomResourceDefinition\nspec:\n  group: a.io\n  names: {kind: Thing}\n  versions:\n  - {name: v1, schema: {openAPIV3Schema: {type: object}}}\n  - {name: v2}\n---\nkind: ConfigMap\n";
        let found = of_file(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].version.as_str(), found[0].schema.get("type").unwrap()), ("v1", &Value::from("object")));
        assert!(of_file("kind: CustomResourceDefinition\nspec: [").is_empty());
    }
}
