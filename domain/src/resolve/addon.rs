//! Resolves an addon's values.

use serde_json::Value;

use super::{Place, ResolvedContent, Scope};
use crate::expression;
use crate::finding::Finding;
use crate::sealing::ValuesTree;
use crate::stack::{Addon, Component};
use crate::yaml::path::ValuePath;
use crate::yaml::read;

impl Scope<'_> {
    pub(super) fn addon(&mut self, component: &Component, addon: &Addon) -> Option<ResolvedContent> {
        let value = match read::value(&addon.values) {
            Ok(Value::Null) => Value::Object(serde_json::Map::new()),
            Ok(value) => value,
            Err(error) => {
                self.invalid_yaml(component, &error);
                return None;
            }
        };
        if !value.is_object() {
            let reason = format!("The values of {} are no map of keys.", component.name);
            self.findings.push(
                Finding::block("invalid_yaml", reason).component(&component.id).line(1).hint("Helm takes values as `key: value` lines."),
            );
            return None;
        }
        let place = Place { component, document: 0 };
        let values = if expression::is_in(&addon.values) { self.tree(&place, &ValuePath::root(), value) } else { ValuesTree::Plain(value) };
        Some(ResolvedContent::Addon { values })
    }
}
