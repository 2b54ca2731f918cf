//! The catalog: charts to choose from.

use serde::{Deserialize, Serialize};

use crate::catalog::{self, Capability, Category};
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
