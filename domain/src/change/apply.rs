//! Applying changes to a stack: each holds or is refused precisely, and a list holds as a whole or not at all.

use serde_json::Value;

use super::Change;
use crate::name::Name;
use crate::stack::{Addon, Chart, Component, Content, Stack, field, graph};
use crate::variable::{Declaration, is_name};
use crate::yaml::edit::{self, EditError};
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

/// The most bytes that the values of an addon or a manifest have.
pub const TEXT: usize = 1 << 20;
/// The most bytes that all texts of a stack have together.
pub const STACK: usize = 16 << 20;
/// The most components in a stack.
pub const COMPONENTS: usize = 10_000;

/// Why a change is refused; the stack is as before.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ChangeError {
    #[error("there is no component `{0}` in this stack")]
    NoComponent(Name),
    #[error("a component with the id `{0}` is there already")]
    IdTaken(Name),
    #[error("a component named `{0}` is there already")]
    NameTaken(Name),
    #[error("`{0}` is no addon, it has no chart and no values")]
    NotAnAddon(Name),
    #[error("`{0}` is an addon, it has no manifest text")]
    NotAManifest(Name),
    #[error("that would make a cycle: {}", shown(.0))]
    Cycle(Vec<Name>),
    #[error("`{component}` already waits for `{on}`")]
    AlreadyConnected { component: Name, on: Name },
    #[error("`{component}` does not wait for `{on}`")]
    NotConnected { component: Name, on: Name },
    #[error("the text of `{component}` is not valid YAML (line {line}: {reason}); correct it before changing single values")]
    BrokenYaml { component: Name, line: usize, reason: String },
    #[error("{path} of `{component}` cannot be changed: {error}")]
    Edit { component: Name, path: ValuePath, error: EditError },
    #[error("`{0}` is no name for a variable: it starts with a letter or _ and goes on with letters, digits and _")]
    VariableName(String),
    #[error("a variable `{0}` is declared already")]
    VariableTaken(String),
    #[error("there is no variable `{0}` in this stack")]
    NoVariable(String),
    #[error("the default of `{name}` is not of type {kind}")]
    DefaultType { name: String, kind: &'static str },
    #[error("{what} has {bytes} bytes, more than the limit of {limit}")]
    TooLarge { what: String, bytes: usize, limit: usize },
    #[error("a stack has at most {COMPONENTS} components")]
    TooMany,
    #[error("`{field}` must not be empty")]
    Empty { field: &'static str },
    #[error("a stack cannot wait for itself")]
    WaitsForItself,
    #[error("the manifest of `{component}` has {documents} documents; begin the path with the number of one, as in [0].spec")]
    WhichDocument { component: Name, documents: usize },
    #[error("{field} of `{component}`: {reason}")]
    Field { component: Name, field: &'static str, reason: String },
}

impl ChangeError {
    /// Stable, for the API's problem.
    pub fn code(&self) -> &'static str {
        match self {
            ChangeError::NoComponent(_) => "no_component",
            ChangeError::IdTaken(_) => "id_taken",
            ChangeError::NameTaken(_) => "name_taken",
            ChangeError::NotAnAddon(_) => "not_an_addon",
            ChangeError::NotAManifest(_) => "not_a_manifest",
            ChangeError::Cycle(_) => "cycle",
            ChangeError::AlreadyConnected { .. } => "already_connected",
            ChangeError::NotConnected { .. } => "not_connected",
            ChangeError::BrokenYaml { .. } => "broken_yaml",
            ChangeError::Edit { .. } => "value_edit",
            ChangeError::VariableName(_) => "variable_name",
            ChangeError::VariableTaken(_) => "variable_taken",
            ChangeError::NoVariable(_) => "no_variable",
            ChangeError::DefaultType { .. } => "default_type",
            ChangeError::TooLarge { .. } => "too_large",
            ChangeError::TooMany => "too_many_components",
            ChangeError::Empty { .. } => "empty_field",
            ChangeError::WaitsForItself => "waits_for_itself",
            ChangeError::WhichDocument { .. } => "which_document",
            ChangeError::Field { .. } => "field",
        }
    }
}

fn shown(cycle: &[Name]) -> String {
    let mut names: Vec<&str> = cycle.iter().map(Name::as_str).collect();
    names.extend(cycle.first().map(Name::as_str));
    names.join(" → ")
}

/// Applies all or none: on an error the stack is as before. The error comes with the place of its change.
pub fn apply_all(stack: &mut Stack, changes: &[Change]) -> Result<(), (usize, ChangeError)> {
    let mut draft = stack.clone();
    for (place, change) in changes.iter().enumerate() {
        apply(&mut draft, change).map_err(|error| (place, error))?;
    }
    let bytes = draft.components.iter().map(|component| component.text().len()).sum();
    if bytes > STACK {
        let last = changes.len().saturating_sub(1);
        return Err((last, ChangeError::TooLarge { what: "the stack".to_owned(), bytes, limit: STACK }));
    }
    *stack = draft;
    Ok(())
}

/// Applies one change, or refuses it and leaves the stack as it was.
pub fn apply(stack: &mut Stack, change: &Change) -> Result<(), ChangeError> {
    match change {
        Change::AddComponent { component } => add(stack, component),
        Change::RemoveComponent { component } => remove(stack, component),
        Change::LetGo { component } => {
            let gone = found(stack, component)?.let_go();
            remove(stack, component)?;
            stack.let_go.push(gone);
            Ok(())
        }
        Change::RenameComponent { component, name } => rename(stack, component, name),
        Change::SetValuesText { component, text } => {
            small(component, text)?;
            addon(stack, component)?.values.clone_from(text);
            Ok(())
        }
        Change::SetManifestText { component, text } => {
            small(component, text)?;
            match &mut found(stack, component)?.content {
                Content::Manifest(manifest) => manifest.text.clone_from(text),
                Content::Addon(_) => return Err(ChangeError::NotAManifest(component.clone())),
            }
            Ok(())
        }
        Change::SetValue { component, path, value } => edit_text(stack, component, path, Some(value)),
        Change::UnsetValue { component, path } => edit_text(stack, component, path, None),
        Change::SetNamespace { component, namespace } => {
            let namespace = namespace.clone().filter(|namespace| !namespace.is_empty());
            rule(component, "namespace", namespace.as_deref(), field::namespace)?;
            found(stack, component)?.namespace = namespace;
            Ok(())
        }
        Change::SetChartSource { component, repository, name } => {
            let (repository, name) = (stated("repository", repository)?, stated("name", name)?);
            let chart = &mut addon(stack, component)?.chart;
            let changed = Chart { repository, name, ..chart.clone() };
            chart_rules(component, &changed)?;
            *chart = changed;
            Ok(())
        }
        Change::SetChartVersion { component, version } => {
            let version = stated("version", version)?;
            let chart = &mut addon(stack, component)?.chart;
            rule(component, "version", Some(&version), field::chart_version)?;
            chart.version = version;
            Ok(())
        }
        Change::SetReleaseName { component, release_name } => {
            let release = &mut addon(stack, component)?.release;
            match release_name {
                Some(name) => {
                    let name = stated("release_name", name)?;
                    rule(component, "release name", Some(&name), field::release_name)?;
                    release.insert("releaseName".to_owned(), name.into());
                }
                None => drop(release.remove("releaseName")),
            }
            Ok(())
        }
        Change::SetTimeout { component, timeout } => {
            let timeout = timeout.clone().filter(|timeout| !timeout.is_empty());
            rule(component, "timeout", timeout.as_deref(), field::timeout)?;
            found(stack, component)?.timeout = timeout;
            Ok(())
        }
        Change::Connect { component, on } => connect(stack, component, on),
        Change::Disconnect { component, on } => {
            let edges = &mut found(stack, component)?.depends_on;
            let place = edges.iter().position(|id| id == on);
            let place = place.ok_or_else(|| ChangeError::NotConnected { component: component.clone(), on: on.clone() })?;
            edges.remove(place);
            Ok(())
        }
        Change::DeclareVariable { declaration } => declare(stack, declaration),
        Change::RetypeVariable { name, kind } => {
            let declaration = stack.variables.iter_mut().find(|declaration| declaration.name == *name);
            let declaration = declaration.ok_or_else(|| ChangeError::NoVariable(name.clone()))?;
            let fits = declaration.default.as_ref().is_none_or(|default| kind.holds(default));
            if !fits {
                return Err(ChangeError::DefaultType { name: name.clone(), kind: kind.as_str() });
            }
            declaration.kind = *kind;
            Ok(())
        }
        Change::UndeclareVariable { name } => {
            let place = stack.variables.iter().position(|declaration| declaration.name == *name);
            stack.variables.remove(place.ok_or_else(|| ChangeError::NoVariable(name.clone()))?);
            Ok(())
        }
        Change::SetDescription { description } => {
            stack.description = description.clone().filter(|description| !description.trim().is_empty());
            Ok(())
        }
        Change::RenameStack { name } => {
            stack.name = name.clone();
            Ok(())
        }
        Change::SetStackDependsOn { depends_on } => {
            if depends_on.contains(&stack.id) {
                return Err(ChangeError::WaitsForItself);
            }
            stack.depends_on = once_each(depends_on);
            Ok(())
        }
        Change::SetLayout { component, layout } => {
            found(stack, component)?.layout = *layout;
            Ok(())
        }
    }
}

fn found<'a>(stack: &'a mut Stack, id: &Name) -> Result<&'a mut Component, ChangeError> {
    stack.component_mut(id.as_str()).ok_or_else(|| ChangeError::NoComponent(id.clone()))
}

