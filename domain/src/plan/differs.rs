//! What moved under a recorded stack: the variables and secrets it uses that are no longer what the record was made with.

use std::collections::BTreeMap;

use crate::expression;
use crate::plan::{PlannedVariable, diff};
use crate::secret::{self, Fingerprint};
use crate::stack::Stack;
use crate::variable::{self, Levels};

/// By name, with the level that the value comes from by now; `None`: it comes from nowhere any more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    pub variables: BTreeMap<String, Option<variable::Level>>,
    pub secrets: BTreeMap<String, Option<secret::Level>>,
}

impl Moved {
    pub fn is_empty(&self) -> bool {
        self.variables.is_empty() && self.secrets.is_empty()
    }
}

/// `stack`, `planned` and `recorded` are of the entry; `levels` and `now` are today's.
pub fn moved(
    stack: &Stack,
    planned: &[PlannedVariable],
    levels: &Levels,
    recorded: &BTreeMap<String, Fingerprint>,
    now: impl Fn(&str) -> Option<(Fingerprint, secret::Level)>,
) -> Moved {
    let uses = expression::uses(stack);
    let resolved = variable::resolve(&stack.variables, levels);
    let variables = uses.variables.keys().filter_map(|name| {
        let today = resolved.iter().find(|one| one.name == *name);
        let then = planned.iter().find(|one| one.name == *name).map(|one| one.value.clone());
        (today.map(|one| diff::shown(&one.value)) != then).then(|| (name.clone(), today.map(|one| one.from)))
    });
    let secrets = uses.secrets.keys().filter_map(|name| {
        let today = now(name);
        let is_same = today.as_ref().map(|(fingerprint, _)| fingerprint) == recorded.get(name);
        (!is_same).then(|| (name.clone(), today.map(|(_, level)| level)))
    });
    Moved { variables: variables.collect(), secrets: secrets.collect() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::name::Name;
    use crate::stack::{Component, Content, Manifest};
    use crate::variable::{Declaration, Level, VariableType};
    use serde_json::{Map, Value, json};

    fn stack() -> Stack {
        let name = |text: &str| Name::new(text).unwrap();
        let text = "a: ${{ vars.domain }}\nb: ${{ secrets.token }}\n".to_owned();
        let declared = |name: &str| Declaration {
            name: name.into(),
            kind: VariableType::String,
            description: None,
            default: Some(json!("default")),
            required: false,
        };
        Stack {
            variables: vec![declared("domain"), declared("unused")],
            components: vec![Component::new(name("app"), Content::Manifest(Manifest { text }))],
            ..Stack::new(name("web"))
        }
    }

    fn planned(value: &str) -> Vec<PlannedVariable> {
        let value = json!(value).to_string();
        vec![PlannedVariable {
            name: "domain".into(),
            kind: VariableType::String,
            value,
            from: Level::Default,
            shadowed: vec![],
            used_by: vec![],
        }]
    }

    fn level(name: &str, value: Value) -> Map<String, Value> {
        [(name.to_owned(), value)].into_iter().collect()
    }

    fn variables(planned: &[PlannedVariable], levels: &Levels) -> BTreeMap<String, Option<Level>> {
        moved(&stack(), planned, levels, &BTreeMap::new(), |_| None).variables
    }

    #[test]
    fn a_variable_that_resolves_otherwise_moved_whichever_level_it_comes_from() {
        assert!(variables(&planned("default"), &Levels::default()).is_empty());
        let levels = Levels { organisation: level("domain", json!("org")), ..Levels::default() };
        assert_eq!(variables(&planned("default"), &levels), [("domain".to_owned(), Some(Level::Organisation))].into());
        assert!(variables(&planned("org"), &levels).is_empty());
        assert_eq!(variables(&planned("org"), &Levels::default()), [("domain".to_owned(), Some(Level::Default))].into());
    }

    #[test]
    fn a_change_that_a_stronger_level_shadows_and_one_that_nothing_uses_move_nothing() {
        let levels = Levels { organisation: level("domain", json!("org")), cluster: level("domain", json!("here")), ..Levels::default() };
        assert!(variables(&planned("here"), &levels).is_empty());
        let levels = Levels { cluster: level("unused", json!("x")), ..Levels::default() };
        assert!(variables(&planned("default"), &levels).is_empty());
    }

    #[test]
    fn a_secret_moved_if_its_fingerprint_is_another_or_it_is_gone() {
        let (a, b) = (Fingerprint::of_digest(&[1; 32]), Fingerprint::of_digest(&[2; 32]));
        let recorded = [("token".to_owned(), a.clone())].into();
        let of = |now: Option<Fingerprint>| {
            let now = |_: &str| Some((now.clone()?, secret::Level::Cluster));
            moved(&stack(), &planned("default"), &Levels::default(), &recorded, now).secrets
        };
        assert!(of(Some(a)).is_empty());
        assert_eq!(of(Some(b)), [("token".to_owned(), Some(secret::Level::Cluster))].into());
        assert_eq!(of(None), [("token".to_owned(), None)].into());
    }
}
