//! Variables of a target: one ladder per name.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::overview::StackOn;
use crate::variable::{Level, Resolved};

/// Where a variable or a secret is set.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Scope {
    Organisation,
    Environment {
        environment: String,
    },
    Cluster {
        cluster: String,
    },
    /// This stack on this cluster.
    Stack {
        cluster: String,
        stack: String,
    },
}

impl Scope {
    pub fn level(&self) -> Level {
        match self {
            Scope::Organisation => Level::Organisation,
            Scope::Environment { .. } => Level::Environment,
            Scope::Cluster { .. } => Level::Cluster,
            Scope::Stack { .. } => Level::Stack,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Variable {
    pub scope: Scope,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Value,
    pub updated_at: i64,
    pub updated_by: String,
    /// Stacks that use it and whose record holds another value.
    pub differs: Vec<StackOn>,
}

/// `DELETE /api/v1/variables` and `/api/v1/secrets`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NamedAt {
    pub scope: Scope,
    pub name: String,
}

/// `PUT /api/v1/variables`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetVariable {
    pub scope: Scope,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Value,
}

/// How a draft's declared variables resolve on its cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Resolution {
    pub resolved: Vec<Resolved>,
    /// Declared, required and without a value.
    pub missing: Vec<String>,
}