fn addon<'a>(stack: &'a mut Stack, id: &Name) -> Result<&'a mut Addon, ChangeError> {
    match &mut found(stack, id)?.content {
        Content::Addon(addon) => Ok(addon),
        Content::Manifest(_) => Err(ChangeError::NotAnAddon(id.clone())),
    }
}

fn stated(field: &'static str, text: &str) -> Result<String, ChangeError> {
    let text = text.trim();
    if text.is_empty() { Err(ChangeError::Empty { field }) } else { Ok(text.to_owned()) }
}

fn small(component: &Name, text: &str) -> Result<(), ChangeError> {
    if text.len() <= TEXT {
        return Ok(());
    }
    Err(ChangeError::TooLarge { what: format!("the text of `{component}`"), bytes: text.len(), limit: TEXT })
}

fn add(stack: &mut Stack, component: &Component) -> Result<(), ChangeError> {
    if stack.component(component.id.as_str()).is_some() {
        return Err(ChangeError::IdTaken(component.id.clone()));
    }
    if stack.components.iter().any(|other| other.name == component.name) {
        return Err(ChangeError::NameTaken(component.name.clone()));
    }
    if stack.components.len() >= COMPONENTS {
        return Err(ChangeError::TooMany);
    }
    small(&component.id, component.text())?;
    rule(&component.id, "namespace", component.namespace.as_deref(), field::namespace)?;
    rule(&component.id, "timeout", component.timeout.as_deref(), field::timeout)?;
    if let Content::Addon(addon) = &component.content {
        stated("repository", &addon.chart.repository)?;
        stated("name", &addon.chart.name)?;
        stated("version", &addon.chart.version)?;
        chart_rules(&component.id, &addon.chart)?;
        if let Some(name) = addon.release.get("releaseName") {
            rule(&component.id, "release name", Some(name.as_str().unwrap_or_default()), field::release_name)?;
        }
    }
    if component.depends_on.contains(&component.id) {
        return Err(ChangeError::Cycle(vec![component.id.clone()]));
    }
    if let Some(missing) = component.depends_on.iter().find(|on| stack.component(on.as_str()).is_none()) {
        return Err(ChangeError::NoComponent(missing.clone()));
    }
    stack.let_go.retain(|gone| gone.component != component.id);
    stack.components.push(Component { depends_on: once_each(&component.depends_on), ..component.clone() });
    Ok(())
}

