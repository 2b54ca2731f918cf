//! Giving a revision of a draft a name, and taking it away again.

use domain::api::draft::{Checkpoint, NewCheckpoint};
use domain::audit::Act;
use domain::principal;
use domain::problem::Problem;

use super::{find, short};
use crate::action::{People, names};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

/// The longest name, in characters.
const NAME: usize = 100;
/// The most that one draft has.
const MOST: usize = 500;

pub async fn add(server: &Server, caller: &Caller, id: &str, new: NewCheckpoint) -> Result<Checkpoint, Problem> {
    let name = new.name.trim().to_owned();
    if name.is_empty() {
        return Err(Problem::invalid("name_needed", "A checkpoint needs a name.").at("name"));
    }
    short("name", Some(&name), NAME)?;
    let made = audited(server, caller, Act::AddCheckpoint(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Draft, id).await?;
        let revision = match new.revision {
            Some(revision) => i64::try_from(revision).unwrap_or(i64::MAX),
            None => found.row.revision,
        };
        if revision < 1 || revision > found.row.revision {
            return Err(Problem::not_found("revision").at("revision"));
        }
        if store::draft_checkpoint::of_draft(tx, id).await?.len() >= MOST {
            return Err(Problem::conflict("too_many_checkpoints", format!("A draft has {MOST} checkpoints at most.")));
        }
        let row = store::draft_checkpoint::Checkpoint {
            id: server.ids.next(),
            draft: id.to_owned(),
            revision,
            name: name.clone(),
            made_by: caller.author().1,
            made_at: server.clock.now(),
        };
        store::draft_checkpoint::insert(tx, &row).await?;
        tx.fact("revision", revision);
        tx.note("name", name.as_str());
        Ok(row)
    })
    .await?;
    Ok(shown(&names(&mut *server.store.read().await?).await?, made))
}

pub async fn remove(server: &Server, caller: &Caller, id: &str, checkpoint: &str) -> Result<(), Problem> {
    audited(server, caller, Act::RemoveCheckpoint(id.to_owned()), async |tx| {
        find(tx, caller, principal::Act::Draft, id).await?;
        if !store::draft_checkpoint::delete(tx, id, checkpoint).await? {
            return Err(Problem::not_found("checkpoint"));
        }
        tx.fact("checkpoint", checkpoint);
        Ok(())
    })
    .await
}

pub fn shown(people: &People, row: store::draft_checkpoint::Checkpoint) -> Checkpoint {
    Checkpoint {
        id: row.id,
        name: row.name,
        revision: row.revision.unsigned_abs(),
        by: people.author("person", &row.made_by),
        at: row.made_at,
    }
}
