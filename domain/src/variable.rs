//! Variables: what a stack declares, where values come from, and who wins.

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum VariableType {
    String,
    Number,
    Bool,
    List,
    Map,
}

/// What a stack needs: declared in `stack.yaml` under `spec.variables.<name>`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Declaration {
    /// `[A-Za-z_][A-Za-z0-9_]*`
    pub name: String,
    #[serde(rename = "type")]
    pub kind: VariableType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub default: Option<Value>,
    #[serde(default)]
    pub required: bool,
}

/// Where a value comes from, weakest first: the target always outranks the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Default,
    Organisation,
    Environment,
    Cluster,
    /// This stack on this cluster.
    Stack,
}

/// The values of the target's four levels, as `cluster.yaml` writes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Levels {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub organisation: serde_json::Map<String, Value>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub environment: serde_json::Map<String, Value>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub cluster: serde_json::Map<String, Value>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub stack: serde_json::Map<String, Value>,
}

/// A variable with its winner and what the winner shadowed, strongest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Value,
    pub from: Level,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<Shadowed>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Shadowed {
    pub from: Level,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Value,
}

impl VariableType {
    pub const ALL: [VariableType; 5] =
        [VariableType::String, VariableType::Number, VariableType::Bool, VariableType::List, VariableType::Map];

    pub fn holds(self, value: &Value) -> bool {
        match self {
            VariableType::String => value.is_string(),
            VariableType::Number => value.is_number(),
            VariableType::Bool => value.is_boolean(),
            VariableType::List => value.is_array(),
            VariableType::Map => value.is_object(),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            VariableType::String => "string",
            VariableType::Number => "number",
            VariableType::Bool => "bool",
            VariableType::List => "list",
            VariableType::Map => "map",
        }
    }
}

/// Whether `text` can name a variable or a secret.
pub fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_') && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The value of each declared variable that has one, in the order of declaration.
pub fn resolve(declarations: &[Declaration], levels: &Levels) -> Vec<Resolved> {
    declarations.iter().filter_map(|declaration| resolve_one(declaration, levels)).collect()
}

fn resolve_one(declaration: &Declaration, levels: &Levels) -> Option<Resolved> {
    let ladder = [
        (Level::Stack, levels.stack.get(&declaration.name)),
        (Level::Cluster, levels.cluster.get(&declaration.name)),
        (Level::Environment, levels.environment.get(&declaration.name)),
        (Level::Organisation, levels.organisation.get(&declaration.name)),
        (Level::Default, declaration.default.as_ref()),
    ];
    let mut set = ladder.into_iter().filter_map(|(from, value)| Some((from, value?.clone())));
    let (from, value) = set.next()?;
    let shadowed = set.map(|(from, value)| Shadowed { from, value }).collect();
    Some(Resolved { name: declaration.name.clone(), value, from, shadowed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn declared(default: Option<Value>) -> Declaration {
        Declaration { name: "domain".into(), kind: VariableType::String, description: None, default, required: true }
    }

    #[test]
    fn the_target_outranks_the_template_and_shadows_stay_visible() {
        let levels = Levels {
            environment: serde_json::from_value(json!({"domain": "prod.example"})).unwrap_or_default(),
            organisation: serde_json::from_value(json!({"domain": "org.example"})).unwrap_or_default(),
            ..Levels::default()
        };
        let resolved = resolve(&[declared(Some(json!("staging.example")))], &levels);
        assert_eq!(resolved[0].value, json!("prod.example"));
        assert_eq!(resolved[0].from, Level::Environment);
        let from: Vec<Level> = resolved[0].shadowed.iter().map(|shadow| shadow.from).collect();
        assert_eq!(from, [Level::Organisation, Level::Default]);
    }

    #[test]
    fn without_a_value_there_is_nothing() {
        assert!(resolve(&[declared(None)], &Levels::default()).is_empty());
    }
}
