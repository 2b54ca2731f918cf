//! Drafts: open, read, edit, describe, discard and restore.

mod back;
pub mod behind;
mod check;
mod checkpoint;
mod edit;
mod events;
mod history;
pub mod known;
pub mod past;
mod rebase;

pub use back::back;
pub use check::check;
pub use checkpoint::{add as add_checkpoint, remove as remove_checkpoint};
pub use edit::edit;
pub use events::{Told, watch};
pub use history::history;
pub use rebase::rebase;

use domain::api::draft::{Draft, DraftEdit, DraftState, DraftSummary, NewDraft, Origin, Start};
use domain::audit::Act;
use domain::name::Name;
use domain::principal::{self};
use domain::problem::Problem;
use domain::stack::{Stack, source};

use super::{People, around, example, names, outcome, place};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store::{self, Conn};

/// The longest title, in characters.
const TITLE: usize = 200;
/// The longest why, in characters.
const WHY: usize = 10_000;
/// The most drafts in a list of those that are not open.
const CLOSED: i64 = 200;

/// A draft with what it belongs to.
pub struct Found {
    pub row: store::draft::Draft,
    pub stack: store::stack::Stack,
    pub cluster: store::cluster::Cluster,
}

pub async fn find(db: &mut Conn, caller: &Caller, act: principal::Act, id: &str) -> Result<Found, Problem> {
    let row = store::draft::get(db, id).await?.ok_or_else(|| Problem::not_found("draft"))?;
    let stack = store::stack::get(db, &row.stack).await?.ok_or_else(|| Problem::not_found("draft"))?;
    let cluster = place::cluster_by_id(db, caller, principal::Act::See, &stack.cluster).await.map_err(|_| Problem::not_found("draft"))?;
    caller.may(act, &place::target(&cluster))?;
    Ok(Found { row, stack, cluster })
}

pub fn content(row: &store::draft::Draft) -> Result<Stack, Problem> {
    source::parse(&row.content).map_err(|_| Problem::internal(format!("draft {}: its stored text cannot be read", row.id)))
}

/// What the record holds of a stack: the source in its last entry.
pub async fn recorded(db: &mut Conn, stack: &store::stack::Stack, entry: Option<i64>) -> Result<Option<(u64, Stack)>, Problem> {
    let entry = match entry {
        Some(number) => {
            store::entry::by_number(db, &stack.cluster, number).await?.filter(|entry| entry.stack.as_deref() == Some(&stack.id))
        }
        None => store::entry::last_of_stack(db, &stack.id).await?,
    };
    let Some(entry) = entry else { return Ok(None) };
    let broken = |what: &str| Problem::internal(format!("entry {} of cluster {}: {what}", entry.number, entry.cluster));
    let plan = store::plan::get(db, &entry.plan).await?.ok_or_else(|| broken("its plan is missing"))?;
    let plan = domain::plan::freeze::parse(&plan.bytes).map_err(|_| broken("its plan cannot be read"))?;
    let Some(identity) = &plan.stack else { return Ok(None) };
    let path = plan.tree().stack_yaml(&identity.id);
    let Some(after) = plan.files.iter().find(|file| file.path == path).and_then(|file| file.after.as_ref()) else { return Ok(None) };
    let bytes = store::plan::file(db, &after.sha256).await?.ok_or_else(|| broken("its stack.yaml is missing"))?;
    let text = String::from_utf8(bytes).map_err(|_| broken("its stack.yaml is no text"))?;
    let content = source::parse(&text).map_err(|_| broken("its stack.yaml cannot be read"))?;
    Ok(Some((u64::try_from(entry.number).unwrap_or_default(), content)))
}

