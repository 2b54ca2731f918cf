//! A rendering without a server: the very files and the findings that need no repository.

use std::collections::{BTreeMap, BTreeSet};

use super::build::SecretFact;
use super::delta::Delta;
use super::facts::{self, Head};
use super::{Policy, Wave, order};
use crate::catalog::known::Known;
use crate::cluster::Cluster;
use crate::engine::{self, Rendered};
use crate::finding::{Finding, Level};
use crate::guard;
use crate::repository::Tree;
use crate::resolve;
use crate::sealing::SealedFiles;
use crate::secret;
use crate::stack::Stack;

#[derive(Debug)]
pub struct Offline {
    pub rendered: Rendered,
    pub findings: Vec<Finding>,
    pub order: Vec<Wave>,
}

impl Offline {
    pub fn blocks(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Level::Block)
    }
}

/// Renders a stack as its first deploy would; `secrets` are the names of those that are given.
pub fn render(stack: &Stack, cluster: &Cluster, secrets: &BTreeSet<String>, sealed: &SealedFiles) -> Offline {
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    let resolution = resolve::resolve(stack, cluster);
    let rendered = engine::render(stack, cluster, &resolution, sealed);
    let nothing = Head::default();
    let delta = Delta::of(stack, &tree, &nothing, &rendered);
    let facts = facts::read_off(&nothing, &tree.binding(), &[], &rendered.keys());
    let fact = SecretFact { state: secret::State::Present, from: secret::Level::Stack };
    let secrets: BTreeMap<String, SecretFact> = secrets.iter().map(|name| (name.clone(), fact)).collect();
    let findings = guard::run(&guard::Context {
        stack,
        before: None,
        cluster,
        tree: &tree,
        resolution: &resolution,
        rendered: &rendered,
        releases: &[],
        secrets: &secrets,
        head: None,
        facts: &facts,
        delta: &delta,
        values: &[],
        about: None,
        writers: &[],
        known: &Known::default(),
        policy: Policy { four_eyes: false, approvals: 1, passkey: true },
    });
    let order = order::waves(stack, &delta);
    Offline { rendered, findings, order }
}
