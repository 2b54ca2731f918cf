//! A plan together with the very bytes it was read from, so that what is judged is what was signed.

use domain::plan::{
    Plan, WriterKind,
    freeze::{self, ParseError},
};
use jiff::Timestamp;

use super::approval::Terms;

#[derive(Debug, Clone)]
pub struct FrozenPlan {
    json: Vec<u8>,
    plan: Plan,
    not_after: Timestamp,
    writers: Vec<String>,
}

impl FrozenPlan {
    /// Reads a `plan.json`; anything but canonical bytes is refused.
    pub fn read(json: Vec<u8>) -> Result<Self, ParseError> {
        let plan = freeze::parse(&json)?;
        let not_after = plan.expires_at().ok_or_else(|| ParseError::Moment(plan.not_after.clone()))?;
        let writers = plan.writers.iter().flat_map(|writer| match writer.kind {
            WriterKind::Person => vec![writer.id.clone(), writer.name.clone()],
            WriterKind::Agent => writer.owner.iter().cloned().collect(),
        });
        Ok(FrozenPlan { writers: writers.collect(), json, plan, not_after })
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn json(&self) -> &[u8] {
        &self.json
    }

    /// What of it bears on who may sign.
    pub fn terms(&self) -> Terms<'_> {
        Terms { plan: &self.json, not_after: self.not_after, writers: &self.writers }
    }
}

impl AsRef<[u8]> for FrozenPlan {
    fn as_ref(&self) -> &[u8] {
        &self.json
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use serde_json::json;

    use super::*;

    fn plan() -> Vec<u8> {
        let none: [(); 0] = [];
        let plan = json!({
            "v": 1, "kind": "stack", "title": "", "why": "", "subject": "monitoring: keep logs", "nonce": "00",
            "cluster": { "name": "nl-prod-1", "environment": "production", "kube_system_uid": null },
            "repository": { "url": "ssh://git@git.example.com/ops.git", "branch": "main", "path": "" },
            "author": { "id": "p1", "name": "Tomás Ruiz", "email": "tomas@example.com" },
            "frozen_at": "2026-06-01T00:00:00Z", "not_after": "2026-06-02T00:00:00Z",
            "policy": { "four_eyes": true, "approvals": 1, "passkey": true },
            "writers": [
                { "kind": "person", "id": "p1", "name": "tomas" },
                { "kind": "agent", "id": "a1", "name": "assistant", "owner": "p2" },
            ],
            "brief": none, "findings": none, "effects": none, "values": none, "variables": none, "secrets": none,
            "recipients": none, "order": none, "charts": none, "files": none,
            "facts": { "depends_on": none, "stacks": none, "objects": none, "elsewhere": none },
        });
        domain::plan::canonical::to_bytes(&plan).unwrap()
    }

    #[test]
    fn the_terms_come_from_the_bytes_and_an_agents_acts_are_its_owners() {
        let frozen = FrozenPlan::read(plan()).unwrap();
        let terms = frozen.terms();
        assert_eq!((terms.plan, terms.not_after.to_string().as_str()), (plan().as_slice(), "2026-06-02T00:00:00Z"));
        assert_eq!(terms.writers, ["p1", "tomas", "p2"]);
    }

    #[test]
    fn another_spelling_of_a_plan_is_no_plan() {
        assert!(FrozenPlan::read([plan(), b"\n".to_vec()].concat()).is_err());
    }
}
