//! Who may do what. One function decides: [`may`].

use serde::{Deserialize, Serialize};

/// What a person may do where the role is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads everything but secrets.
    Auditor,
    /// Drafts, edits and accepts proposals.
    Editor,
    /// Countersigns and deploys as well, never alone where four eyes are asked for.
    Operator,
    /// Administers as well.
    Admin,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Auditor, Role::Editor, Role::Operator, Role::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Auditor => "auditor",
            Role::Editor => "editor",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    pub fn parse(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// A kind of act, as far as permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    See,
    /// Make a draft, or put changes forward for somebody to accept.
    Draft,
    /// Change a draft's content, set variables and secrets.
    Edit,
    /// Freeze, countersign, deploy.
    Deploy,
    Administer,
}

impl Act {
    /// As it stands in a sentence: "your roles do not let you …".
    pub fn verb(self) -> &'static str {
        match self {
            Act::See => "see this",
            Act::Draft => "draft",
            Act::Edit => "edit",
            Act::Deploy => "deploy",
            Act::Administer => "administer",
        }
    }
}

/// Where a grant counts, or where an act happens: the organisation, an environment or a cluster in one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Target {
    Organisation,
    Environment { environment: String },
    Cluster { environment: String, cluster: String },
}

impl Target {
    /// A grant on the organisation covers everything, one on an environment covers its clusters.
    fn covers(&self, other: &Target) -> bool {
        match (self, other) {
            (Target::Organisation, _) => true,
            (Target::Environment { environment: mine }, Target::Environment { environment }) => mine == environment,
            (Target::Environment { environment: mine }, Target::Cluster { environment, .. }) => mine == environment,
            (Target::Cluster { .. }, _) => self == other,
            _ => false,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Grant {
    pub role: Role,
    pub on: Target,
}

/// Whoever asks. Agents have their own variant, and no grant of theirs can reach [`Act::Deploy`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    Person {
        id: String,
        name: String,
        grants: Vec<Grant>,
    },
    /// A person's API token: at most drafts.
    PersonToken {
        id: String,
        person: String,
        grants: Vec<Grant>,
    },
    /// An AI's account, on behalf of its owner.
    Agent {
        id: String,
        owner: String,
        scope: Vec<Target>,
    },
}

/// The only place that says who may do what.
pub fn may(principal: &Principal, act: Act, target: &Target) -> bool {
    match principal {
        Principal::Person { grants, .. } => grants.iter().any(|grant| grant.on.covers(target) && role_may(grant.role, act)),
        Principal::PersonToken { grants, .. } => {
            matches!(act, Act::See | Act::Draft) && grants.iter().any(|grant| grant.on.covers(target) && role_may(grant.role, act))
        }
        Principal::Agent { scope, .. } => matches!(act, Act::See | Act::Draft) && scope.iter().any(|on| on.covers(target)),
    }
}

/// Is there any place at all where this is allowed? The router asks this before an action knows its target.
pub fn may_somewhere(principal: &Principal, act: Act) -> bool {
    match principal {
        Principal::Person { grants, .. } | Principal::PersonToken { grants, .. } => {
            grants.iter().any(|grant| may(principal, act, &grant.on))
        }
        Principal::Agent { scope, .. } => scope.iter().any(|on| may(principal, act, on)),
    }
}

fn role_may(role: Role, act: Act) -> bool {
    match act {
        Act::See => true,
        Act::Draft | Act::Edit => role >= Role::Editor,
        Act::Deploy => role >= Role::Operator,
        Act::Administer => role >= Role::Admin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(role: Role, on: Target) -> Principal {
        Principal::Person { id: "p1".into(), name: "Ilse".into(), grants: vec![Grant { role, on }] }
    }

    fn cluster() -> Target {
        Target::Cluster { environment: "production".into(), cluster: "nl-prod-1".into() }
    }

    #[test]
    fn no_agent_and_no_token_may_deploy_anything() {
        let grants = vec![Grant { role: Role::Admin, on: Target::Organisation }];
        let token = Principal::PersonToken { id: "t".into(), person: "p1".into(), grants };
        let agent = Principal::Agent { id: "a".into(), owner: "p1".into(), scope: vec![Target::Organisation] };
        for act in [Act::Edit, Act::Deploy, Act::Administer] {
            assert!(!may(&token, act, &cluster()));
            assert!(!may(&agent, act, &cluster()));
        }
    }

    #[test]
    fn an_auditor_only_sees() {
        let auditor = person(Role::Auditor, Target::Organisation);
        assert!(may(&auditor, Act::See, &cluster()));
        for act in [Act::Draft, Act::Edit, Act::Deploy, Act::Administer] {
            assert!(!may(&auditor, act, &cluster()));
        }
    }

    #[test]
    fn a_grant_reaches_down_and_not_sideways_or_up() {
        let operator = person(Role::Operator, Target::Environment { environment: "production".into() });
        assert!(may(&operator, Act::Deploy, &cluster()));
        assert!(!may(&operator, Act::Deploy, &Target::Organisation));
        assert!(!may(&operator, Act::See, &Target::Environment { environment: "dev".into() }));
        let local = person(Role::Admin, cluster());
        assert!(!may(&local, Act::Administer, &Target::Environment { environment: "production".into() }));
    }
}
