//! Brings an intended commit to its repository and finds out what became of it.
//!
//! Everything here may run twice: the commit is fixed, pushing it again is harmless, and the remote alone knows
//! whether it arrived.

use domain::audit::{Act, Frontier};
use domain::problem::Problem;

use super::anchor::{self, Anchor};
use super::consent::Court;
use super::failpoint::reach;
use super::intend::{self, Known, Refused, Signed};
use crate::action::{place, repository};
use crate::api::caller::Caller;
use crate::audit::{Tx, anchored, audited};
use crate::git::{GitError, ObjectId, PushOutcome, Resolution};
use crate::server::Server;
use crate::store::{self, deployment::Deployment};

/// What one conversation with the repository told.
enum Told {
    Recorded,
    /// The branch went on with entries of ours alone: the same signed content can follow them.
    Behind,
    Stale(String),
    Rejected(String),
    /// Nothing was sent, and another time it may be.
    NotSent(String),
    Unclear(String),
}

/// Takes a deployment as far as it gets. Recorded, stale and rejected are final; otherwise a later call goes on.
pub async fn advance(server: &Server, deployment: &str) -> Result<Deployment, Problem> {
    let row = store::deployment::get(&mut *server.store.read().await?, deployment).await?;
    let row = row.ok_or_else(|| Problem::not_found("deployment"))?;
    reach("push.before_lease");
    let lease = server.leases.of(&row.cluster);
    let _held = lease.lock().await;
    reach("push.after_lease");
    advance_held(server, deployment).await
}

/// The same for who holds the lease of the repository already.
pub async fn advance_held(server: &Server, deployment: &str) -> Result<Deployment, Problem> {
    let mut db = server.store.read().await?;
    let mut row = store::deployment::get(&mut db, deployment).await?.ok_or_else(|| Problem::not_found("deployment"))?;
    if !matches!(row.state.as_str(), "intended" | "pushed") {
        return Ok(row);
    }
    let plan = store::plan::get(&mut db, &row.plan).await?.ok_or_else(|| Problem::not_found("plan"))?;
    let cluster = store::cluster::get(&mut db, &row.cluster).await?.ok_or_else(|| Problem::not_found("cluster"))?;
    drop(db);
    let signed = signed(server, plan, &cluster).await?;
    for _ in 0..5 {
        match talk(server, &cluster, &signed, &row).await? {
            Told::Recorded => return record(server, &signed, row).await,
            Told::Behind => match intend_again(server, &cluster, &signed, &row).await? {
                Ok(next) => row = next,
                Err(Refused::Stale(reason)) => return end(server, &signed, row, "stale", &reason).await,
                Err(refused) => return wait(server, row, "intended", &Problem::from(refused).detail).await,
            },
            Told::Stale(reason) => return end(server, &signed, row, "stale", &reason).await,
            Told::Rejected(reason) => return end(server, &signed, row, "failed", &reason).await,
            Told::NotSent(reason) => return wait(server, row, "intended", &reason).await,
            Told::Unclear(reason) => {
                reach("push.before_unclear");
                row = wait(server, row, "pushed", &reason).await?;
                reach("push.after_unclear");
                return Ok(row);
            }
        }
    }
    wait(server, row, "intended", "Others were faster five times in a row; it goes on by itself.").await
}

/// Judges the stored approvals again, as of their acceptance.
pub async fn signed(server: &Server, row: store::plan::Plan, cluster: &store::cluster::Cluster) -> Result<Signed, Problem> {
    let plan = intend::read(&row)?;
    let mut db = server.store.read().await?;
    let court = Court::of(&mut db, &row, &plan, &place::target(cluster)).await?;
    let approvals = store::approval::of_plan(&mut db, &row.id).await?;
    drop(db);
    let (consent, evidence) = court.consent(&row.bytes, court.stored(&row.bytes, &plan, &approvals)?)?;
    let files = intend::files(server, &plan).await?;
    Ok(Signed { row, plan, consent, evidence, files })
}

