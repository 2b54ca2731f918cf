//! Plans that change no stack: a repository is bound to its cluster, or the roster changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::brief::list;
use super::build::{cluster_identity, repository_identity};
use super::*;
use crate::binding::Binding;
use crate::cluster::Cluster;
use crate::record;
use crate::yaml::{emit, read};

/// What a plan of the kind cluster or roster needs.
#[derive(Debug, Clone, Copy)]
pub struct BindInput<'a> {
    pub cluster: &'a Cluster,
    /// Needs `countersign.yaml`, `.sops.yaml` and `allowed_signers`, where they are.
    pub head: &'a Head,
    pub about: &'a About,
    pub policy: Policy,
    /// Nothing of ours is recorded in the repository yet: whatever stands there is somebody else's.
    pub is_first: bool,
    /// How many files the branch holds that are none of ours.
    pub foreign_files: usize,
    /// The roster. A plan of kind cluster writes it only where there is none yet.
    pub allowed_signers: &'a str,
}

/// The first line of a `.sops.yaml` that is ours to rewrite.
const OURS: &str = "# Countersign writes this file from the cluster's recipients, for people who run sops by hand.";

/// `.sops.yaml`: with it, `sops` encrypts to the cluster's recipients.
pub fn sops_file(recipients: &[String]) -> String {
    let rule = json!({"path_regex": r"\.enc\.ya?ml$", "encrypted_regex": "^(data|stringData)$", "age": recipients.join(",")});
    format!("{OURS}\n{}", emit::emit(&json!({"creation_rules": [rule]})))
}

/// Binds the repository to the cluster, or changes what the binding says.
pub fn bind(input: &BindInput<'_>) -> Built {
    let BindInput { cluster, head, .. } = *input;
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    let mut findings = Vec::new();
    let mut files = BTreeMap::new();
    let bound = bound(head, &tree, &mut findings);
    let binding = Binding::of(cluster);
    identity(input, &tree, bound.as_ref(), &mut findings);
    foreign(input, &tree, bound.as_ref(), &mut findings);
    // What is somebody else's is never written over, not even in a plan that nobody can sign.
    let is_free = |path: &str| !input.is_first || !head.files.contains_key(path);
    if is_free(&tree.binding()) {
        files.insert(tree.binding(), binding.text());
    }
    match head.files.get(&tree.sops()) {
        Some(file) if input.is_first || !file.bytes.starts_with(OURS.as_bytes()) => {
            let reason = format!("{} is somebody else's and stays as it is.", tree.sops());
            findings.push(Finding::warn("foreign_sops", reason).hint("Enter the cluster's recipients there, if people run sops by hand."));
        }
        _ if cluster.recipients.is_empty() => {}
        _ => drop(files.insert(tree.sops(), sops_file(&cluster.recipients))),
    }
    if !head.files.contains_key(&tree.allowed_signers()) {
        files.insert(tree.allowed_signers(), input.allowed_signers.to_owned());
    }
    let before = bound.as_ref().map(shown);
    let values = changes(before.as_ref(), &shown(&binding));
    let brief = match &bound {
        None => vec![format!("Binds the repository to {} ({}).", cluster.name, cluster.environment)],
        Some(before) => recipients_brief(&before.recipients, &binding.recipients),
    };
    assemble(input, Kind::Cluster, files, findings, values, brief)
}

fn bound(head: &Head, tree: &Tree, findings: &mut Vec<Finding>) -> Option<Binding> {
    let file = head.files.get(&tree.binding())?;
    let read = std::str::from_utf8(&file.bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| Binding::parse(text).map_err(|error| error.to_string()));
    match read {
        Ok(binding) => Some(binding),
        Err(error) => {
            let reason = format!("{} cannot be read: {}.", tree.binding(), error.trim_end_matches('.'));
            findings.push(Finding::block("cluster_identity", reason).hint("Find out who wrote it; it is never overwritten unread."));
            None
        }
    }
}

/// Two paths have to be ours alone: what stands there before the first entry blocks, with a way around it.
fn foreign(input: &BindInput<'_>, tree: &Tree, bound: Option<&Binding>, findings: &mut Vec<Finding>) {
    if !input.is_first {
        return;
    }
    let stands = |path: &str| input.head.files.contains_key(path);
    if stands(&tree.allowed_signers()) {
        let reason = format!(
            "{} is somebody else's. Countersign keeps there who may sign, in lines that only entries change, so it can neither write over \
             that file nor share it.",
            tree.allowed_signers()
        );
        findings.push(Finding::block("foreign_roster", reason).hint(
            "Add the cluster with a folder inside the repository: ours then stands in it. Or move the other file, and whatever names it.",
        ));
    }
    // One that names another cluster, or cannot be read, is refused already.
    if bound.is_some_and(|binding| binding.cluster == input.cluster.name && binding.path == input.cluster.repository.path) {
        let reason = format!("{} names this cluster already, and no entry of this record wrote it.", tree.binding());
        findings.push(
            Finding::block("foreign_binding", reason)
                .hint("Find out who wrote it. If nobody works with it any more, remove it; or add the cluster with a folder of its own."),
        );
    }
}