/// What `stack.yaml` would refuse is refused here, so that every draft can be written and read back.
fn rule(component: &Name, field: &'static str, text: Option<&str>, rule: fn(&str) -> Result<(), String>) -> Result<(), ChangeError> {
    let held = text.map_or(Ok(()), rule);
    held.map_err(|reason| ChangeError::Field { component: component.clone(), field, reason })
}

fn chart_rules(component: &Name, chart: &Chart) -> Result<(), ChangeError> {
    rule(component, "repository", Some(&chart.repository), field::chart_repository)?;
    rule(component, "chart", Some(&chart.name), field::chart_name)?;
    rule(component, "version", Some(&chart.version), field::chart_version)
}

fn once_each(names: &[Name]) -> Vec<Name> {
    let first = |(place, name): &(usize, &Name)| !names[..*place].contains(name);
    names.iter().enumerate().filter(first).map(|(_, name)| name.clone()).collect()
}

/// Edges to it go with it: nothing can wait for what is not there.
fn remove(stack: &mut Stack, id: &Name) -> Result<(), ChangeError> {
    let place = stack.components.iter().position(|component| component.id == *id);
    stack.components.remove(place.ok_or_else(|| ChangeError::NoComponent(id.clone()))?);
    for component in &mut stack.components {
        component.depends_on.retain(|on| on != id);
    }
    Ok(())
}

