//! What clusters said of components: bounded, because only the first and the last of each kind are kept, and only
//! for the last commits.

use domain::name::Name;
use domain::outcome::{Event, Part, Said};

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

/// Commits of the record kept of each component, the last of the branch: an old one that is repeated drives out none.
const COMMITS: i64 = 24;
/// Commits kept that the record does not know (yet), the last heard of.
const UNKNOWN: i64 = 8;

#[derive(sqlx::FromRow)]
struct Row {
    stack_id: String,
    part: String,
    commit_id: String,
    said: String,
    first_at: Micros,
    last_at: Micros,
    message: String,
}

/// Takes an event in. Hearing it again changes nothing.
pub async fn hear(tx: &mut Tx, cluster: &str, event: &Event, now: Micros) -> Result<()> {
    let part = part_text(&event.part);
    sqlx::query(
        "insert into cluster_event (cluster, stack_id, part, commit_id, said, first_at, last_at, message, heard_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7, $8)
         on conflict (cluster, stack_id, part, commit_id, said) do update
         set message = case when excluded.last_at > last_at or (excluded.last_at = last_at and excluded.message > message)
                            then excluded.message else message end,
             first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at), heard_at = excluded.heard_at",
    )
    .bind(cluster)
    .bind(event.stack.as_str())
    .bind(part)
    .bind(&event.commit)
    .bind(said_text(event.said))
    .bind(event.at)
    .bind(&event.message)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    sqlx::query(
        "with heard as (
             select heard.commit_id, coalesce(entry.number, foreign_commit.after_entry) as number,
                    coalesce(foreign_commit.place, 0) as place, heard.heard_at
             from (select commit_id, max(heard_at) as heard_at from cluster_event
                   where cluster = $1 and stack_id = $2 and part = $3 group by commit_id) as heard
             left join entry on entry.cluster = $1 and entry.commit_id = heard.commit_id
             left join foreign_commit on foreign_commit.cluster = $1 and foreign_commit.commit_id = heard.commit_id)
         delete from cluster_event
         where cluster = $1 and stack_id = $2 and part = $3
           and commit_id not in (select commit_id from (
               select commit_id from heard where number is not null order by number desc, place desc limit $4) as known)
           and commit_id not in (select commit_id from (
               select commit_id from heard where number is null order by heard_at desc, commit_id limit $5) as unknown)",
    )
    .bind(cluster)
    .bind(event.stack.as_str())
    .bind(part)
    .bind(COMMITS)
    .bind(UNKNOWN)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// How many components of the event's stack are kept, and whether its own is among them.
pub async fn parts(db: &mut Conn, cluster: &str, event: &Event) -> Result<(i64, bool)> {
    let part = part_text(&event.part);
    let is_known: i64 =
        sqlx::query_scalar("select exists (select 1 from cluster_event where cluster = $1 and stack_id = $2 and part = $3)")
            .bind(cluster)
            .bind(event.stack.as_str())
            .bind(part)
            .fetch_one(&mut *db)
            .await?;
    if is_known != 0 {
        return Ok((0, true));
    }
    let parts = sqlx::query_scalar("select count(distinct part) from cluster_event where cluster = $1 and stack_id = $2")
        .bind(cluster)
        .bind(event.stack.as_str())
        .fetch_one(db)
        .await?;
    Ok((parts, false))
}

/// Everything kept of a stack.
pub async fn of_stack(db: &mut Conn, cluster: &str, stack_id: &str) -> Result<Vec<Event>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select stack_id, part, commit_id, said, first_at, last_at, message from cluster_event where cluster = $1 and stack_id = $2",
    )
    .bind(cluster)
    .bind(stack_id)
    .fetch_all(db)
    .await?;
    let mut events = Vec::new();
    for row in rows {
        let wrong = |why: String| Error::inconsistent("cluster_event", &row.commit_id, why);
        let stack = Name::new(&row.stack_id).map_err(|error| wrong(error.to_string()))?;
        let part = match row.part.as_str() {
            "" => Part::Stack,
            component => Part::Component(Name::new(component).map_err(|error| wrong(error.to_string()))?),
        };
        let said = match row.said.as_str() {
            "progressing" => Said::Progressing,
            "waiting" => Said::Waiting,
            "failing" => Said::Failing,
            "reconciled" => Said::Reconciled,
            other => return Err(wrong(format!("said {other}"))),
        };
        let first = Event { stack, part, commit: row.commit_id, said, at: row.first_at, message: row.message };
        if row.last_at > row.first_at {
            events.push(Event { at: row.last_at, ..first.clone() });
        }
        events.push(first);
    }
    Ok(events)
}

fn part_text(part: &Part) -> &str {
    match part {
        Part::Stack => "",
        Part::Component(component) => component.as_str(),
    }
}

fn said_text(said: Said) -> &'static str {
    match said {
        Said::Progressing => "progressing",
        Said::Waiting => "waiting",
        Said::Failing => "failing",
        Said::Reconciled => "reconciled",
    }
}