/// One round: asks where the branch stands, pushes if it stands where we built on, and asks again if in doubt.
async fn talk(server: &Server, cluster: &store::cluster::Cluster, signed: &Signed, row: &Deployment) -> Result<Told, Problem> {
    let number = row.entry_number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
    let changes = intend::compose(signed, number, &Anchor::of(row)?).map_err(|error| Problem::from(Refused::from(error)))?.changes;
    let bytes = row.commit_bytes.clone().unwrap_or_default();
    let id = |text: &Option<String>| text.as_ref().and_then(|id| id.parse::<ObjectId>().ok());
    let Some(commit) = id(&row.commit_id) else { return Err(Problem::internal("a deployment without a commit")) };
    let parent = id(&row.parent_id);
    let ours = Known::of(&mut *server.store.read().await?, &signed.row).await?.ours.commits;
    // Once something may have been sent, an error proves nothing: only the remote knows.
    let maybe_sent = row.state == "pushed" || row.attempts > 0;
    repository::with(server, cluster, move |repository| {
        let round = || -> Result<Told, GitError> {
            let mirror = repository.mirror()?;
            reach("push.before_rebuild");
            let built = mirror.rebuild_commit(&bytes, &changes)?;
            reach("push.after_rebuild");
            reach("push.before_objects");
            mirror.store(&built)?;
            reach("push.after_objects");
            reach("push.before_push");
            let outcome = mirror.push(&repository.remote, &repository.branch, commit, parent)?;
            reach("push.after_push");
            Ok(match outcome {
                PushOutcome::Done => Told::Recorded,
                PushOutcome::Rejected { message } => Told::Rejected(message),
                PushOutcome::Moved { .. } | PushOutcome::Unclear { .. } => {
                    reach("resolve.before_ask");
                    let resolution = mirror.resolve_unclear(&repository.remote, &repository.branch, commit, parent);
                    reach("resolve.after_ask");
                    match resolution {
                        Resolution::Done { .. } => Told::Recorded,
                        Resolution::Unknown { reason } => Told::Unclear(reason),
                        Resolution::NotDone { head } => {
                            let forward = match (head, parent) {
                                (Some(head), Some(base)) => mirror.is_ancestor(base, head)?,
                                (Some(_), None) => true,
                                (None, _) => false,
                            };
                            let since = match head.filter(|_| forward) {
                                Some(head) => mirror.log(head, parent, 1_000)?,
                                None => Vec::new(),
                            };
                            let all_ours = forward && since.iter().all(|commit| ours.contains(&commit.id.to_string()));
                            if all_ours {
                                Told::Behind
                            } else {
                                Told::Stale(String::from(
                                    "Somebody else's commit came first. Nothing was recorded; look at it, then plan again.",
                                ))
                            }
                        }
                    }
                }
            })
        };
        Ok(round().unwrap_or_else(|error| {
            let reason = repository::problem(&error).detail;
            if maybe_sent { Told::Unclear(reason) } else { Told::NotSent(reason) }
        }))
    })
    .await
}

/// The same signed content on top of a neighbour's entry: a new commit under the same deployment.
async fn intend_again(
    server: &Server,
    cluster: &store::cluster::Cluster,
    signed: &Signed,
    row: &Deployment,
) -> Result<Result<Deployment, Refused>, Problem> {
    let known = Known::of(&mut *server.store.read().await?, &signed.row).await?;
    let again = signed.clone();
    let built = repository::with(server, cluster, move |repository| Ok(intend::build(repository, &again, &known))).await?;
    let intent = match built {
        Ok(intent) => intent,
        Err(refused) => return Ok(Err(refused)),
    };
    let act = Act::IntendDeployment(row.id.clone());
    let work = async |tx: &mut Tx| {
        tx.fact("plan_sha256", &signed.row.sha256);
        tx.fact("entry", intent.number);
        Ok(())
    };
    anchored(server, &Caller::system("deploy"), act, work, async |tx: &mut Tx, (), head: Frontier| {
        let mut row = row.clone();
        intent.fix(anchor::take(tx, server, &cluster.id, &head).await?, &server.platform_key, &mut row)?;
        row.audit_head = Some(head.to_bytes());
        row.state = String::from("intended");
        store::deployment::update(tx, &row).await?;
        Ok(Ok(row))
    })
    .await
}

