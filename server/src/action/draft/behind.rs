//! Whether the record moved on while a draft was drawn.

use domain::api::draft::Behind;
use domain::change::rebase::{self, Choice, Rebased};
use domain::problem::Problem;
use domain::stack::Stack;

use super::{Found, recorded};
use crate::action::{People, plan};
use crate::store::{self, Conn};

/// A draft, the content it began with, and what the record holds by now.
pub struct Moved {
    pub base: Stack,
    pub record: Stack,
    pub entry: store::entry::Entry,
}

impl Moved {
    /// `None` while the record of the stack stands where the draft began.
    pub async fn find(db: &mut Conn, found: &Found, content: &Stack) -> Result<Option<Moved>, Problem> {
        let Some(entry) = store::entry::last_of_stack(db, &found.stack.id).await? else { return Ok(None) };
        if found.row.base_entry == Some(entry.number) {
            return Ok(None);
        }
        let Some((_, record)) = recorded(db, &found.stack, Some(entry.number)).await? else { return Ok(None) };
        let base = match found.row.base_entry {
            Some(number) => recorded(db, &found.stack, Some(number)).await?.map(|(_, stack)| stack),
            None => None,
        };
        // A draft of a stack that was not recorded yet began with nothing.
        let base = base.unwrap_or_else(|| Stack { id: content.id.clone(), ..Stack::new(content.name.clone()) });
        Ok(Some(Moved { base, record, entry }))
    }

    pub fn onto(&self) -> u64 {
        u64::try_from(self.entry.number).unwrap_or_default()
    }

    pub fn rebase(&self, content: &Stack, choices: &[Choice]) -> Rebased {
        rebase::rebase(&self.base, &self.record, content, choices)
    }
}

/// `None` also where the draft holds all that the record holds: carrying it over would change nothing in it.
pub async fn behind(db: &mut Conn, people: &People, found: &Found, content: &Stack) -> Result<Option<Behind>, Problem> {
    if found.row.state != "open" {
        return Ok(None);
    }
    let Some(moved) = Moved::find(db, found, content).await? else { return Ok(None) };
    let rebased = moved.rebase(content, &[]);
    if rebased.conflicts.is_empty() && rebased.stack == *content {
        return Ok(None);
    }
    Ok(Some(Behind {
        record: moved.onto(),
        recorded_at: moved.entry.recorded_at,
        by: signers(db, people, &moved.entry).await?,
        conflicts: u32::try_from(rebased.conflicts.len()).unwrap_or(u32::MAX),
    }))
}

/// Who countersigned an entry.
pub async fn signers(db: &mut Conn, people: &People, entry: &store::entry::Entry) -> Result<Vec<String>, Problem> {
    Ok(plan::approvals(db, people, &entry.plan).await?.into_iter().map(|approval| approval.name).collect())
}

/// The entry that took the stack away, where it came after this draft began.
pub async fn removed_since(db: &mut Conn, found: &Found) -> Result<Option<u64>, Problem> {
    let Some(entry) = store::entry::last_of_stack(db, &found.stack.id).await? else { return Ok(None) };
    if found.row.base_entry == Some(entry.number) || recorded(db, &found.stack, Some(entry.number)).await?.is_some() {
        return Ok(None);
    }
    Ok(Some(entry.number.unsigned_abs()))
}

/// Planning would bring back, unasked, what people took away.
pub fn removed(found: &Found, number: u64) -> Problem {
    let detail = format!("{} removed the stack {} after this draft began.", domain::record::number(number), found.stack.stack_id);
    Problem::conflict("stack_removed", detail)
        .hint("Discard this draft. To bring the stack back, open a draft by reverting to an earlier entry of it.")
        .with("record", number)
}

/// Planning would take back what the record holds by now.
pub fn refusal(found: &Found, behind: &Behind) -> Problem {
    let stands = domain::record::number(behind.record);
    let began = found.row.base_entry.and_then(|entry| u64::try_from(entry).ok());
    let detail = match began {
        Some(began) => format!("This draft is based on {}, and the record stands at {stands} by now.", domain::record::number(began)),
        None => format!("This stack was recorded as {stands} after this draft began."),
    };
    let mut problem =
        Problem::conflict("draft_behind", detail).hint("Rebase the draft, then review it again.").with("record", behind.record);
    if let Some(began) = began {
        problem = problem.with("based_on", began);
    }
    problem.with("behind", serde_json::to_value(behind).unwrap_or_default())
}
