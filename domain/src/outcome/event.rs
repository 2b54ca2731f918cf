//! Reads an event as Flux's notification-controller posts it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::{Event, Part, Said};
use crate::name::Name;
use crate::visible;

/// The longest message kept, in characters.
const MESSAGE: usize = 2_000;

/// The body is no event at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no event of Flux's")]
pub struct NotAnEvent;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted {
    involved_object: Object,
    severity: String,
    timestamp: String,
    #[serde(default)]
    message: String,
    reason: String,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    kind: String,
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    namespace: String,
    name: String,
}

/// `None`: an event, and not about a component of ours at a commit.
pub fn read(body: &[u8]) -> Result<Option<Event>, NotAnEvent> {
    let posted: Posted = serde_json::from_slice(body).map_err(|_| NotAnEvent)?;
    let at = posted.timestamp.parse::<Timestamp>().map_err(|_| NotAnEvent)?.as_microsecond();
    let object = &posted.involved_object;
    if object.kind != "Kustomization" || !object.api_version.starts_with("kustomize.toolkit.fluxcd.io/") {
        return Ok(None);
    }
    let (Some((stack, part)), Some(commit)) = (named(&object.name), commit(&posted.metadata)) else { return Ok(None) };
    let said = said(&posted.severity, &posted.reason);
    Ok(Some(Event { stack, part, commit, said, at, message: cut(&posted.message) }))
}

/// Flux did not take a commit, because its signature did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The GitRepository that says so.
    pub namespace: String,
    pub source: String,
    pub commit: String,
    pub at: i64,
}

/// What the source-controller says where a commit is not signed by a key that it was given.
pub fn read_refusal(body: &[u8]) -> Option<Refusal> {
    let posted: Posted = serde_json::from_slice(body).ok()?;
    let object = posted.involved_object;
    if object.kind != "GitRepository" || posted.severity != "error" || posted.reason != "InvalidCommitSignature" {
        return None;
    }
    let (_, rest) = posted.message.split_once("commit '")?;
    let (commit, _) = rest.split_once('\'')?;
    let at = posted.timestamp.parse::<Timestamp>().ok()?.as_microsecond();
    is_id(commit).then(|| Refusal { namespace: object.namespace, source: object.name, commit: commit.to_owned(), at })
}

/// `<stack>--<component>`, and `<stack>--stack` for what applies them. The marker and the Namespaces tell nothing.
fn named(name: &str) -> Option<(Name, Part)> {
    let (stack, part) = name.split_once("--")?;
    let stack = Name::new(stack).ok()?;
    match part {
        "ready" | "namespaces" => None,
        "stack" => Some((stack, Part::Stack)),
        component => Some((stack, Part::Component(Name::new(component).ok()?))),
    }
}

/// `main@sha1:<hex>`; the notification-controller shortens the key on its way.
fn commit(metadata: &BTreeMap<String, String>) -> Option<String> {
    let revision = metadata.get("kustomize.toolkit.fluxcd.io/revision").or_else(|| metadata.get("revision"))?;
    let id = revision.rsplit([':', '/', '@']).next()?;
    is_id(id).then(|| id.to_owned())
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn said(severity: &str, reason: &str) -> Said {
    match (severity, reason) {
        ("error", _) => Said::Failing,
        (_, "ReconciliationSucceeded") => Said::Reconciled,
        (_, "DependencyNotReady") => Said::Waiting,
        _ => Said::Progressing,
    }
}

fn cut(message: &str) -> String {
    let text = visible::shown(message.trim());
    match text.char_indices().nth(MESSAGE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.into_owned(),
    }
}