fn identity(input: &BindInput<'_>, tree: &Tree, bound: Option<&Binding>, findings: &mut Vec<Finding>) {
    let cluster = input.cluster;
    match bound {
        Some(binding) if binding.cluster != cluster.name || binding.path != cluster.repository.path => {
            let reason = format!("The repository belongs to the cluster {} ({}) already.", binding.cluster, binding.environment);
            findings.push(
                Finding::block("cluster_identity", reason).hint("One repository and branch binds one cluster; give this one its own."),
            );
        }
        Some(binding) if binding.kube_system_uid.is_some() && binding.kube_system_uid != cluster.kube_system_uid => {
            let reason = format!(
                "The repository is bound to the UID {}; this plan changes it to {}.",
                binding.kube_system_uid.as_deref().unwrap_or("none"),
                cluster.kube_system_uid.as_deref().unwrap_or("none")
            );
            findings
                .push(Finding::confirm("cluster_identity", cluster.name.as_str(), reason).hint("Right only if the cluster was rebuilt."));
        }
        None if input.is_first && input.foreign_files > 0 && !input.head.files.contains_key(&tree.binding()) => {
            let reason = format!(
                "The branch holds {} file{} already. Binding touches none of them, and makes this repository {}'s.",
                input.foreign_files,
                if input.foreign_files == 1 { "" } else { "s" },
                cluster.name
            );
            findings.push(Finding::confirm("holds_content", cluster.name.as_str(), reason));
        }
        _ => {}
    }
    if cluster.kube_system_uid.is_none() {
        findings.push(
            Finding::warn("cluster_identity", "The cluster's UID is not known, so it is told apart by name and path alone.")
                .hint("Enter the UID of the namespace kube-system."),
        );
    }
    if cluster.recipients.is_empty() {
        findings.push(
            Finding::warn("no_recipients", "The cluster has no recipients, so no secret can be sealed for it.")
                .hint("Paste its age recipient, or generate a key pair."),
        );
    }
    let gone: Vec<String> = bound
        .into_iter()
        .flat_map(|binding| &binding.recipients)
        .filter(|recipient| !cluster.recipients.contains(recipient))
        .cloned()
        .collect();
    if !gone.is_empty() {
        let reason = format!("{} can still open whatever was sealed for it: it stands in the history.", list(&gone));
        findings.push(Finding::warn("recipient_removed", reason).hint("If the key is lost to somebody, set the secrets anew as well."));
    }
}

fn recipients_brief(before: &[String], after: &[String]) -> Vec<String> {
    let new: Vec<String> = after.iter().filter(|one| !before.contains(one)).cloned().collect();
    let gone: Vec<String> = before.iter().filter(|one| !after.contains(one)).cloned().collect();
    let mut brief = Vec::new();
    if !new.is_empty() {
        brief.push(format!("Seals for {} as well, from the next deploy of each stack on.", list(&new)));
    }
    if !gone.is_empty() {
        brief.push(format!("Seals no longer for {}.", list(&gone)));
    }
    if brief.is_empty() {
        brief.push("Changes what the binding says.".to_owned());
    }
    brief
}

fn shown(binding: &Binding) -> Value {
    json!({
        "cluster": binding.cluster, "environment": binding.environment, "path": binding.path,
        "UID of kube-system": binding.kube_system_uid, "recipients": binding.recipients,
    })
}

fn changes(before: Option<&Value>, after: &Value) -> Vec<ValueChange> {
    let change = |one: diff::Difference| {
        let name = one.path.segments().first().map_or_else(String::new, |segment| match segment {
            crate::yaml::path::Segment::Key(key) => key.clone(),
            crate::yaml::path::Segment::Index(index) => index.to_string(),
        });
        ValueChange {
            component: None,
            path: format!("({name})"),
            before: one.before.as_ref().map(diff::shown),
            after: one.after.as_ref().map(diff::shown),
            template: None,
            by: Vec::new(),
        }
    };
    diff::values(before, Some(after))
        .into_iter()
        .filter(|one| one.before.is_some() || one.after.as_ref().is_some_and(|value| !value.is_null()))
        .map(change)
        .collect()
}

