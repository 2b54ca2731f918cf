//! The computed summary: what a person needs to know before reading anything else.

use super::{Does, Effect, FileChange, What};
use crate::guard::{self, Context};
use crate::name::Name;
use crate::stack::{Content, Stack};

/// The sentences, most important first.
pub fn sentences(context: &Context<'_>, files: &[FileChange]) -> Vec<String> {
    let changed = files.iter().filter(|file| file.changes()).count();
    if changed == 0 {
        return vec!["Nothing changes: the record holds all of this already.".to_owned()];
    }
    let effects = guard::effects(context);
    let mut out = Vec::from_iter(lost(&effects));
    let loses_nothing = out.is_empty();
    let anew: Vec<String> = guard::anew(context).iter().map(|one| one.now.name.to_string()).collect();
    if !anew.is_empty() {
        out.push(format!("Uninstalls and installs anew: {}.", list(&anew)));
    }
    let let_go: Vec<String> = context.delta.that(Does::LetGo).map(|id| shown_name(context, id)).collect();
    if !let_go.is_empty() {
        out.push(format!("Lets go of {}: nothing of it is uninstalled, and it runs on without this stack.", list(&let_go)));
    }
    for (does, verb) in [(Does::Remove, "Removes"), (Does::Add, "Adds"), (Does::Change, "Changes")] {
        let ids: Vec<String> = context.delta.that(does).map(|id| shown_name(context, id)).collect();
        if !ids.is_empty() {
            out.push(format!("{verb} {}.", counted(&ids)));
        }
    }
    out.extend(guard::taken_over(context).into_iter().map(|(component, by)| {
        format!("Takes over {}, which runs since the stack {by} let go of it: nothing is installed anew.", component.name)
    }));
    out.extend(renames(context));
    out.extend(guard::sizes(context).iter().map(|size| size.sentence(loses_nothing)));
    out.extend(versions(context));
    let namespaces: Vec<String> = context
        .rendered
        .shared
        .iter()
        .filter(|path| **path != context.tree.namespaces_entry() && context.head.is_some_and(|head| !head.files.contains_key(*path)))
        .filter_map(|path| Some(path.rsplit('/').next()?.strip_suffix(".yaml")?.to_owned()))
        .collect();
    if !namespaces.is_empty() {
        out.push(format!("Creates the namespace{} {}.", if namespaces.len() == 1 { "" } else { "s" }, list(&namespaces)));
    }
    let left_out = guard::left_out(context).iter().filter(|effect| effect.what == What::WillBeDeleted).count();
    if left_out > 0 {
        let objects = if left_out == 1 { "1 object that its chart no longer makes" } else { "objects that charts no longer make" };
        out.push(if left_out == 1 { format!("Deletes {objects}.") } else { format!("Deletes {left_out} {objects}.") });
    } else if loses_nothing && context.delta.removed.is_empty() {
        let unknown = !anew.is_empty() || effects.iter().any(|effect| effect.what == What::Unknown);
        if !unknown && !out.iter().any(|sentence| sentence.ends_with("nothing is deleted.")) {
            out.push("Nothing is deleted.".to_owned());
        }
    }
    out.push(format!("Writes {changed} file{} in one commit.", if changed == 1 { "" } else { "s" }));
    out
}

/// A shown name is all that changes: files and objects go by the id.
fn renames(context: &Context<'_>) -> Vec<String> {
    let Some(before) = context.before else { return Vec::new() };
    let stack = (before.name != context.stack.name).then_some((&before.name, &context.stack.name));
    let components = context.stack.components.iter().filter_map(|now| {
        let was = before.component(now.id.as_str())?;
        (was.name != now.name).then_some((&was.name, &now.name))
    });
    let told = |(was, now): (&Name, &Name)| format!("Renames {was} to {now}; nothing in the cluster is renamed.");
    stack.into_iter().chain(components).map(told).collect()
}

fn versions(context: &Context<'_>) -> Vec<String> {
    let Some(before) = context.before else { return Vec::new() };
    let version = |stack: &Stack, id: &str| match &stack.component(id)?.content {
        Content::Addon(addon) => Some(addon.chart.version.clone()),
        Content::Manifest(_) => None,
    };
    // Whatever has another version has changed.
    context
        .delta
        .that(Does::Change)
        .filter_map(|id| {
            let (old, new) = (version(before, id)?, version(context.stack, id)?);
            (old != new).then(|| format!("{} goes from chart {old} to {new}.", shown_name(context, id)))
        })
        .collect()
}

fn shown_name(context: &Context<'_>, id: &str) -> String {
    let component = context.stack.component(id).or_else(|| context.before.and_then(|before| before.component(id)));
    component.map_or_else(|| id.to_owned(), |component| component.name.to_string())
}

/// `3 components: a, b and c`, cut after five.
fn counted(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        few if few.len() <= 5 => format!("{} components: {}", few.len(), list(few)),
        many => format!("{} components: {} and {} more", many.len(), many[..4].join(", "), many.len() - 4),
    }
}

/// What goes and holds data, if anything.
pub fn lost(effects: &[Effect]) -> Option<String> {
    let lost: Vec<String> = effects
        .iter()
        .filter(|effect| effect.what == What::WillBeDeleted && guard::holds_data(&effect.object))
        .map(|effect| effect.object.to_string())
        .collect();
    (!lost.is_empty()).then(|| format!("Deletes {}.", list(&lost)))
}

pub fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