pub async fn open(server: &Server, caller: &Caller, cluster: &str, new: NewDraft) -> Result<Draft, Problem> {
    let id = server.ids.next();
    // The repository is asked before anything is written.
    let adopted = match &new.start {
        Start::Adopt { stack } => Some(around::standing(server, caller, cluster, stack).await?),
        _ => None,
    };
    let drafted = id.clone();
    audited(server, caller, Act::OpenDraft(id.clone()), async |tx| {
        let cluster = place::cluster(tx, caller, principal::Act::Draft, cluster).await?;
        let begun = begin(tx, &cluster, new.start, adopted).await?;
        let stack = match store::stack::by_stack_id(tx, &cluster.id, begun.content.id.as_str()).await? {
            Some(stack) => stack,
            None => {
                let stack = store::stack::Stack {
                    id: server.ids.next(),
                    cluster: cluster.id.clone(),
                    stack_id: begun.content.id.to_string(),
                    name: begun.content.name.to_string(),
                };
                store::stack::insert(tx, &stack, server.clock.now()).await?;
                stack
            }
        };
        let (kind, author) = caller.author();
        let now = server.clock.now();
        let row = store::draft::Draft {
            id,
            stack: stack.id,
            revision: 1,
            base_entry: begun.based_on.and_then(|entry| i64::try_from(entry).ok()),
            title: begun.title,
            why: String::new(),
            ticket: String::new(),
            content: source::emit(&begun.content),
            author_kind: kind.to_owned(),
            author: author.clone(),
            edited_kind: kind.to_owned(),
            edited_by: author,
            origin: origin_text(begun.origin).to_owned(),
            state: String::from("open"),
            created_at: now,
            updated_at: now,
        };
        store::draft::insert(tx, &row).await?;
        Ok(())
    })
    .await?;
    get(server, caller, &drafted).await
}

struct Begun {
    content: Stack,
    based_on: Option<u64>,
    origin: Origin,
    title: String,
}

async fn begin(db: &mut Conn, cluster: &store::cluster::Cluster, start: Start, adopted: Option<Stack>) -> Result<Begun, Problem> {
    let fresh = |content: Stack, origin| {
        let title = format!("Add {}", content.name);
        Begun { content, based_on: None, origin, title }
    };
    let begun = match start {
        Start::Empty { name } => fresh(Stack::new(name), Origin::Person),
        Start::Example { example: id } => {
            let content = example::get(&id).ok_or_else(|| Problem::not_found("example").at("example"))?;
            fresh(content, Origin::Example)
        }
        Start::Source { text } => {
            let content = source::parse(&text).map_err(|errors| unreadable(&errors))?;
            fresh(content, Origin::Import)
        }
        Start::Record { stack } => {
            let (based_on, content) = of_record(db, cluster, &stack, None).await?;
            Begun { title: format!("Change {}", content.name), content, based_on: Some(based_on), origin: Origin::Person }
        }
        Start::Adopt { stack } => {
            let (based_on, _) = of_record(db, cluster, &stack, None).await?;
            let content = adopted.ok_or_else(|| Problem::internal("the repository was not asked"))?;
            let title = format!("Adopt {} as it stands in the repository", content.name);
            Begun { content, based_on: Some(based_on), origin: Origin::Import, title }
        }
        Start::Revert { stack, entry } => {
            let number = i64::try_from(entry).unwrap_or(i64::MAX);
            let (_, content) = of_record(db, cluster, &stack, Some(number)).await?;
            // A stack that was removed meanwhile comes back on top of its removal.
            let based_on = newest(db, cluster, &stack).await?.ok_or_else(|| Problem::not_found("record of this stack"))?;
            let title = format!("Revert {} to {}", content.name, domain::record::number(entry));
            Begun { content, based_on: Some(based_on), origin: Origin::Revert, title }
        }
    };
    if begun.based_on.is_some() {
        return Ok(begun);
    }
    // A stack that is recorded already is changed, not added a second time.
    let Some(stack) = store::stack::by_stack_id(db, &cluster.id, begun.content.id.as_str()).await? else { return Ok(begun) };
    match recorded(db, &stack, None).await? {
        Some(_) => Err(Problem::conflict("stack_exists", format!("A stack `{}` is recorded on this cluster already.", begun.content.id))
            .at("name")
            .hint("Open a draft of it instead, or choose another name.")),
        None => Ok(Begun { based_on: newest(db, cluster, &begun.content.id).await?, ..begun }),
    }
}

