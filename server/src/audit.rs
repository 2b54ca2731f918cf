//! `audited`: the only way to write. It makes the `Tx`, runs the work, and appends the leaf that tells of it,
//! all in one transaction; what was refused gets a leaf of its own.

use domain::audit::{Act, Actor, Frontier, Leaf, Object, Outcome};
use domain::problem::Problem;

use crate::api::caller::Caller;
use crate::server::Server;
use crate::store;

mod refusals;
mod writer;

pub use refusals::Refusals;
pub use writer::{Note, Tx, Writer};

/// Runs `work` and logs it as `act` of the caller's. It returns after the commit: what it says is durable.
///
/// An error of `work` takes everything back. Where it is a refusal (401, 403 or 429) of somebody known, that is
/// what is logged.
pub async fn audited<T, F>(server: &Server, caller: &Caller, act: Act, work: F) -> Result<T, Problem>
where
    F: AsyncFnOnce(&mut Tx) -> Result<T, Problem>,
{
    let mut tx = server.store.writer.begin().await?;
    let done = async {
        let value = work(&mut tx).await?;
        append(&mut tx, server, caller.into(), &act, Outcome::Done, None).await?;
        Ok(value)
    };
    let done = done.await;
    conclude(tx, server, caller, &act, done).await
}

/// The same for an act that carries the log's head away: `anchor` is given the head over the act's own leaf, in the
/// act's own transaction, so that a head stands nowhere whose leaves are not stored.
pub async fn anchored<T, V, F, G>(server: &Server, caller: &Caller, act: Act, work: F, anchor: G) -> Result<T, Problem>
where
    F: AsyncFnOnce(&mut Tx) -> Result<V, Problem>,
    G: AsyncFnOnce(&mut Tx, V, Frontier) -> Result<T, Problem>,
{
    let known = server.store.head().await?;
    let mut tx = server.store.writer.begin().await?;
    let done = async {
        let value = work(&mut tx).await?;
        append(&mut tx, server, caller.into(), &act, Outcome::Done, None).await?;
        let head = store::audit::head(&mut tx, known).await?;
        anchor(&mut tx, value, head).await
    };
    let done = done.await;
    conclude(tx, server, caller, &act, done).await
}

async fn conclude<T>(mut tx: Tx, server: &Server, caller: &Caller, act: &Act, done: Result<T, Problem>) -> Result<T, Problem> {
    match done {
        Ok(value) => {
            tx.commit().await?;
            server.together.hear(act);
            Ok(value)
        }
        Err(problem) => {
            tx.take_back().await?;
            if caller.is_known() && is_refusal(&problem) {
                append_refusal(&mut tx, server, caller, act, &problem.code).await?;
            }
            tx.commit().await?;
            Err(problem)
        }
    }
}

/// Logs that somebody was turned away where no act had begun: by the router, or at the login.
pub async fn refused(server: &Server, caller: &Caller, act: Act, code: &str) -> Result<(), Problem> {
    let mut tx = server.store.writer.begin().await?;
    append_refusal(&mut tx, server, caller, &act, code).await?;
    tx.commit().await
}

/// Writes how many refusals were counted instead of told: of those whose time is over, or of everybody.
pub async fn tell_left_out(server: &Server, all: bool) -> Result<(), Problem> {
    for (actor, left_out) in server.refusals.over(server.clock.now(), all) {
        let mut tx = server.store.writer.begin().await?;
        tx.fact(LEFT_OUT, left_out);
        append(&mut tx, server, actor, &Act::Refuse(String::from("repeats")), Outcome::Refused, Some("repeated")).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// How many refusals of the same actor came before that have no leaf of their own.
const LEFT_OUT: &str = "left_out";

async fn append_refusal(tx: &mut Tx, server: &Server, caller: &Caller, act: &Act, code: &str) -> Result<(), Problem> {
    let actor = Actor::from(caller);
    let Some(left_out) = server.refusals.count(server.clock.now(), &actor, act, code) else { return Ok(()) };
    if left_out > 0 {
        tx.fact(LEFT_OUT, left_out);
    }
    append(tx, server, actor, act, Outcome::Refused, Some(code)).await
}

/// Writes that nobody decides and nobody asks after: a session's last use, an expired row, a lease.
pub(crate) async fn upkeep<T, F>(store: &store::Store, work: F) -> Result<T, store::Error>
where
    F: AsyncFnOnce(&mut Tx) -> Result<T, store::Error>,
{
    let mut tx = store.writer.begin().await.map_err(writer::unavailable)?;
    match work(&mut tx).await {
        Ok(value) => {
            tx.commit().await.map_err(writer::unavailable)?;
            Ok(value)
        }
        Err(error) => {
            tx.take_back().await.map_err(writer::unavailable)?;
            tx.commit().await.map_err(writer::unavailable)?;
            Err(error)
        }
    }
}

fn is_refusal(problem: &Problem) -> bool {
    matches!(problem.status, 401 | 403 | 429)
}

async fn append(tx: &mut Tx, server: &Server, actor: Actor, act: &Act, outcome: Outcome, reason: Option<&str>) -> Result<(), Problem> {
    let said = tx.said();
    let leaf = Leaf {
        v: 1,
        n: store::audit::size(tx).await?,
        at: server.clock.now(),
        actor,
        action: act.name().to_owned(),
        object: Object { kind: act.object_kind().to_owned(), id: act.object_id().to_owned() },
        outcome,
        reason: reason.map(str::to_owned),
        facts: said.facts,
        text: said.text.iter().map(|note| (note.field.to_owned(), domain::audit::commitment(&note.salt, &note.text))).collect(),
    };
    store::audit::append(tx, &leaf, &said.text).await?;
    Ok(())
}
