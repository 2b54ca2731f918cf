//! A stack: declared variables, components and the edges between them.
//!
//! `stack.yaml` is its written form.

pub mod face;
pub mod field;
pub mod fold;
pub mod graph;
pub mod layout;
pub mod source;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::variable::Declaration;

/// The template: what is deployed to a cluster once its expressions are resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Stack {
    /// Immutable; every path and object name derives from it.
    pub id: Name,
    /// What people see; may change.
    pub name: Name,
    pub annotations: BTreeMap<String, String>,
    pub description: Option<String>,
    /// Other stacks of the same cluster, by id.
    pub depends_on: Vec<Name>,
    /// In the order they were declared.
    pub variables: Vec<Declaration>,
    pub components: Vec<Component>,
    /// What ran here and runs on without this stack.
    #[serde(default)]
    pub let_go: Vec<LetGo>,
}

/// A component that the stack let go of: nothing of it was uninstalled, and a stack that brings it again takes it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetGo {
    /// Its id.
    pub component: Name,
    pub namespace: Option<String>,
    /// The Helm release, where it was an addon.
    pub release: Option<String>,
    /// The chart's name, where it was an addon.
    pub chart: Option<String>,
}

/// A node on the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Component {
    /// Immutable; edges, paths and object names use it.
    pub id: Name,
    pub name: Name,
    /// Where it lives in the cluster. Needed for addons and for manifests with namespaced objects
    /// that do not say themselves.
    pub namespace: Option<String>,
    /// Ids of the components that must be ready first.
    pub depends_on: Vec<Name>,
    /// How long Flux waits for it to become ready (Go duration); default 10m.
    pub timeout: Option<String>,
    /// Where a person put it on the canvas; absent: where the layout puts it.
    pub layout: Option<Point>,
    pub content: Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Addon(Addon),
    Manifest(Manifest),
}

/// A Helm chart at an exact version with its values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Addon {
    pub chart: Chart,
    /// Optional fields of HelmRelease v2's spec (`releaseName`, `driftDetection`, `install`, …).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub release: serde_json::Map<String, serde_json::Value>,
    /// YAML as a person wrote it, comments and all; may be broken, then a finding says so.
    pub values: String,
}

/// `repository` is `https://…` or the `oci://…` parent to which `name` is appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chart {
    pub repository: String,
    pub name: String,
    pub version: String,
}

impl Chart {
    /// Its repository and name: charts of one source are the same chart, whatever their versions.
    pub fn source(&self) -> (&str, &str) {
        (self.repository.trim_end_matches('/'), &self.name)
    }
}

/// One or more YAML documents, as a person wrote them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Manifest {
    pub text: String,
}

impl Stack {
    pub fn new(name: Name) -> Stack {
        Stack {
            id: name.clone(),
            name,
            annotations: BTreeMap::new(),
            description: None,
            depends_on: Vec::new(),
            variables: Vec::new(),
            components: Vec::new(),
            let_go: Vec::new(),
        }
    }

    pub fn component(&self, id: &str) -> Option<&Component> {
        self.components.iter().find(|component| component.id.as_str() == id)
    }

    pub fn component_mut(&mut self, id: &str) -> Option<&mut Component> {
        self.components.iter_mut().find(|component| component.id.as_str() == id)
    }
}

impl Component {
    pub fn new(name: Name, content: Content) -> Component {
        Component { id: name.clone(), name, namespace: None, depends_on: Vec::new(), timeout: None, layout: None, content }
    }

    /// What remains to be known of it once the stack lets it go.
    pub fn let_go(&self) -> LetGo {
        let addon = match &self.content {
            Content::Addon(addon) => Some(addon),
            Content::Manifest(_) => None,
        };
        LetGo {
            component: self.id.clone(),
            namespace: self.namespace.clone(),
            release: addon.map(|addon| addon.release_name(self).to_owned()),
            chart: addon.map(|addon| addon.chart.name.clone()),
        }
    }

    /// The text with expressions: an addon's values or a manifest.
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Addon(addon) => &addon.values,
            Content::Manifest(manifest) => &manifest.text,
        }
    }
}

impl Addon {
    /// The Helm release's name: stated, or the component's id.
    pub fn release_name<'a>(&'a self, component: &'a Component) -> &'a str {
        self.release.get("releaseName").and_then(|name| name.as_str()).unwrap_or(component.id.as_str())
    }
}
