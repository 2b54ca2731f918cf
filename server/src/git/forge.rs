//! Asks a forge whether a rule of its own keeps us from a branch, before anything is pushed. Whatever it answers, or does not,
//! a push alone decides: here nothing fails.

use std::time::Duration;

use axum::http::{HeaderName, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;
use url::Url;

use super::address::Location;
use super::error::tame;
use super::remote::{Auth, Remote};
use crate::egress::{Ask, Client, Credential, Guard};

/// What a forge told of its rules for one branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// It says that we may push, or that nothing is ruled there.
    Clear { forge: &'static str },
    /// A rule stands there: in the forge's words, where it has some. Whether it lets our key through is said where it is known.
    InTheWay { forge: &'static str, rules: Vec<String>, is_certain: bool },
    /// No API that we know answered.
    NotKnown,
}

/// Rules of GitHub's that every deploy keeps: it goes forward, in one line, on a branch that is there.
const KEPT: [&str; 4] = ["deletion", "non_fast_forward", "required_linear_history", "creation"];
/// For all questions together, however slowly somebody answers.
const TIME: Duration = Duration::from_secs(10);
/// Names kept of what stands in the way.
const NAMED: usize = 8;

/// An answer is a page of text.
const BYTES: usize = 256 * 1024;

/// Only over https and only with a token: whoever may not ask is told nothing, and an ssh key opens no API.
pub async fn rules(remote: &Remote, branch: &str) -> Option<Rules> {
    let (Location::Http { host, tls: true, .. }, Auth::Password { user, password }) = (&remote.location, &remote.auth) else {
        return None;
    };
    let url = Url::parse(&remote.url).ok()?;
    // Git speaks to this very host already, wherever it stands.
    let (guard, silence) = (Guard::open(), TIME);
    let client = match &remote.ca_pem {
        Some(pem) => Client::trusting(pem, guard, silence),
        None => Client::new(guard, silence),
    };
    let path = url.path().trim_matches('/').trim_end_matches(".git").to_owned();
    let place = Place { client: client.ok()?, url, host, path: &path, branch: &encoded(branch) };
    let told = timeout(TIME, place.rules(user, password.reveal())).await;
    Some(told.ok().flatten().unwrap_or(Rules::NotKnown))
}

struct Place<'a> {
    client: Client,
    /// The remote's own.
    url: Url,
    host: &'a str,
    /// Of the repository, without slashes at its ends and without `.git`.
    path: &'a str,
    branch: &'a str,
}

#[derive(Deserialize)]
struct GitHubRule {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct GitHubBranch {
    protected: bool,
}

#[derive(Deserialize)]
struct GitLabBranch {
    protected: bool,
    can_push: bool,
}

#[derive(Deserialize)]
struct GiteaBranch {
    protected: bool,
    user_can_push: bool,
}

impl Place<'_> {
    /// The likeliest first. All but GitHub's own API stand at the remote's host, and one that is of another make knows no such path.
    async fn rules(&self, user: &str, token: &str) -> Option<Rules> {
        if self.host.eq_ignore_ascii_case("github.com") {
            return self.github(token).await;
        }
        let is_gitlab = self.host.split('.').any(|label| label.eq_ignore_ascii_case("gitlab"));
        if is_gitlab && let Some(told) = self.gitlab(token).await {
            return Some(told);
        }
        if let Some(told) = self.gitea(user, token).await {
            return Some(told);
        }
        if !is_gitlab && let Some(told) = self.gitlab(token).await {
            return Some(told);
        }
        self.github(token).await
    }

    /// Rulesets, and then the older protection, of which others than administrators are told no more than that it is there.
    async fn github(&self, token: &str) -> Option<Rules> {
        const FORGE: &str = "GitHub";
        let (base, repository) = self.split()?;
        // The one forge whose API stands at another host; its own name says which.
        let is_public = self.host.eq_ignore_ascii_case("github.com");
        let root = if is_public { Url::parse("https://api.github.com").ok()? } else { self.url.clone() };
        let base = if is_public { String::new() } else { format!("{base}/api/v3") };
        let ask = async |what: &str| {
            self.said::<serde_json::Value>(&root, &format!("{base}/repos/{repository}/{what}"), Credential::bearer(token)?).await
        };
        let rules: Vec<GitHubRule> = serde_json::from_value(ask(&format!("rules/branches/{}", self.branch)).await?).ok()?;
        let mut named: Vec<String> = rules.into_iter().map(|rule| rule.kind).filter(|kind| !KEPT.contains(&kind.as_str())).collect();
        named.sort_unstable();
        named.dedup();
        named.truncate(NAMED);
        let named: Vec<String> = named.iter().map(|kind| tame(&kind.replace('_', " "))).collect();
        if !named.is_empty() {
            return Some(Rules::InTheWay { forge: FORGE, rules: named, is_certain: false });
        }
        let branch = ask(&format!("branches/{}", self.branch)).await.and_then(|branch| serde_json::from_value(branch).ok());
        Some(match branch {
            Some(GitHubBranch { protected: true }) => Rules::InTheWay { forge: FORGE, rules: Vec::new(), is_certain: false },
            _ => Rules::Clear { forge: FORGE },
        })
    }

    async fn gitlab(&self, token: &str) -> Option<Rules> {
        let path = format!("/api/v4/projects/{}/repository/branches/{}", encoded(self.path), self.branch);
        let credential = Credential::new(HeaderName::from_static("private-token"), token)?;
        let branch: GitLabBranch = self.said(&self.url, &path, credential).await?;
        Some(of("GitLab", branch.protected, branch.can_push))
    }

    async fn gitea(&self, user: &str, token: &str) -> Option<Rules> {
        let (base, repository) = self.split()?;
        let path = format!("{base}/api/v1/repos/{repository}/branches/{}", self.branch);
        let branch: GiteaBranch = self.said(&self.url, &path, Credential::basic(user, token)?).await?;
        Some(of("Gitea", branch.protected, branch.user_can_push))
    }

    /// What an API said, if it is what we asked for. A redirect is not followed.
    async fn said<T: DeserializeOwned>(&self, root: &Url, path: &str, credential: Credential) -> Option<T> {
        let mut url = root.clone();
        url.set_path(path);
        let ask = Ask { accept: Some("application/json"), credential: Some(credential), limit: BYTES };
        let answer = self.client.ask(&url, &ask).await.ok()?;
        (answer.status == StatusCode::OK).then(|| serde_json::from_slice(&answer.body).ok()).flatten()
    }

    /// What stands before owner and name, and these two.
    fn split(&self) -> Option<(String, String)> {
        let mut parts = self.path.rsplitn(3, '/');
        let (name, owner, before) = (parts.next()?, parts.next()?, parts.next());
        Some((before.map(|before| format!("/{before}")).unwrap_or_default(), format!("{owner}/{name}")))
    }
}

/// These two say for whom they were asked.
fn of(forge: &'static str, is_protected: bool, may_push: bool) -> Rules {
    match is_protected && !may_push {
        true => Rules::InTheWay { forge, rules: Vec::new(), is_certain: true },
        false => Rules::Clear { forge },
    }
}

fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
