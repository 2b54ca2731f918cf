//! A draft told while it moves: every edit since the reader's last, that something else of it changed, and who looks at it.
//!
//! A move only wakes the reader; what is told is read from the database, so nothing is missed, doubled or out of order.

use std::collections::VecDeque;
use std::time::Duration;

use domain::api::draft::EditTold;
use domain::change::words::brief;
use domain::principal;
use domain::problem::Problem;
use futures_util::Stream;
use futures_util::stream;

use super::past::changes_of;
use super::{Found, content, find};
use crate::action::names;
use crate::api::access::Again;
use crate::api::caller::Caller;
use crate::server::Shared;
use crate::store::{self, Conn};
use crate::together::Seat;

/// Without any move, whoever listens is asked who they are this often.
const ASK: Duration = Duration::from_secs(15);
/// Of more edits than this since the reader's last only the newest are told: the draft is read anew in any case.
const CAUGHT_UP: usize = 100;

/// One thing told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Edit(EditTold),
    /// Title, state, plan or the record changed: the draft is worth reading again.
    Draft,
    /// The names of others who look at this draft now.
    Here(Vec<String>),
}

struct Watching {
    server: Shared,
    again: Again,
    draft: String,
    seat: Seat,
    last: i64,
    about: Option<About>,
    here: Option<Vec<String>>,
    waiting: VecDeque<Told>,
}

/// What of a draft changes without an edit.
type About = (String, String, String, String, Option<i64>, Option<String>);

/// Ends when the server stops, the draft can no longer be seen, or the one who asked is no longer let in. `after`: the
/// revision that they have; absent: where the draft stands.
pub async fn watch(
    server: Shared,
    caller: &Caller,
    again: Again,
    draft: String,
    after: Option<u64>,
) -> Result<impl Stream<Item = Told> + Send + use<>, Problem> {
    let principal = caller.principal()?;
    // Seated before anything is read: what moves from here on wakes us.
    let mut db = server.store.read().await?;
    let found = find(&mut db, caller, principal::Act::See, &draft).await?;
    let (_, who) = caller.author();
    let name = names(&mut db).await?.of(&who);
    let seat = server.together.sit(&draft, &who, &name, matches!(principal, principal::Principal::Person { .. }))?;
    let found = find(&mut db, caller, principal::Act::See, &found.row.id).await?;
    drop(db);
    let last = after.and_then(|after| i64::try_from(after).ok()).unwrap_or(found.row.revision);
    let watching = Watching { server, again, draft, seat, last, about: None, here: None, waiting: VecDeque::new() };
    Ok(stream::unfold((watching, true), next))
}

async fn next((mut watching, mut first): (Watching, bool)) -> Option<(Told, (Watching, bool))> {
    loop {
        if let Some(told) = watching.waiting.pop_front() {
            return Some((told, (watching, first)));
        }
        if !std::mem::replace(&mut first, false) {
            tokio::select! {
                moved = watching.seat.moved() => moved?,
                () = tokio::time::sleep(ASK) => {}
            }
        }
        watching.look().await?;
    }
}

impl Watching {
    /// `None` ends the stream; whoever may still come in comes back with the last revision that they have.
    async fn look(&mut self) -> Option<()> {
        let caller = self.again.caller(&self.server).await.ok().flatten()?;
        let mut db = self.server.store.read().await.ok()?;
        let found = find(&mut db, &caller, principal::Act::See, &self.draft).await.ok()?;
        match self.news(&mut db, &found).await {
            Ok(()) => Some(()),
            Err(problem) => {
                tracing::warn!(draft = self.draft, detail = problem.detail, "Could not tell of a draft");
                None
            }
        }
    }

    async fn news(&mut self, db: &mut Conn, found: &Found) -> Result<(), Problem> {
        let row = &found.row;
        if row.revision > self.last {
            let edits = store::draft::edits_since(db, &row.id, self.last).await?;
            let (people, stack) = (names(db).await?, content(row)?);
            for edit in edits.iter().skip(edits.len().saturating_sub(CAUGHT_UP)) {
                let words = match edit.rebased_to {
                    Some(entry) => format!("rebased the draft on {}", domain::record::number(entry.unsigned_abs())),
                    None => brief(&stack, &changes_of(edit)?),
                };
                self.waiting.push_back(Told::Edit(EditTold {
                    revision: edit.revision.unsigned_abs(),
                    change_id: edit.client_change_id.clone(),
                    by: people.author(&edit.author_kind, &edit.author),
                    at: edit.changed_at,
                    words,
                }));
            }
            self.last = edits.last().map_or(self.last, |edit| edit.revision);
        }
        let newest = store::entry::last_of_stack(db, &row.stack).await?.map(|entry| entry.number);
        let plan = store::plan::of_draft(db, &row.id).await?.map(|plan| plan.id);
        let about = (row.state.clone(), row.title.clone(), row.why.clone(), row.ticket.clone(), newest, plan);
        if self.about.replace(about.clone()).is_some_and(|before| before != about) {
            self.waiting.push_back(Told::Draft);
        }
        let here = self.seat.others();
        if self.here.as_ref() != Some(&here) {
            self.here = Some(here.clone());
            self.waiting.push_back(Told::Here(here));
        }
        Ok(())
    }
}
