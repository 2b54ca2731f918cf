//! Takes a stack out of the cluster, what is needed last.
//!
//! Flux prunes in parallel and its `dependsOn` says nothing of deletion, so order comes from successive entries alone:
//! each takes what nothing that remains waits for, and the last takes the stack itself. What remains keeps its files
//! byte for byte: a removal carries no changed variable along.

use std::collections::{BTreeMap, BTreeSet};

use super::build::{About, Built, FileBytes, cluster_identity, repository_identity};
use super::delta::{self, Delta};
use super::facts::{self, Head};
use super::preview as shown;
use super::values::{self, Sides};
use super::*;
use crate::catalog::known::Known;
use crate::cluster::Cluster;
use crate::engine::{self, Rendered};
use crate::expression;
use crate::finding::Finding;
use crate::guard;
use crate::plan::brief::{self, list};
use crate::preview::{self, Previews};
use crate::record;
use crate::resolve;
use crate::secret;
use crate::stack::{Component, Stack, source};

/// What planning a removal needs.
#[derive(Debug, Clone)]
pub struct RemovalInput<'a> {
    pub cluster: &'a Cluster,
    /// The stack's id.
    pub stack: &'a Name,
    pub head: &'a Head,
    pub about: &'a About,
    pub policy: Policy,
    pub writers: Vec<Writer>,
    /// The stack's newest plan: what it says of variables, secrets and charts still holds for what remains.
    pub recorded: Option<&'a Plan>,
    /// The number of the newest entry, where it was a part of this removal.
    pub goes_on_from: Option<u64>,
    /// Everything in one entry, in whatever order Flux takes it.
    pub together: bool,
    /// Answers to [`removal_requests`].
    pub previews: &'a Previews,
}

/// The components in the order in which they go: each set waits for nothing but what goes later. A stack without an
/// order goes at once.
pub fn reverse_waves(stack: &Stack) -> Vec<Vec<Name>> {
    let mut left: Vec<&Component> = stack.components.iter().collect();
    let mut waves = Vec::new();
    while !left.is_empty() {
        let needed: BTreeSet<&Name> = left.iter().flat_map(|component| &component.depends_on).collect();
        let (stay, go): (Vec<&Component>, Vec<&Component>) = left.iter().copied().partition(|component| needed.contains(&component.id));
        if go.is_empty() {
            waves.push(stay.iter().map(|component| component.id.clone()).collect());
            break;
        }
        waves.push(go.iter().map(|component| component.id.clone()).collect());
        left = stay;
    }
    waves
}

/// The releases that Helm has to render for a removal.
pub fn removal_requests(input: &RemovalInput<'_>) -> Vec<preview::Request> {
    let Some(part) = Part::of(input) else { return Vec::new() };
    let resolution = resolve::resolve(&part.after, input.cluster);
    part.requests(input, &resolution)
}

/// What goes now, and what remains of the stack without it.
struct Part {
    tree: Tree,
    before: Stack,
    after: Stack,
    waves: Vec<Vec<Name>>,
    now: BTreeSet<Name>,
    is_last: bool,
    rendered: Rendered,
    delta: Delta,
}

impl Part {
    fn of(input: &RemovalInput<'_>) -> Option<Part> {
        let RemovalInput { cluster, head, .. } = *input;
        let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
        let text = head.files.get(&tree.stack_yaml(input.stack)).and_then(|file| std::str::from_utf8(&file.bytes).ok())?;
        let before = source::parse(text).ok()?;
        let waves = reverse_waves(&before);
        let now: BTreeSet<Name> = match input.together {
            true => waves.iter().flatten().cloned().collect(),
            false => waves.first().into_iter().flatten().cloned().collect(),
        };
        let mut after = before.clone();
        after.components.retain(|component| !now.contains(&component.id));
        let is_last = after.components.is_empty();
        let rendered = if is_last { Rendered::default() } else { what_remains(&after, cluster, &tree, head, &now) };
        let delta = Delta::of(&after, &tree, head, &rendered);
        Some(Part { tree, before, after, waves, now, is_last, rendered, delta })
    }

    fn requests(&self, input: &RemovalInput<'_>, resolution: &resolve::Resolution<'_>) -> Vec<preview::Request> {
        preview::requests(&preview::Sides {
            before: Some(&self.before),
            after: &self.after,
            cluster: input.cluster,
            tree: &self.tree,
            head: input.head,
            delta: &self.delta,
            resolution,
            skipped: &self.rendered.skipped,
        })
    }
}