/// The branch holds it: one transaction makes it an entry.
async fn record(server: &Server, signed: &Signed, row: Deployment) -> Result<Deployment, Problem> {
    reach("record.before_store");
    let now = server.clock.now();
    let recorded = audited(server, &Caller::system("deploy"), Act::RecordDeployment(row.id.clone()), async |tx| {
        let mut row = row;
        let (Some(number), Some(commit_id)) = (row.entry_number, row.commit_id.clone()) else {
            return Err(Problem::internal("a deployment without a commit"));
        };
        row.state = String::from("recorded");
        row.reason.clear();
        row.recorded_at = Some(now);
        store::deployment::update(tx, &row).await?;
        let entry = store::entry::Entry {
            cluster: row.cluster.clone(),
            number,
            commit_id,
            parent_id: row.parent_id.clone(),
            plan: row.plan.clone(),
            stack: signed.row.stack.clone(),
            subject: signed.plan.subject.clone(),
            recorded_at: now,
        };
        store::entry::insert(tx, &entry).await?;
        store::plan::set_state(tx, &row.plan, "deployed", None).await?;
        if let Some(stack) = &signed.row.stack {
            let reason =
                format!("{} changed this stack since this plan was made. Plan again.", domain::record::number(number.unsigned_abs()));
            store::plan::outdate_of_stack(tx, stack, &reason).await?;
        }
        if let Some(draft) = &signed.row.draft {
            store::draft::set_state(tx, draft, "recorded").await?;
        }
        if signed.row.kind == "cluster" {
            store::cluster::set_bound(tx, &row.cluster, now).await?;
        }
        tx.fact("entry", number);
        tx.fact("commit", row.commit_id.clone().unwrap_or_default());
        Ok(row)
    })
    .await?;
    reach("record.after_store");
    Ok(recorded)
}

/// It will never be recorded: the plan is void, the draft stays as it is.
async fn end(server: &Server, signed: &Signed, row: Deployment, state: &str, reason: &str) -> Result<Deployment, Problem> {
    let act = match state {
        "stale" => Act::StaleDeployment(row.id.clone()),
        _ => Act::FailDeployment(row.id.clone()),
    };
    audited(server, &Caller::system("deploy"), act, async |tx| {
        let mut row = row;
        row.state = state.to_owned();
        row.reason = reason.to_owned();
        store::deployment::update(tx, &row).await?;
        store::plan::set_state(tx, &signed.row.id, "stale", Some(reason)).await?;
        Ok(row)
    })
    .await
}

async fn wait(server: &Server, row: Deployment, state: &str, reason: &str) -> Result<Deployment, Problem> {
    audited(server, &Caller::system("deploy"), Act::PushDeployment(row.id.clone()), async |tx| {
        let mut row = row;
        row.attempts += 1;
        row.state = state.to_owned();
        row.reason = reason.to_owned();
        store::deployment::update(tx, &row).await?;
        Ok(row)
    })
    .await
}

/// Goes on with everything whose outcome is not known: at start, and on a timer.
pub async fn resume(server: &Server) {
    let unfinished = async { store::deployment::unfinished(&mut *server.store.read().await?).await };
    let unfinished = match unfinished.await {
        Ok(unfinished) => unfinished,
        Err(error) => return tracing::error!(%error, "Cannot read the unfinished deployments"),
    };
    for row in unfinished {
        match advance(server, &row.id).await {
            Ok(row) => tracing::info!(deployment.id = %row.id, state = %row.state, "Resumed a deployment"),
            Err(problem) => tracing::warn!(deployment.id = %row.id, detail = %problem.detail, "A deployment cannot go on yet"),
        }
    }
}