/// The newest entry of a stack, whatever it did to it.
async fn newest(db: &mut Conn, cluster: &store::cluster::Cluster, stack: &Name) -> Result<Option<u64>, Problem> {
    let Some(row) = store::stack::by_stack_id(db, &cluster.id, stack.as_str()).await? else { return Ok(None) };
    Ok(store::entry::last_of_stack(db, &row.id).await?.map(|entry| entry.number.unsigned_abs()))
}

async fn of_record(db: &mut Conn, cluster: &store::cluster::Cluster, stack: &Name, entry: Option<i64>) -> Result<(u64, Stack), Problem> {
    let row = store::stack::by_stack_id(db, &cluster.id, stack.as_str()).await?.ok_or_else(|| Problem::not_found("stack"))?;
    recorded(db, &row, entry).await?.ok_or_else(|| Problem::not_found("record of this stack"))
}

fn unreadable(errors: &[source::SourceError]) -> Problem {
    let first = errors.first();
    let detail = first.map_or_else(|| String::from("The text cannot be read as a stack."), ToString::to_string);
    let all: Vec<serde_json::Value> = errors.iter().map(|error| error.to_string().into()).collect();
    Problem::invalid("stack_yaml", detail).at("text").with("errors", all)
}

pub async fn get(server: &Server, caller: &Caller, id: &str) -> Result<Draft, Problem> {
    let mut db = server.store.read().await?;
    let found = find(&mut db, caller, principal::Act::See, id).await?;
    let content = content(&found.row)?;
    let recorded = recorded(&mut db, &found.stack, None).await?.map(|(_, stack)| stack);
    let mut check = check(server, &mut db, &found, &content).await?;
    let live = outcome::live(&mut db, &found.stack).await?;
    let people = names(&mut db).await?;
    let may_edit = caller.may(principal::Act::Edit, &place::target(&found.cluster)).is_ok() && found.row.state == "open";
    if !may_edit {
        check.fixes.clear();
    }
    let who_can = if may_edit { Vec::new() } else { who_can(&mut db, &people, &found).await? };
    let summary = summary(&mut db, &people, &found).await?;
    drop(db);
    let newest = super::chart::newest(server, &content).await;
    Ok(Draft { summary, content, recorded, live, check, may_edit, who_can, newest })
}

async fn who_can(db: &mut Conn, people: &People, found: &Found) -> Result<Vec<String>, Problem> {
    let can = crate::deploy::consent::deployers(db, &place::target(&found.cluster)).await?;
    Ok(can.into_values().map(|person| people.of(&person)).collect())
}

/// Drafts in one state that the caller may see, the last edited first; of those that are not open the last 200.
pub async fn list(server: &Server, caller: &Caller, state: DraftState) -> Result<Vec<DraftSummary>, Problem> {
    let mut db = server.store.read().await?;
    let people = names(&mut db).await?;
    let mut seen = Vec::new();
    let (state, limit) = match state {
        DraftState::Open => ("open", i64::MAX),
        DraftState::Deployed => ("recorded", CLOSED),
        DraftState::Discarded => ("discarded", CLOSED),
    };
    for row in store::draft::in_state(&mut db, state, limit).await? {
        let Some(stack) = store::stack::get(&mut db, &row.stack).await? else { continue };
        let Some(cluster) = store::cluster::get(&mut db, &stack.cluster).await? else { continue };
        if caller.may(principal::Act::See, &place::target(&cluster)).is_ok() {
            seen.push(summary(&mut db, &people, &Found { row, stack, cluster }).await?);
        }
    }
    Ok(seen)
}

pub async fn describe(server: &Server, caller: &Caller, id: &str, edit: DraftEdit) -> Result<Draft, Problem> {
    let ticket = edit.ticket.as_deref().map(str::trim);
    check_words(edit.title.as_deref(), edit.why.as_deref(), ticket)?;
    audited(server, caller, Act::DescribeDraft(id.to_owned()), async |tx| {
        let mut found = find(tx, caller, principal::Act::Draft, id).await?;
        still_open(&found.row)?;
        found.row.title = edit.title.clone().unwrap_or(found.row.title);
        found.row.why = edit.why.clone().unwrap_or(found.row.why);
        found.row.ticket = ticket.map_or(found.row.ticket, str::to_owned);
        store::draft::describe(tx, &found.row).await?;
        Ok(())
    })
    .await?;
    get(server, caller, id).await
}

