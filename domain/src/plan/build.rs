//! Builds the plan of a stack: the one function for the review page, the API and the deploy.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::delta::{self, Delta};
use super::facts::{self, Head};
use super::preview as shown;
use super::values::{self, Sides};
use super::*;
use crate::catalog::known::Known;
use crate::cluster::Cluster;
use crate::engine;
use crate::fix::{self, Fix};
use crate::guard;
use crate::preview::{self, Previews};
use crate::record;
use crate::resolve::{self, Resolution};
use crate::sealing::{SealRequest, SealedFiles};
use crate::secret;
use crate::stack::{Content, Stack};
use crate::yaml::path::ValuePath;

/// What planning a stack needs. The same input gives the same plan, byte for byte.
#[derive(Debug, Clone)]
pub struct Input<'a> {
    pub cluster: &'a Cluster,
    pub stack: &'a Stack,
    /// Every secret that is set for this stack on this cluster, by name. One that is not here is missing.
    pub secrets: &'a BTreeMap<String, SecretFact>,
    /// Answers to [`sealing_requests`].
    pub sealed: &'a SealedFiles,
    pub head: &'a Head,
    pub about: &'a About,
    /// Who wrote what of the diff; the same writer may stand here many times.
    pub authorship: &'a [Authorship],
    pub policy: Policy,
    /// SHA-256 of chart archives, by component id, where known.
    pub chart_digests: &'a BTreeMap<String, String>,
    /// Answers to [`preview_requests`].
    pub previews: &'a Previews,
    pub known: &'a Known<'a>,
}