fn rename(stack: &mut Stack, id: &Name, name: &Name) -> Result<(), ChangeError> {
    if stack.components.iter().any(|other| other.id != *id && other.name == *name) {
        return Err(ChangeError::NameTaken(name.clone()));
    }
    found(stack, id)?.name = name.clone();
    Ok(())
}

fn connect(stack: &mut Stack, component: &Name, on: &Name) -> Result<(), ChangeError> {
    found(stack, on)?;
    if found(stack, component)?.depends_on.contains(on) {
        return Err(ChangeError::AlreadyConnected { component: component.clone(), on: on.clone() });
    }
    if let Some(cycle) = graph::would_cycle(stack, component, on) {
        return Err(ChangeError::Cycle(cycle));
    }
    found(stack, component)?.depends_on.push(on.clone());
    Ok(())
}

fn declare(stack: &mut Stack, declaration: &Declaration) -> Result<(), ChangeError> {
    if !is_name(&declaration.name) {
        return Err(ChangeError::VariableName(declaration.name.clone()));
    }
    if stack.variables.iter().any(|other| other.name == declaration.name) {
        return Err(ChangeError::VariableTaken(declaration.name.clone()));
    }
    if declaration.default.as_ref().is_some_and(|default| !declaration.kind.holds(default)) {
        return Err(ChangeError::DefaultType { name: declaration.name.clone(), kind: declaration.kind.as_str() });
    }
    stack.variables.push(declaration.clone());
    Ok(())
}

/// Sets or unsets one value in the values of an addon or in one document of a manifest.
fn edit_text(stack: &mut Stack, id: &Name, path: &ValuePath, value: Option<&Value>) -> Result<(), ChangeError> {
    let component = found(stack, id)?;
    let broken = |error: read::YamlError| ChangeError::BrokenYaml { component: id.clone(), line: error.line, reason: error.message };
    let documents = read::documents(component.text()).map_err(broken)?.len();
    let is_manifest = matches!(component.content, Content::Manifest(_));
    let (document, inner) = match path.segments() {
        [Segment::Index(document), inner @ ..] if is_manifest => (*document, ValuePath::of(inner)),
        _ if is_manifest && documents > 1 => return Err(ChangeError::WhichDocument { component: id.clone(), documents }),
        _ => (0, path.clone()),
    };
    let edited = match value {
        Some(value) => edit::set_in(component.text(), document, &inner, value),
        None => edit::unset_in(component.text(), document, &inner),
    };
    let edited = edited.map_err(|error| ChangeError::Edit { component: id.clone(), path: path.clone(), error })?;
    small(id, &edited)?;
    match &mut component.content {
        Content::Addon(addon) => addon.values = edited,
        Content::Manifest(manifest) => manifest.text = edited,
    }
    Ok(())
}

#[cfg(test)]
mod tests;