/// Changes who may sign. Lines are never removed: one that is gone blocks.
pub fn roster(input: &BindInput<'_>) -> Built {
    let tree = Tree::new(&input.cluster.repository.path, input.cluster.name.clone());
    let path = tree.allowed_signers();
    let before = input.head.files.get(&path).map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let mut findings = Vec::new();
    if input.is_first || !input.head.files.contains_key(&tree.binding()) {
        findings.push(
            Finding::block("cluster_identity", format!("The repository has no {}: it is not bound to a cluster yet.", tree.binding()))
                .hint("Bind it first."),
        );
    }
    let lines =
        |text: &str| -> Vec<String> { text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect() };
    let (old, new) = (lines(&before), lines(input.allowed_signers));
    let keys: BTreeSet<(&str, &str)> = new.iter().filter_map(|line| signer_and_key(line)).collect();
    for line in old.iter().filter(|line| signer_and_key(line).is_none_or(|key| !keys.contains(&key))) {
        let reason = format!(
            "The line `{line}` of the roster would go; a line is only ever given valid-before, or old approvals could no longer be read."
        );
        findings.push(Finding::block("roster_line_removed", reason));
    }
    let same: BTreeSet<&String> = old.iter().collect();
    let mut values = Vec::new();
    for line in new.iter().filter(|line| !same.contains(line)) {
        let was = old.iter().find(|old| signer_and_key(old) == signer_and_key(line) && !new.contains(old));
        let text = |line: &String| Value::from(line.as_str()).to_string();
        let name = line.split(' ').next().unwrap_or_default();
        values.push(ValueChange {
            component: None,
            path: format!("(signer {name})"),
            before: was.map(text),
            after: Some(text(line)),
            template: None,
            by: Vec::new(),
        });
    }
    let (added, ended) =
        values.iter().fold((0, 0), |(added, ended), change| if change.before.is_none() { (added + 1, ended) } else { (added, ended + 1) });
    let mut brief = Vec::new();
    if added > 0 {
        brief.push(format!("Adds {added} key{} to those that may sign.", if added == 1 { "" } else { "s" }));
    }
    if ended > 0 {
        brief.push(format!("Ends {ended} key{}.", if ended == 1 { "" } else { "s" }));
    }
    if brief.is_empty() {
        brief.push("Nothing changes: the record holds all of this already.".to_owned());
    }
    assemble(input, Kind::Roster, BTreeMap::from([(path, input.allowed_signers.to_owned())]), findings, values, brief)
}

/// The name at the front of a line, and the key at its end.
fn signer_and_key(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ').filter(|word| !word.contains('='));
    let signer = words.next()?;
    // `namespaces="…" TYPE BASE64`: base64 may end in `=`, so the key is what follows the type.
    let key = line.rsplit(' ').next()?;
    Some((signer, key))
}

fn assemble(
    input: &BindInput<'_>,
    kind: Kind,
    files: BTreeMap<String, String>,
    mut findings: Vec<Finding>,
    values: Vec<ValueChange>,
    brief: Vec<String>,
) -> Built {
    let BindInput { cluster, head, about, .. } = *input;
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    for (what, text) in
        [("the title", about.title.as_str()), ("the reason", &about.why), ("the ticket", about.ticket.as_deref().unwrap_or_default())]
    {
        if let Some((c, _)) = crate::visible::first_trick(text) {
            findings.push(Finding::warn("hidden_characters", format!("In {what} stands U+{:04X}, which nobody sees.", c as u32)));
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    let title = if about.title.trim().is_empty() { brief.first().map_or("", String::as_str) } else { about.title.trim() };
    let changed: Vec<FileChange> =
        files.iter().map(|(path, text)| diff::file(path, head.files.get(path), Some(text.as_bytes()), false)).collect();
    let plan = Plan {
        v: VERSION,
        kind,
        cluster: cluster_identity(cluster),
        repository: repository_identity(cluster),
        stack: None,
        draft: about.draft.clone(),
        title: about.title.clone(),
        why: about.why.clone(),
        ticket: about.ticket.clone(),
        subject: record::subject(&format!("{}: {title}", cluster.name)),
        author: about.author.clone(),
        frozen_at: freeze::moment(about.frozen_at),
        not_after: freeze::moment(about.not_after),
        nonce: about.nonce.clone(),
        policy: input.policy,
        writers: Vec::new(),
        brief,
        findings,
        effects: Vec::new(),
        values,
        variables: Vec::new(),
        secrets: Vec::new(),
        recipients: cluster.recipients.clone(),
        order: Vec::new(),
        charts: Vec::new(),
        preview: None,
        files: changed,
        facts: facts::read_off(head, &tree.binding(), &[], &[]),
    };
    let bytes = files.into_iter().map(|(path, text)| {
        let before = head.files.get(&path).map(|file| file.bytes.clone());
        (path, FileBytes { before, after: Some(text.into_bytes()) })
    });
    Built { files: bytes.collect(), plan, rendered: BTreeMap::new(), fixes: Vec::new() }
}

/// The recipients that a `.sops.yaml` of ours names; for checks.
pub fn recipients_of(sops: &str) -> Option<Vec<String>> {
    let rules = read::value(sops).ok()?;
    let age = rules.pointer("/creation_rules/0/age")?.as_str()?;
    Some(age.split(',').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests;