/// What people say of a plan, and when it was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub draft: Option<DraftIdentity>,
    pub title: String,
    pub why: String,
    pub ticket: Option<String>,
    pub author: Author,
    pub frozen_at: Timestamp,
    pub not_after: Timestamp,
    /// Random, hex: two freezings are two plans.
    pub nonce: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretFact {
    pub state: secret::State,
    pub from: secret::Level,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorship {
    /// Absent: a field of the stack.
    pub component: Option<Name>,
    /// Absent: the whole of it.
    pub path: Option<ValuePath>,
    pub writer: Writer,
}

/// A plan, and the bytes that it pins.
#[derive(Debug, Clone, PartialEq)]
pub struct Built {
    pub plan: Plan,
    /// By path, for every path of [`Plan::files`].
    pub files: BTreeMap<String, FileBytes>,
    /// Rendered manifests by their digests; no part of the commit.
    pub rendered: BTreeMap<String, Vec<u8>>,
    /// What would mend its findings; no part of the plan.
    pub fixes: Vec<Fix>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileBytes {
    pub before: Option<Vec<u8>>,
    pub after: Option<Vec<u8>>,
}

/// What the vault has to seal for a plan. Requests with a secret that is not set are left to the guards.
pub fn sealing_requests(stack: &Stack, cluster: &Cluster) -> Vec<SealRequest> {
    engine::sealing_requests(stack, cluster, &resolve::resolve(stack, cluster))
}

/// The releases that Helm has to render for a plan; none where nothing of a release changes.
pub fn preview_requests(input: &Input<'_>) -> Vec<preview::Request> {
    let resolution = resolve::resolve(input.stack, input.cluster);
    Seen::of(input, &resolution).requests(input, &resolution)
}

/// What follows from the input before anybody looks at it.
struct Seen {
    tree: Tree,
    rendered: engine::Rendered,
    before: Option<Stack>,
    delta: Delta,
}

impl Seen {
    fn of(input: &Input<'_>, resolution: &Resolution<'_>) -> Seen {
        let Input { cluster, stack, head, .. } = *input;
        let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
        let mut rendered = engine::render(stack, cluster, resolution, input.sealed);
        keep_skipped(stack, &tree, head, &mut rendered);
        let text = head.files.get(&tree.stack_yaml(&stack.id)).and_then(|file| std::str::from_utf8(&file.bytes).ok());
        let before = text.and_then(recorded);
        let delta = Delta::of(stack, &tree, head, &rendered);
        Seen { tree, rendered, before, delta }
    }

    fn requests(&self, input: &Input<'_>, resolution: &Resolution<'_>) -> Vec<preview::Request> {
        preview::requests(&preview::Sides {
            before: self.before.as_ref(),
            after: input.stack,
            cluster: input.cluster,
            tree: &self.tree,
            head: input.head,
            delta: &self.delta,
            resolution,
            skipped: &self.rendered.skipped,
        })
    }
}

/// Plans a stack. Where guards block, the plan shows what it can; [`Plan::blocks`] says whether it may be signed.
pub fn build(input: &Input<'_>) -> Built {
    let Input { cluster, stack, head, about, .. } = *input;
    let resolution = resolve::resolve(stack, cluster);
    let seen = Seen::of(input, &resolution);
    let requests = seen.requests(input, &resolution);
    let releases = input.previews.releases(&requests);
    let Seen { tree, rendered, before, delta } = seen;
    let facts = facts::read_off(head, &tree.binding(), &stack.depends_on, &rendered.keys());
    let sides = Sides { tree: &tree, head, rendered: &rendered, before: before.as_ref(), after: stack };
    let values = values::changes(&sides, &delta, input.authorship);
    let writers: Vec<Writer> = input.authorship.iter().map(|author| author.writer.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    let context = guard::Context {
        stack,
        before: before.as_ref(),
        cluster,
        tree: &tree,
        resolution: &resolution,
        rendered: &rendered,
        releases: &releases,
        secrets: input.secrets,
        head: Some(head),
        facts: &facts,
        delta: &delta,
        values: &values,
        about: Some(about),
        writers: &writers,
        policy: input.policy,
        known: input.known,
    };
    let findings = guard::run(&context);
    let fixes = fix::fixes(&context, &findings);
    let effects = guard::effects(&context);
    let files = delta::files(stack, &tree, head, &rendered);
    let brief = brief::sentences(&context, &files);
    let (preview, texts) = shown::preview(input.previews, &releases);
    let subject = record::subject(&format!(
        "{}: {}",
        stack.name,
        if about.title.trim().is_empty() { brief.first().map_or("no change", String::as_str) } else { about.title.trim() }
    ));
    let plan = Plan {
        v: VERSION,
        kind: Kind::Stack,
        cluster: cluster_identity(cluster),
        repository: repository_identity(cluster),
        stack: Some(StackIdentity { id: stack.id.clone(), name: stack.name.clone() }),
        draft: about.draft.clone(),
        title: about.title.clone(),
        why: about.why.clone(),
        ticket: about.ticket.clone(),
        subject,
        author: about.author.clone(),
        frozen_at: freeze::moment(about.frozen_at),
        not_after: freeze::moment(about.not_after),
        nonce: about.nonce.clone(),
        policy: input.policy,
        writers,
        brief,
        findings,
        effects,
        values,
        variables: variables(stack, &resolution),
        secrets: secrets(input.secrets, &resolution),
        recipients: cluster.recipients.clone(),
        order: order::waves(stack, &delta),
        charts: charts(stack, input.chart_digests),
        preview,
        files,
        facts,
    };
    let files = bytes_of(&plan, head, rendered);
    Built { plan, files, rendered: texts, fixes }
}

/// A stack as `stack.yaml` has it.
fn recorded(text: &str) -> Option<Stack> {
    crate::stack::source::parse(text).ok()
}

/// A component that cannot be rendered stays in the plan as the head has it; a finding blocks the plan anyway.
fn keep_skipped(stack: &Stack, tree: &Tree, head: &Head, rendered: &mut engine::Rendered) {
    for component in rendered.skipped.clone() {
        let folder = tree.component(&stack.id, &component);
        let entry = tree.flux_of(&stack.id, &component);
        for (path, file) in head.files.iter().filter(|(path, _)| path.starts_with(&folder) || **path == entry) {
            rendered.files.insert(path.clone(), file.bytes.clone());
        }
    }
}

pub(super) fn cluster_identity(cluster: &Cluster) -> ClusterIdentity {
    ClusterIdentity {
        name: cluster.name.clone(),
        environment: cluster.environment.clone(),
        kube_system_uid: cluster.kube_system_uid.clone(),
    }
}

pub(super) fn repository_identity(cluster: &Cluster) -> RepositoryIdentity {
    let crate::cluster::Repository { url, branch, path } = &cluster.repository;
    RepositoryIdentity { url: url.clone(), branch: branch.clone(), path: path.clone() }
}

fn variables(stack: &Stack, resolution: &Resolution<'_>) -> Vec<PlannedVariable> {
    let kind = |name: &str| stack.variables.iter().find(|declared| declared.name == name).map(|declared| declared.kind);
    let planned = resolution.variables.iter().filter_map(|resolved| {
        Some(PlannedVariable {
            name: resolved.name.clone(),
            kind: kind(&resolved.name)?,
            value: diff::shown(&resolved.value),
            from: resolved.from,
            shadowed: resolved
                .shadowed
                .iter()
                .map(|shadow| PlannedShadow { from: shadow.from, value: diff::shown(&shadow.value) })
                .collect(),
            used_by: resolution.uses.variables.get(&resolved.name).into_iter().flatten().cloned().collect(),
        })
    });
    planned.collect()
}

fn secrets(facts: &BTreeMap<String, SecretFact>, resolution: &Resolution<'_>) -> Vec<PlannedSecret> {
    let planned = resolution.uses.secrets.iter().map(|(name, used_by)| {
        let fact = facts.get(name);
        PlannedSecret {
            name: name.clone(),
            state: fact.map_or(secret::State::Missing, |fact| fact.state),
            from: fact.map(|fact| fact.from),
            used_by: used_by.iter().cloned().collect(),
        }
    });
    planned.collect()
}

fn charts(stack: &Stack, digests: &BTreeMap<String, String>) -> Vec<ChartPin> {
    let pins = stack.components.iter().filter_map(|component| {
        let Content::Addon(addon) = &component.content else { return None };
        let crate::stack::Chart { repository, name, version } = addon.chart.clone();
        Some(ChartPin { component: component.id.clone(), repository, name, version, digest: digests.get(component.id.as_str()).cloned() })
    });
    pins.collect()
}

fn bytes_of(plan: &Plan, head: &Head, mut rendered: engine::Rendered) -> BTreeMap<String, FileBytes> {
    let bytes = plan.files.iter().map(|file| {
        let before = head.files.get(&file.path).map(|file| file.bytes.clone());
        (file.path.clone(), FileBytes { before, after: rendered.files.remove(&file.path) })
    });
    bytes.collect()
}

#[cfg(test)]
mod tests;
