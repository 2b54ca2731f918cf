//! A variable's value as people type it and as it is shown: with its type, and with precise errors.

use domain::problem::Problem;
use domain::variable::VariableType;
use domain::yaml::{emit, read};
use serde_json::Value;

pub const TYPES: [VariableType; 5] =
    [VariableType::String, VariableType::Number, VariableType::Bool, VariableType::List, VariableType::Map];

pub fn type_of(value: &Value) -> VariableType {
    TYPES.into_iter().find(|kind| kind.holds(value)).unwrap_or(VariableType::String)
}

pub fn type_named(name: &str) -> VariableType {
    TYPES.into_iter().find(|kind| kind.as_str() == name).unwrap_or(VariableType::String)
}

/// What stands in the field when a value is edited.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => emit::emit(value).trim_end().to_owned(),
        other => other.to_string(),
    }
}

/// In the table: quoted, so that `"true"` and `true` can be told apart.
pub fn written(value: &Value) -> String {
    value.to_string()
}

/// The value of a text under a type; the problem says where the text is not of it.
pub fn parse(kind: VariableType, text: &str) -> Result<Value, Problem> {
    let wrong = |detail: String| Err(Problem::invalid("wrong_type", detail).at("value"));
    match kind {
        VariableType::String => Ok(Value::String(text.to_owned())),
        VariableType::Bool => match text.trim() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            other => wrong(format!("A bool is true or false, not `{other}`.")),
        },
        VariableType::Number => match serde_json::from_str::<Value>(text.trim()) {
            Ok(value) if value.is_number() => Ok(value),
            _ => wrong(format!("`{}` is not a number. Write it like 3, -1.5 or 2e6.", text.trim())),
        },
        VariableType::List | VariableType::Map => {
            let value = read::value(text).map_err(|error| {
                Problem::invalid("invalid_yaml", format!("Line {}, column {}: {}.", error.line, error.column, error.message)).at("value")
            })?;
            if kind.holds(&value) {
                return Ok(value);
            }
            let is = type_of(&value).as_str();
            if kind == VariableType::List {
                wrong(format!("This is a {is}, not a list. Begin each item with `- `."))
            } else {
                wrong(format!("This is a {is}, not a map. Write `key: value` lines."))
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_type_reads_back_what_it_shows() {
        for value in
            [json!("true"), json!(""), json!("a\nb"), json!(3), json!(-1.5), json!(true), json!(["a", 1]), json!({"a": {"b": [1]}})]
        {
            assert_eq!(parse(type_of(&value), &text_of(&value)).unwrap(), value);
        }
    }

    #[test]
    fn a_text_of_another_type_is_refused_with_its_place() {
        let refused = |kind, text| parse(kind, text).unwrap_err();
        assert_eq!(refused(VariableType::Bool, "yes").at.as_deref(), Some("value"));
        assert!(refused(VariableType::Number, "3Gi").detail.contains("3Gi"));
        assert!(refused(VariableType::List, "a: 1").detail.contains("map, not a list"));
        assert!(refused(VariableType::Map, "a: 1\nb: [").detail.starts_with("Line "));
        assert!(parse(VariableType::Number, "\"3\"").is_err());
    }
}
