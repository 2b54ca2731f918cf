//! A stack in the making: names that fit and are free, secrets and variables under names of their own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::name::Name;
use crate::stack::{Component, Content, Stack};
use crate::variable::{Declaration, VariableType};

/// More edges than anybody draws; what asks for more is told, and not drawn.
const EDGES: usize = 50_000;

pub struct Sketch {
    pub stack: Stack,
    names: Taken,
    secrets: Taken,
    variables: BTreeSet<String>,
    edges: BTreeSet<(usize, usize)>,
    /// Whether an edge was left out for their number.
    pub is_full: bool,
}

/// Names that are given away, and where to look for the next free number behind each.
#[derive(Default)]
struct Taken {
    names: BTreeSet<String>,
    next: BTreeMap<String, usize>,
}

impl Taken {
    fn take(&mut self, first: &str, numbered: impl Fn(usize) -> String) -> String {
        if self.names.insert(first.to_owned()) {
            return first.to_owned();
        }
        let next = self.next.entry(first.to_owned()).or_insert(2);
        loop {
            let name = numbered(*next);
            *next += 1;
            if self.names.insert(name.clone()) {
                return name;
            }
        }
    }
}

impl Sketch {
    pub fn new(name: &str) -> Sketch {
        Sketch {
            stack: Stack::new(fit(name)),
            names: Taken::default(),
            secrets: Taken::default(),
            variables: BTreeSet::new(),
            edges: BTreeSet::new(),
            is_full: false,
        }
    }

    /// A name as close to the wanted one as a component can have.
    pub fn name(&mut self, wanted: &str) -> Name {
        let first = fit(wanted);
        let name = self.names.take(first.as_str(), |number| numbered(&first, number).to_string());
        Name::new(&name).unwrap_or(first)
    }

    pub fn add(&mut self, name: Name, namespace: Option<String>, content: Content) -> usize {
        self.stack.components.push(Component { namespace, ..Component::new(name, content) });
        self.stack.components.len() - 1
    }

    /// Draws an edge unless it is there or leads to itself.
    pub fn connect(&mut self, component: usize, on: usize) {
        if component == on || self.edges.contains(&(component, on)) {
            return;
        }
        if self.edges.len() == EDGES {
            self.is_full = true;
            return;
        }
        let Some(target) = self.stack.components.get(on).map(|target| target.id.clone()) else { return };
        let Some(source) = self.stack.components.get_mut(component) else { return };
        source.depends_on.push(target);
        self.edges.insert((component, on));
    }

    /// A name for a secret that no other has.
    pub fn secret(&mut self, wanted: &str) -> String {
        let first = variable(wanted);
        self.secrets.take(&first, |number| format!("{first}_{number}"))
    }

    /// Declares a variable once.
    pub fn declare(&mut self, name: &str, description: &str, default: Option<Value>) {
        if !self.variables.insert(name.to_owned()) {
            return;
        }
        let kind =
            default.as_ref().and_then(|value| VariableType::ALL.into_iter().find(|kind| kind.holds(value))).unwrap_or(VariableType::String);
        let required = default.is_none();
        self.stack.variables.push(Declaration {
            name: name.to_owned(),
            kind,
            description: Some(description.to_owned()),
            default,
            required,
        });
    }
}

/// The nearest text that can name a variable or a secret.
pub fn variable(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    let mut parts: Vec<&str> = plain.split('_').filter(|part| !part.is_empty()).collect();
    parts.dedup();
    let name: String = parts.join("_").chars().take(60).collect();
    match name.as_bytes().first() {
        None => "value".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{name}"),
        Some(_) => name,
    }
}

/// The nearest name that can be.
pub fn fit(text: &str) -> Name {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let joined = plain.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    let started = if joined.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase()) { joined } else { format!("x{joined}") };
    let short = started.get(..started.len().min(Name::MAX)).unwrap_or_default().trim_end_matches('-');
    // Reserved words alone are left.
    let name = Name::new(short).or_else(|_| Name::new(&format!("{short}-1")));
    name.unwrap_or_else(|_| fallback())
}

fn fallback() -> Name {
    Name::new("imported").expect("a word that is a name")
}

fn numbered(name: &Name, number: usize) -> Name {
    let tail = format!("-{number}");
    let keep = name.as_str().len().min(Name::MAX - tail.len());
    fit(&format!("{}{tail}", name.as_str().get(..keep).unwrap_or_default().trim_end_matches('-')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_a_name_that_is_free() {
        let mut sketch = Sketch::new("x");
        let names = ["Loki", "loki", "1password", "a.b_c--d", "", "ready", "kube-prometheus-stack-prometheus-node-exporter"];
        let fitted: Vec<String> = names.iter().map(|name| sketch.name(name).to_string()).collect();
        assert_eq!(fitted, ["loki", "loki-2", "x1password", "a-b-c-d", "x", "ready-1", "kube-prometheus-stack-promethe"]);
        assert_eq!(sketch.name("kube-prometheus-stack-prometheus-other").as_str(), "kube-prometheus-stack-promet-2");
    }

    #[test]
    fn a_secret_is_called_after_where_it_stood() {
        let mut sketch = Sketch::new("x");
        assert_eq!(sketch.secret("grafana adminPassword"), "grafana_adminpassword");
        assert_eq!(sketch.secret("grafana.admin-password"), "grafana_admin_password");
        assert_eq!(sketch.secret("grafana.admin-password"), "grafana_admin_password_2");
        assert_eq!(variable("1-x"), "_1_x");
    }
}