/// The next step of taking a stack out; absent where the head holds no such stack that can be read.
pub fn remove(input: &RemovalInput<'_>) -> Option<Built> {
    let RemovalInput { cluster, head, about, .. } = *input;
    let part = Part::of(input)?;
    let resolution = resolve::resolve(&part.after, cluster);
    let requests = part.requests(input, &resolution);
    let releases = input.previews.releases(&requests);
    let Part { ref tree, ref before, ref after, ref waves, ref now, is_last, ref rendered, ref delta } = part;
    let step = Step { before, after, now, waves, is_last };
    let sides = Sides { tree, head, rendered, before: Some(before), after };
    let values = if is_last { Vec::new() } else { values::changes(&sides, delta, &[]) };
    let mut facts = facts::read_off(head, &tree.binding(), &[], &[]);
    facts.needed_by = facts::needed_by(head, &before.id);
    let context = guard::Context {
        stack: after,
        before: Some(before),
        cluster,
        tree,
        resolution: &resolution,
        rendered,
        releases: &releases,
        secrets: &BTreeMap::new(),
        head: Some(head),
        facts: &facts,
        delta,
        values: &values,
        about: Some(about),
        writers: &input.writers,
        known: &Known::default(),
        policy: input.policy,
    };
    let mut effects = guard::effects(&context);
    let mut findings = step.findings(input, &facts, &effects);
    findings.extend(guard::run_removing(&context));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    effects.extend(namespaces(&step, tree, head));
    let files = delta::files(before, tree, head, rendered);
    let (preview, texts) = shown::preview(input.previews, &releases);
    let brief = step.brief(files.iter().filter(|file| file.changes()).count(), &effects);
    let title = if about.title.trim().is_empty() { format!("Remove {}", before.name) } else { about.title.trim().to_owned() };
    let uses = expression::uses(after);
    let plan = Plan {
        v: VERSION,
        kind: Kind::StackRemoval,
        cluster: cluster_identity(cluster),
        repository: repository_identity(cluster),
        stack: Some(StackIdentity { id: before.id.clone(), name: before.name.clone() }),
        draft: None,
        subject: record::subject(&format!("{}: {title}", before.name)),
        title,
        why: about.why.clone(),
        ticket: about.ticket.clone(),
        author: about.author.clone(),
        frozen_at: freeze::moment(about.frozen_at),
        not_after: freeze::moment(about.not_after),
        nonce: about.nonce.clone(),
        policy: input.policy,
        writers: input.writers.clone(),
        brief,
        findings,
        effects,
        values,
        variables: still(input.recorded, |plan| &plan.variables)
            .filter_map(|one| Some(PlannedVariable { used_by: users(uses.variables.get(&one.name)?), ..one.clone() }))
            .collect(),
        secrets: still(input.recorded, |plan| &plan.secrets)
            .filter_map(|one| {
                let used_by = users(uses.secrets.get(&one.name)?);
                Some(PlannedSecret { used_by, state: secret::State::Same, ..one.clone() })
            })
            .collect(),
        recipients: cluster.recipients.clone(),
        order: step.order(input.together),
        charts: still(input.recorded, |plan| &plan.charts)
            .filter(|pin| after.component(pin.component.as_str()).is_some())
            .cloned()
            .collect(),
        preview,
        files,
        facts,
    };
    let bytes = plan.files.iter().map(|file| {
        let before = head.files.get(&file.path).map(|file| file.bytes.clone());
        (file.path.clone(), FileBytes { before, after: rendered.files.get(&file.path).cloned() })
    });
    Some(Built { files: bytes.collect(), plan, rendered: texts, fixes: Vec::new() })
}

fn still<'a, T: 'a>(recorded: Option<&'a Plan>, part: fn(&Plan) -> &Vec<T>) -> impl Iterator<Item = &'a T> {
    recorded.into_iter().flat_map(part)
}

fn users(ids: &BTreeSet<String>) -> Vec<String> {
    ids.iter().cloned().collect()
}

/// The stack's files as they are, without those of the components that go, and with a frame that no longer names them.
fn what_remains(after: &Stack, cluster: &Cluster, tree: &Tree, head: &Head, now: &BTreeSet<Name>) -> Rendered {
    let goes = |path: &str| now.iter().any(|id| path.starts_with(&tree.component(&after.id, id)) || path == tree.flux_of(&after.id, id));
    let mut rendered = engine::frame(after, cluster);
    for (path, file) in head.files.iter().filter(|(path, _)| tree.stack_owns(&after.id, path) && !goes(path)) {
        rendered.files.entry(path.clone()).or_insert_with(|| file.bytes.clone());
    }
    rendered
}

/// The Namespaces of a stack outlive it: others may live there, and what stays behind does.
fn namespaces(step: &Step<'_>, tree: &Tree, head: &Head) -> Vec<Effect> {
    let of = |component: &Component| component.namespace.clone().filter(|namespace| head.files.contains_key(&tree.namespace(namespace)));
    let remaining: BTreeSet<String> = step.after.components.iter().filter_map(of).collect();
    let left: BTreeSet<String> = step.gone().filter_map(of).filter(|namespace| !remaining.contains(namespace)).collect();
    left.into_iter()
        .map(|namespace| Effect {
            what: What::StaysBehind,
            object: ObjectKey::new("", "Namespace", None, &namespace),
            component: None,
            note: Some("Other stacks may use it, and what stays behind lives there. Remove it by hand once it is empty.".to_owned()),
        })
        .collect()
}

/// One entry of a removal.
struct Step<'a> {
    before: &'a Stack,
    after: &'a Stack,
    now: &'a BTreeSet<Name>,
    waves: &'a [Vec<Name>],
    is_last: bool,
}

