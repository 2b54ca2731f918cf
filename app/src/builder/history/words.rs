//! A change as plain words and back. Reading changes as the API writes them would cost the page 20 KB, and this only has to
//! understand itself.

use domain::change::Change;
use domain::guard::may_hold_a_secret;
use domain::name::Name;
use domain::stack::Point;

/// Between the words of a change. A text that holds it is not kept.
const BETWEEN: char = '\u{1f}';

/// Nothing for changes that the builder does not make, and for what may be a secret: a browser keeps those nowhere.
pub fn written(change: &Change) -> Option<String> {
    let name = |name: &Name| name.to_string();
    let (kind, words) = match change {
        Change::AddComponent { component } => ("add", vec![serde_json::to_string(component).ok()?]),
        Change::RemoveComponent { component } => ("remove", vec![name(component)]),
        Change::LetGo { component } => ("let go", vec![name(component)]),
        Change::RenameComponent { component, name: to } => ("rename", vec![name(component), name(to)]),
        Change::SetValuesText { component, text } => ("values", vec![name(component), text.clone()]),
        Change::SetManifestText { component, text } => ("manifest", vec![name(component), text.clone()]),
        Change::SetNamespace { component, namespace } => ("namespace", with(component, namespace.as_deref())),
        Change::SetChartSource { component, repository, name: chart } => {
            ("chart", vec![name(component), repository.clone(), chart.clone()])
        }
        Change::SetChartVersion { component, version } => ("version", vec![name(component), version.clone()]),
        Change::SetReleaseName { component, release_name } => ("release", with(component, release_name.as_deref())),
        Change::SetTimeout { component, timeout } => ("timeout", with(component, timeout.as_deref())),
        Change::Connect { component, on } => ("connect", vec![name(component), name(on)]),
        Change::Disconnect { component, on } => ("disconnect", vec![name(component), name(on)]),
        Change::DeclareVariable { declaration } => ("declare", vec![serde_json::to_string(declaration).ok()?]),
        Change::UndeclareVariable { name } => ("undeclare", vec![name.clone()]),
        Change::SetDescription { description } => ("describe", description.iter().cloned().collect()),
        Change::SetLayout { component, layout } => {
            let at = layout.map(|at| [at.x.to_string(), at.y.to_string()]);
            ("place", std::iter::once(name(component)).chain(at.into_iter().flatten()).collect())
        }
        Change::SetValue { .. }
        | Change::UnsetValue { .. }
        | Change::RetypeVariable { .. }
        | Change::RenameStack { .. }
        | Change::SetStackDependsOn { .. } => return None,
    };
    let secret = match change {
        Change::AddComponent { component } => may_hold_a_secret(component.text()),
        _ => words.iter().any(|word| may_hold_a_secret(word)),
    };
    if secret || words.iter().any(|word| word.contains(BETWEEN)) {
        return None;
    }
    let mut out = kind.to_owned();
    for word in words {
        out.push(BETWEEN);
        out.push_str(&word);
    }
    Some(out)
}

fn with(component: &Name, value: Option<&str>) -> Vec<String> {
    std::iter::once(component.as_str()).chain(value).map(str::to_owned).collect()
}

pub fn read(text: &str) -> Option<Change> {
    let mut words = text.split(BETWEEN);
    let kind = words.next()?;
    match kind {
        "add" => return Some(Change::AddComponent { component: serde_json::from_str(words.next()?).ok()? }),
        "declare" => return Some(Change::DeclareVariable { declaration: serde_json::from_str(words.next()?).ok()? }),
        "undeclare" => return Some(Change::UndeclareVariable { name: words.next()?.to_owned() }),
        "describe" => return Some(Change::SetDescription { description: words.next().map(str::to_owned) }),
        _ => {}
    }
    let component = Name::new(words.next()?).ok()?;
    let mut next = || words.next().map(str::to_owned);
    Some(match kind {
        "remove" => Change::RemoveComponent { component },
        "let go" => Change::LetGo { component },
        "rename" => Change::RenameComponent { component, name: Name::new(&next()?).ok()? },
        "values" => Change::SetValuesText { component, text: next()? },
        "manifest" => Change::SetManifestText { component, text: next()? },
        "namespace" => Change::SetNamespace { component, namespace: next() },
        "chart" => Change::SetChartSource { component, repository: next()?, name: next()? },
        "version" => Change::SetChartVersion { component, version: next()? },
        "release" => Change::SetReleaseName { component, release_name: next() },
        "timeout" => Change::SetTimeout { component, timeout: next() },
        "connect" => Change::Connect { component, on: Name::new(&next()?).ok()? },
        "disconnect" => Change::Disconnect { component, on: Name::new(&next()?).ok()? },
        "place" => {
            let layout = match (next(), next()) {
                (Some(x), Some(y)) => Some(Point { x: x.parse().ok()?, y: y.parse().ok()? }),
                _ => None,
            };
            Change::SetLayout { component, layout }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::stack::{Component, Content, Manifest};
    use domain::variable::{Declaration, VariableType};

    use super::*;

    #[test]
    fn every_change_that_the_builder_makes_is_read_as_it_was_written() {
        let name = |text: &str| Name::new(text).unwrap();
        let component = || name("web");
        let added = Component {
            depends_on: vec![name("db")],
            ..Component::new(component(), Content::Manifest(Manifest { text: "a: 1\n".into() }))
        };
        let kind = VariableType::String;
        let declaration = Declaration { name: "domain".into(), kind, description: None, default: Some("x".into()), required: true };
        let changes = [
            Change::AddComponent { component: added },
            Change::RemoveComponent { component: component() },
            Change::LetGo { component: component() },
            Change::RenameComponent { component: component(), name: name("other") },
            Change::SetValuesText { component: component(), text: "a: 'b'\n# c\n".into() },
            Change::SetManifestText { component: component(), text: String::new() },
            Change::SetNamespace { component: component(), namespace: None },
            Change::SetNamespace { component: component(), namespace: Some("web".into()) },
            Change::SetChartSource { component: component(), repository: "https://a.example".into(), name: "web".into() },
            Change::SetChartVersion { component: component(), version: "1.0.0".into() },
            Change::SetReleaseName { component: component(), release_name: Some("web".into()) },
            Change::SetTimeout { component: component(), timeout: None },
            Change::Connect { component: component(), on: name("db") },
            Change::Disconnect { component: component(), on: name("db") },
            Change::DeclareVariable { declaration },
            Change::UndeclareVariable { name: "domain".into() },
            Change::SetDescription { description: None },
            Change::SetDescription { description: Some("About.".into()) },
            Change::SetLayout { component: component(), layout: None },
            Change::SetLayout { component: component(), layout: Some(Point { x: 1.5, y: -2.0 }) },
        ];
        for change in changes {
            assert_eq!(read(&written(&change).unwrap()), Some(change));
        }
        let torn = Change::SetValuesText { component: component(), text: "a\u{1f}b".into() };
        assert_eq!(written(&torn), None);
        let secret = Change::SetValuesText { component: component(), text: "adminPassword: hunter2\n".into() };
        assert_eq!(written(&secret), None);
        assert_eq!(read("nothing of the kind\u{1f}web"), None);
    }
}
