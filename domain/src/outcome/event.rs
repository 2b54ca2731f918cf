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
    let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    is_id.then(|| id.to_owned())
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