impl Step<'_> {
    fn gone(&self) -> impl Iterator<Item = &Component> {
        self.before.components.iter().filter(|component| self.now.contains(&component.id))
    }

    fn names(&self) -> Vec<String> {
        self.gone().map(|component| component.name.to_string()).collect()
    }

    fn name_of(&self, id: &Name) -> Name {
        self.before.component(id.as_str()).map_or_else(|| id.clone(), |component| component.name.clone())
    }

    fn findings(&self, input: &RemovalInput<'_>, facts: &Facts, effects: &[Effect]) -> Vec<Finding> {
        let name = &self.before.name;
        let mut findings = Vec::new();
        if !facts.needed_by.is_empty() {
            let others: Vec<String> = facts.needed_by.iter().map(Name::to_string).collect();
            let (noun, verb) = if others.len() == 1 { ("stack", "waits") } else { ("stacks", "wait") };
            let reason = format!("The {noun} {} {verb} for {name}; Flux would hold back every change of theirs for ever.", list(&others));
            findings.push(Finding::block("needed_by", reason).hint(format!("Let them wait for {name} no more, or remove them first.")));
        }
        // Before what bears the same word: the slip shows the first reason of each.
        if input.together
            && let Some((component, on)) = self.gone().find_map(|component| Some((component, component.depends_on.first()?)))
        {
            let on = self.name_of(on);
            let reason = format!(
                "All goes in one commit, unordered: Flux removes everything at the same time, so {on} may be gone before {}, which needs it.",
                component.name
            );
            let hint = format!("In order it takes {} entries.", self.waves.len());
            findings.push(Finding::confirm("unordered_removal", name.as_str(), reason).hint(hint));
        }
        let what = if self.is_last { format!("the stack {name}") } else { format!("a part of the stack {name}") };
        let releases = effects.iter().any(|effect| effect.what == What::Unknown);
        let how = if releases { format!(" Of each release: {}", guard::UNINSTALLED) } else { String::new() };
        let reason = match self.now.len() {
            0 => format!("This takes {what} away. It has no component."),
            _ => format!("This takes {what} away: {}.{how}", list(&self.names())),
        };
        findings.push(Finding::confirm("stack_removal", name.as_str(), reason));
        findings.extend(guard::lost(effects));
        if let Some(number) = input.goes_on_from {
            let namespace = &input.cluster.flux.namespace;
            let reason = format!(
                "{} took away what waits for this. Whether the cluster is done with it is not known here; what goes now would be missing to what \
                 is still going.",
                record::number(number)
            );
            let hint = format!(
                "Look before you sign: kubectl -n {namespace} get kustomizations -l {}={} must list nothing but what the stack still has, and \
                 none of it deleting.",
                engine::STACK_LABEL,
                self.before.id
            );
            findings.push(Finding::warn("earlier_wave", reason).hint(hint));
        }
        findings
    }

    fn order(&self, together: bool) -> Vec<Wave> {
        let wave = |ids: &Vec<Name>| Wave {
            steps: ids
                .iter()
                .map(|id| super::Step {
                    component: id.clone(),
                    name: self.name_of(id),
                    does: if self.now.contains(id) { Does::Remove } else { Does::Nothing },
                })
                .collect(),
        };
        let all = self.waves.concat();
        if together { [all].iter().filter(|ids| !ids.is_empty()).map(wave).collect() } else { self.waves.iter().map(wave).collect() }
    }

    fn brief(&self, files: usize, effects: &[Effect]) -> Vec<String> {
        let name = &self.before.name;
        let mut out = Vec::from_iter(brief::lost(effects));
        out.push(match (self.is_last, self.now.is_empty()) {
            (true, true) => format!("Removes the stack {name}, which has no component."),
            (true, false) => format!("Removes the stack {name}, with {}.", list(&self.names())),
            (false, _) => format!("Removes {} of the stack {name}; what it waits for stays.", list(&self.names())),
        });
        let later: Vec<String> = self
            .waves
            .iter()
            .filter(|ids| !ids.iter().any(|id| self.now.contains(id)))
            .map(|ids| list(&ids.iter().map(|id| self.name_of(id).to_string()).collect::<Vec<_>>()))
            .collect();
        if !later.is_empty() {
            let entries = if later.len() == 1 { "1 more entry takes".to_owned() } else { format!("{} more entries take", later.len()) };
            out.push(format!("{entries} the rest: {}.", later.join(", then ")));
        }
        let stays: Vec<String> =
            effects.iter().filter(|effect| effect.what == What::StaysBehind).map(|effect| effect.object.to_string()).collect();
        if !stays.is_empty() {
            let verb = if stays.len() == 1 { "stays" } else { "stay" };
            out.push(format!("{} {verb} behind.", list(&stays)));
        }
        out.push(format!("Writes {files} file{} in one commit.", if files == 1 { "" } else { "s" }));
        out
    }
}

#[cfg(test)]
mod tests;
