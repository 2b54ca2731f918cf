//! Reading the audit log, and its head for whoever wants to hold us to it.

use std::collections::BTreeMap;

use base64::Engine as _;
use domain::api::Page;
use domain::api::audit::{AuditLine, Checkpoint};
use domain::audit::Actor;
use domain::principal::{Act, Target};
use domain::problem::Problem;
use domain::text::hex;

use crate::api::caller::Caller;
use crate::deploy::anchor;
use crate::git::verifier_key;
use crate::server::Server;
use crate::store::{self, Conn};

const PAGE_SIZE: i64 = 100;

/// The newest lines first; `after` is the number of the last line of the page before.
pub async fn list(server: &Server, caller: &Caller, after: Option<i64>) -> Result<Page<AuditLine>, Problem> {
    caller.may(Act::See, &Target::Organisation)?;
    let mut db = server.store.read().await?;
    let leaves = store::audit::page(&mut db, after, PAGE_SIZE).await?;
    let next = leaves.last().filter(|leaf| leaves.len() as i64 == PAGE_SIZE && leaf.n > 0).map(|leaf| leaf.n.to_string());
    let mut names = BTreeMap::new();
    let mut items = Vec::with_capacity(leaves.len());
    for leaf in leaves {
        let texts = store::audit::texts(&mut db, leaf.n).await?;
        let bytes = base64::engine::general_purpose::STANDARD.encode(leaf.canonical());
        let actor_name = name(&mut db, &mut names, &leaf.actor).await?;
        items.push(AuditLine { actor_name, texts: texts.into_iter().collect(), bytes, leaf });
    }
    Ok(Page { items, next })
}

async fn name(db: &mut Conn, known: &mut BTreeMap<String, String>, actor: &Actor) -> Result<String, Problem> {
    if let Some(name) = known.get(&actor.id) {
        return Ok(name.clone());
    }
    let found = match actor.kind.as_str() {
        "person" => store::person::get(db, &actor.id).await?.map(|person| person.name),
        "agent" => store::agent::get(db, &actor.id).await?.map(|agent| agent.name),
        _ => None,
    };
    let name = found.unwrap_or_else(|| if actor.id.is_empty() { actor.kind.clone() } else { actor.id.clone() });
    known.insert(actor.id.clone(), name.clone());
    Ok(name)
}

/// The head over all that is committed, signed: what a deploy carries into Git, so that the log cannot be cut behind it.
pub async fn head(server: &Server) -> Result<Checkpoint, Problem> {
    let head = server.store.head().await?;
    let host = anchor::host(&mut *server.store.read().await?, server).await?;
    let verifier = verifier_key(&host, server.platform_key.public_key()).unwrap_or_default();
    Ok(Checkpoint { size: head.size(), root: hex(&head.root()), note: anchor::sign(server, &host, &head)?, verifier })
}