pub async fn discard(server: &Server, caller: &Caller, id: &str) -> Result<(), Problem> {
    audited(server, caller, Act::DiscardDraft(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Draft, id).await?;
        still_open(&found.row)?;
        store::plan::withdraw_of_draft(tx, id).await?;
        store::draft::set_state(tx, id, "discarded").await?;
        Ok(())
    })
    .await
}

/// Opens a discarded draft again as it was. Nothing of it was lost: its revision and its edits are kept.
pub async fn restore(server: &Server, caller: &Caller, id: &str) -> Result<Draft, Problem> {
    audited(server, caller, Act::RestoreDraft(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Draft, id).await?;
        if found.row.state != "discarded" {
            return Err(Problem::conflict("draft_not_discarded", "This draft was not discarded."));
        }
        store::draft::set_state(tx, id, "open").await?;
        Ok(())
    })
    .await?;
    get(server, caller, id).await
}

pub fn still_open(row: &store::draft::Draft) -> Result<(), Problem> {
    match row.state.as_str() {
        "open" => Ok(()),
        "recorded" => Err(Problem::conflict("draft_recorded", "This draft is recorded; what was signed never changes.")
            .hint("Open a new draft of the stack.")),
        _ => Err(Problem::conflict("draft_discarded", "This draft was discarded.").hint("Restore it, or open a new draft of the stack.")),
    }
}

/// What people may say of a change.
pub fn check_words(title: Option<&str>, why: Option<&str>, ticket: Option<&str>) -> Result<(), Problem> {
    short("title", title, TITLE)?;
    short("why", why, WHY)?;
    if let Some(ticket) = ticket.filter(|ticket| !ticket.is_empty())
        && !(ticket.starts_with("https://") || ticket.starts_with("http://")) | ticket.contains(char::is_whitespace)
    {
        return Err(Problem::invalid("ticket_url", "A ticket is a link that starts with https://.").at("ticket"));
    }
    Ok(())
}

fn short(field: &str, text: Option<&str>, limit: usize) -> Result<(), Problem> {
    if text.is_none_or(|text| text.chars().count() <= limit) {
        return Ok(());
    }
    Err(Problem::invalid("text_too_long", format!("This may have {limit} characters at most.")).at(field))
}

pub async fn summary(db: &mut Conn, people: &People, found: &Found) -> Result<DraftSummary, Problem> {
    let row = &found.row;
    let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("draft {}: {error}", row.id)));
    Ok(DraftSummary {
        id: row.id.clone(),
        cluster: name(&found.cluster.name)?,
        environment: name(&found.cluster.environment)?,
        stack: name(&found.stack.stack_id)?,
        stack_name: name(&found.stack.name)?,
        revision: u64::try_from(row.revision).unwrap_or_default(),
        based_on: row.base_entry.and_then(|entry| u64::try_from(entry).ok()),
        behind: behind::behind(db, people, found, &content(row)?).await?,
        title: row.title.clone(),
        why: row.why.clone(),
        ticket: Some(row.ticket.clone()).filter(|ticket| !ticket.is_empty()),
        origin: origin_of(&row.origin),
        author: people.author(&row.author_kind, &row.author),
        edited_by: people.author(&row.edited_kind, &row.edited_by),
        edited_at: row.updated_at,
        state: match row.state.as_str() {
            "recorded" => DraftState::Deployed,
            "discarded" => DraftState::Discarded,
            _ => DraftState::Open,
        },
        plan: store::plan::of_draft(db, &row.id).await?.map(|plan| plan.id),
    })
}

fn origin_text(origin: Origin) -> &'static str {
    match origin {
        Origin::Person => "person",
        Origin::Example => "example",
        Origin::Import => "import",
        Origin::Revert => "revert",
    }
}

fn origin_of(text: &str) -> Origin {
    match text {
        "example" => Origin::Example,
        "import" => Origin::Import,
        "revert" => Origin::Revert,
        _ => Origin::Person,
    }
}
