//! Tries a connection before anything is bound: who answers, whether a push would be let in, and which rules stand in the way.

use domain::api::cluster::{BranchRules, NewBinding, Probe, RulesState};
use domain::problem::Problem;

use super::{blocking, repository};
use crate::api::caller::Caller;
use crate::git::{self, GitError, HostKey, Remote, Rules};

/// Asks a repository who it is; a host key that nobody has pinned yet is an answer, not an error.
pub async fn probe(caller: &Caller, binding: NewBinding) -> Result<Probe, Problem> {
    caller.person()?;
    let answered = |branches| Probe {
        reachable: true,
        problem: None,
        host_key: None,
        host_key_fingerprint: None,
        branches,
        push_problem: None,
        rules: None,
    };
    let NewBinding::Remote { url, branch, auth, host_key, ca_pem, .. } = binding else {
        return Ok(answered(Vec::new()));
    };
    let mut remote = Remote::new(&url).map_err(|error| repository::problem(&GitError::Address(error)))?.auth(repository::auth(&auth));
    if let Some(line) = host_key.filter(|line| !line.trim().is_empty()) {
        remote = remote.host_key(HostKey::parse(&line).map_err(|error| repository::problem(&error).at("repository.host_key"))?);
    }
    if let Some(pem) = ca_pem.filter(|pem| !pem.trim().is_empty()) {
        remote = remote.ca_pem(pem);
    }
    let asked = remote.clone();
    let probe = blocking(move || {
        Ok(match git::probe(&asked) {
            Ok(heads) => Probe {
                push_problem: git::may_push(&asked).err().map(|error| no_push(&error).detail),
                ..answered(heads.branches.into_keys().collect())
            },
            Err(error) => {
                let key = match &error {
                    GitError::HostKeyUnknown(shown) | GitError::HostKeyMismatch(shown) => Some(shown),
                    _ => None,
                };
                Probe {
                    reachable: false,
                    problem: Some(repository::problem(&error).detail),
                    host_key: key.map(HostKey::line),
                    host_key_fingerprint: key.map(HostKey::fingerprint),
                    ..answered(Vec::new())
                }
            }
        })
    })
    .await?;
    // Whoever has not shown who they are is shown no token.
    let rules = if probe.reachable { git::rules(&remote, &branch).await.map(|told| rules(&told, &branch)) } else { None };
    Ok(Probe { rules, ..probe })
}

/// It answers, but this way in may only read.
pub fn no_push(error: &GitError) -> Problem {
    let problem = repository::problem(error);
    match error {
        GitError::Unreachable(_) | GitError::Timeout(_) | GitError::CertificateInvalid(_) => problem,
        _ => Problem { status: 422, detail: format!("It can be read, and pushing to it is refused. {}", problem.detail), ..problem }
            .at("repository.auth")
            .hint("Give this key or token write access to the repository, then try again."),
    }
}

/// What a forge told of its rules, for a person.
fn rules(told: &Rules, branch: &str) -> BranchRules {
    let out = |forge: &str| match forge {
        "GitHub" => "put this account, and nobody else, into the bypass list of the ruleset",
        "GitLab" => "let this account push and merge in the protected branch's settings",
        _ => "put this account on the whitelist of those who may push in the branch's rule",
    };
    let (state, sentence) = match told {
        Rules::Clear { forge } => (RulesState::Clear, format!("{forge} says that no rule keeps this token from {branch}.")),
        Rules::InTheWay { forge, is_certain: true, .. } => {
            (RulesState::InTheWay, format!("{forge} protects {branch}, and this token may not push there: {}.", out(forge)))
        }
        Rules::InTheWay { forge, rules, .. } => {
            let named = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
            let sentence = format!(
                "{forge} has a rule for {branch}{named} and does not say whether it lets this token through: {}, if that is not done yet.",
                out(forge)
            );
            (RulesState::InTheWay, sentence)
        }
        Rules::NotKnown => {
            (RulesState::NotKnown, format!("Rules for {branch} are not known: if there are any, they show at the first push."))
        }
    };
    BranchRules { state, sentence }
}
