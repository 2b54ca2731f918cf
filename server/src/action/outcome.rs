//! What a cluster made of an entry: its events, read by the record.

use std::collections::BTreeSet;

use domain::api::outcome::{ComponentOutcome, Outcome, Reach};
use domain::name::Name;
use domain::outcome::{self, Commit, Standing, State};
use domain::plan::Plan;
use domain::problem::Problem;

use super::draft;
use crate::store::{self, Conn, entry::Placed, foreign_commit::Between};

/// The branch of a cluster as the record has it: entries, and between them what others committed.
pub fn woven(entries: &[Placed], foreign: &[Between]) -> Vec<Commit> {
    let mut foreign = foreign.iter().peekable();
    let mut branch = Vec::with_capacity(entries.len() + foreign.len());
    for entry in entries {
        let touches: BTreeSet<Name> = entry.stack.as_ref().and_then(|stack| Name::new(stack).ok()).into_iter().collect();
        branch.push(Commit { id: entry.commit_id.clone(), entry: u64::try_from(entry.number).ok(), touches });
        while let Some(next) = foreign.next_if(|commit| commit.after_entry <= entry.number) {
            branch.push(Commit { id: next.commit_id.clone(), entry: None, touches: next.stacks.iter().cloned().collect() });
        }
    }
    branch
}

/// How the components of an entry stand; empty where nothing is to be reconciled.
async fn standings(db: &mut Conn, stack: &store::stack::Stack, number: u64, branch: &[Commit]) -> Result<Vec<Standing>, Problem> {
    let entry = i64::try_from(number).unwrap_or(i64::MAX);
    let Some((_, content)) = draft::recorded(db, stack, Some(entry)).await? else { return Ok(Vec::new()) };
    let events = store::cluster_event::of_stack(db, &stack.cluster, &stack.stack_id).await?;
    Ok(outcome::fold(&content, &outcome::span(branch, &content.id, number), &events))
}

/// `None` for an entry without components. Lists leave the components out.
pub async fn of_entry(
    db: &mut Conn,
    stack: &store::stack::Stack,
    number: u64,
    branch: &[Commit],
    plan: Option<&Plan>,
) -> Result<Option<Outcome>, Problem> {
    let standings = standings(db, stack, number, branch).await?;
    if standings.is_empty() {
        return Ok(None);
    }
    let (state, tally) = outcome::summary(&standings);
    let since = overruled(branch, stack, number);
    if let Some(commit) = &since {
        return Ok(Some(Outcome {
            state: Reach::Unknown,
            word: WORD.to_owned(),
            tally: format!("somebody else's commit {commit} changed this stack; before, {tally}"),
            since: None,
            heard: standings.iter().filter_map(|one| one.heard).max(),
            components: plan.map(|_| standings.into_iter().map(|one| before(one, commit)).collect()).unwrap_or_default(),
        }));
    }
    let is_same = |one: &&Standing| outcome::word(&one.state) == outcome::word(&state);
    let since = match &state {
        // All of it stands since the last of it does.
        State::Reconciled => standings.iter().filter_map(|one| one.since).max(),
        _ => standings.iter().filter(is_same).filter_map(|one| one.since).min(),
    };
    Ok(Some(Outcome {
        state: reach(&state),
        word: outcome::word(&state).to_owned(),
        tally,
        since,
        heard: standings.iter().filter_map(|one| one.heard).max(),
        components: plan.map(|plan| standings.into_iter().map(|one| component(one, Some(plan))).collect()).unwrap_or_default(),
    }))
}

/// How the components of the last entry stand: for the canvas.
pub async fn live(db: &mut Conn, stack: &store::stack::Stack) -> Result<Vec<ComponentOutcome>, Problem> {
    let Some(last) = store::entry::last_of_stack(db, &stack.id).await? else { return Ok(Vec::new()) };
    let entries = store::entry::branch(db, &stack.cluster).await?;
    let branch = woven(&entries, &store::foreign_commit::branch(db, &stack.cluster).await?);
    let number = u64::try_from(last.number).unwrap_or_default();
    let standings = standings(db, stack, number, &branch).await?;
    Ok(match overruled(&branch, stack, number) {
        Some(commit) => standings.into_iter().map(|one| before(one, &commit)).collect(),
        None => standings.into_iter().map(|one| component(one, None)).collect(),
    })
}

/// For a badge, where the branch went on with somebody else's change to the stack.
const WORD: &str = "Changed by others";

/// That commit, shortened.
fn overruled(branch: &[Commit], stack: &store::stack::Stack, number: u64) -> Option<String> {
    let stack = Name::new(&stack.stack_id).ok()?;
    outcome::overruled(branch, &stack, number).map(|commit| commit.id.chars().take(7).collect())
}

/// What was said of a component before that commit: told with its age, and never as the state of what stands now.
fn before(one: Standing, commit: &str) -> ComponentOutcome {
    ComponentOutcome {
        state: Reach::Unknown,
        word: WORD.to_owned(),
        sentence: outcome::once(&one.state, commit),
        component: one.component,
        message: None,
        change: None,
        since: one.since,
        heard: one.heard,
    }
}

fn component(one: Standing, plan: Option<&Plan>) -> ComponentOutcome {
    let (message, change) = match &one.state {
        State::Failing { message } => (Some(message.clone()), plan.and_then(|plan| change(plan, &one.component))),
        _ => (None, None),
    };
    ComponentOutcome {
        state: reach(&one.state),
        word: outcome::word(&one.state).to_owned(),
        sentence: outcome::sentence(&one.state),
        component: one.component,
        message,
        change,
        since: one.since,
        heard: one.heard,
    }
}

/// What an entry did to a component, as far as its files tell.
fn change(plan: &Plan, component: &Name) -> Option<String> {
    let stack = &plan.stack.as_ref()?.id;
    let number = plan.draft.as_ref().map(|draft| format!(" at rev {}", draft.revision)).unwrap_or_default();
    let folder = plan.tree().component(stack, component);
    let changed: Vec<_> = plan.changed_files().filter(|file| file.path.starts_with(&folder)).collect();
    if changed.is_empty() {
        return Some(String::from("This entry left its files as they were: look at what it depends on, or at the cluster."));
    }
    let (added, removed) = changed.iter().fold((0, 0), |(added, removed), file| (added + file.added, removed + file.removed));
    let is_new = changed.iter().all(|file| file.before.is_none());
    let verb = if is_new { "added" } else { "changed" };
    Some(format!("This entry{number} {verb} it: {} files, +{added} −{removed} lines.", changed.len()))
}

fn reach(state: &State) -> Reach {
    match state {
        State::Silent => Reach::Unknown,
        State::Progressing => Reach::Progressing,
        State::Waits { .. } => Reach::Waits,
        State::Failing { .. } => Reach::Failing,
        State::Reconciled => Reach::Reconciled,
    }
}
