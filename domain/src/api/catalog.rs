//! The catalog: charts to choose from.

use serde::{Deserialize, Serialize};

use serde_json::Value;

use crate::catalog::{self, Capability, Category};
use crate::problem::Problem;
use crate::stack;

/// A chart that answers a query: of the built-in catalog, or of a repository of your own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Found {
    pub name: String,
    pub purpose: String,
    pub chart: stack::Chart,
    /// The repository of your own that it comes from; the built-in catalog's charts have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Where it is usually installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub gives: Vec<Capability>,
    pub needs: Vec<Capability>,
    pub uses: Vec<Capability>,
}

impl From<&catalog::Chart> for Found {
    fn from(chart: &catalog::Chart) -> Found {
        Found {
            name: chart.name.to_string(),
            purpose: chart.purpose.clone(),
            chart: chart.chart.clone(),
            repository: None,
            category: Some(chart.category),
            namespace: Some(chart.namespace.clone()),
            note: chart.note.clone(),
            gives: chart.gives.clone(),
            needs: chart.needs.clone(),
            uses: chart.uses.clone(),
        }
    }
}

/// A Helm repository or OCI registry of your own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChartRepository {
    pub name: String,
    /// `https://…`, or the `oci://…` parent of its charts.
    pub url: String,
    /// The registry speaks plain http.
    pub plain_http: bool,
    /// Whom it is asked as; the password is never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    pub state: RepositoryState,
    /// How many charts its index lists; a registry lists none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charts: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_at: Option<i64>,
    pub added_at: i64,
    pub added_by: String,
}

/// How far the server is with a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum RepositoryState {
    NotFetched,
    Fetching {
        bytes: u64,
        /// Where the host announced it.
        total: Option<u64>,
    },
    Ready,
    /// Nothing was taken from it; what was fetched before is still there.
    Failed {
        problem: Problem,
    },
}

/// `POST /api/v1/chart-repositories`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewChartRepository {
    pub name: String,
    pub url: String,
    /// For a registry inside that speaks plain http.
    #[serde(default)]
    pub plain_http: bool,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<String>,
}

/// The versions of one chart, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChartVersions {
    pub versions: Vec<ChartVersion>,
    /// The newest that is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChartVersion {
    pub version: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// As its repository wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    pub is_prerelease: bool,
    pub deprecated: bool,
}

/// What is inside one version of a chart. All of it was written by others: it is text, and never markup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contents {
    pub chart: stack::Chart,
    pub description: String,
    pub app_version: Option<String>,
    pub kube_version: Option<String>,
    pub home: Option<String>,
    pub deprecated: bool,
    /// Markdown, shown as the text that it is.
    pub readme: Option<String>,
    /// `values.yaml` with its comments.
    pub values: Option<String>,
    /// `values.schema.json` without what it refers to elsewhere.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub schema: Option<Value>,
    pub crds: Vec<Crd>,
    pub dependencies: Vec<Dependency>,
    /// SHA-256 of the archive, in hex.
    pub digest: String,
    /// What was left out of it, and why.
    pub notes: Vec<String>,
}

/// A custom resource that a chart brings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Crd {
    pub group: String,
    pub kind: String,
    pub versions: Vec<String>,
}

/// A chart that another one holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Dependency {
    pub name: String,
    pub version: Option<String>,
    pub repository: Option<String>,
}
