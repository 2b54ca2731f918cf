//! Brings an intended commit to its repository and finds out what became of it.
//!
//! Everything here may run twice: the commit is fixed, pushing it again is harmless, and the remote alone knows
//! whether it arrived.

use domain::audit::{Act, Frontier};
use domain::problem::Problem;
use tokio::task::JoinSet;

use super::anchor::{self, Anchor};
use super::consent::Court;
use super::failpoint::reach;
use super::intend::{self, Known, Refused, Signed};
use crate::action::{place, repository};
use crate::api::caller::Caller;
use crate::audit::{Tx, anchored, audited, upkeep};
use crate::git::{GitError, ObjectId, PushOutcome, Resolution};
use crate::server::{Server, Shared};
use crate::store::{self, deployment::Deployment};

/// What one conversation with the repository told.
enum Told {
    Recorded,
    /// The branch went on with entries of ours alone: the same signed content can follow them.
    Behind,
    Stale(Why),
    Rejected(Why),
    /// Nothing was sent, and another time it may be.
    NotSent(Why),
    Unclear(Why),
}

/// What keeps a deployment from being recorded: a code for machines, sentences for people.
struct Why {
    code: String,
    reason: String,
}

impl Why {
    fn new(code: &str, reason: impl Into<String>) -> Why {
        Why { code: code.to_owned(), reason: reason.into() }
    }

    fn moved() -> Why {
        Why::new("branch_moved", "Somebody else's commit came first. Nothing was recorded; look at it, then plan again.")
    }

    fn rejected(message: &str) -> Why {
        let message = message.trim_end_matches('.');
        Why::new(
            "git_rejected",
            format!("The host refused: {message}. Nothing was recorded; settle it with the host's operator, then plan again."),
        )
    }

    fn unclear(problem: &Problem) -> Why {
        Why::new(&problem.code, format!("{} {AGAIN}", problem.detail))
    }

    fn not_sent(problem: &Problem) -> Why {
        let hint = problem.hint.as_deref().unwrap_or_default();
        Why::new(&problem.code, format!("{} It is tried again every few seconds. {hint}", problem.detail))
    }
}

const AGAIN: &str =
    "Whether the commit arrived is not known yet: the repository is asked again every few seconds, and nothing else goes there before.";

/// Takes a deployment as far as it gets, for who holds the lease of the repository. Recorded, stale and rejected are
/// final; otherwise a later call goes on. Two of these at once do no harm.
///
/// `is_new`: the caller has made the intent just now, so nothing can have been sent before.
pub async fn advance_held(server: &Server, deployment: &str, is_new: bool) -> Result<Deployment, Problem> {
    let mut db = server.store.read().await?;
    let mut row = store::deployment::get(&mut db, deployment).await?.ok_or_else(|| Problem::not_found("deployment"))?;
    if !is_open(&row) {
        return Ok(row);
    }
    let plan = store::plan::get(&mut db, &row.plan).await?.ok_or_else(|| Problem::not_found("plan"))?;
    let cluster = store::cluster::get(&mut db, &row.cluster).await?.ok_or_else(|| Problem::not_found("cluster"))?;
    drop(db);
    let signed = signed(server, plan, &cluster).await?;
    for _ in 0..5 {
        // Once something may have been sent, an error proves nothing: only the remote knows. A process that died may
        // have sent it and never written so; an attempt that was written down says itself what it did.
        let maybe_sent = row.state == "pushed" || (!is_new && row.attempts == 0);
        match talk(server, &cluster, &signed, &row, maybe_sent).await? {
            Told::Recorded => return record(server, &signed, row).await,
            Told::Behind => match intend_again(server, &cluster, &signed, row.clone()).await? {
                Ok(next) => row = next,
                Err(why) => return wait(server, row, "intended", why).await,
            },
            Told::Stale(why) => return end(server, &signed, row, "stale", why).await,
            Told::Rejected(why) => return end(server, &signed, row, "failed", why).await,
            Told::NotSent(why) => return wait(server, row, "intended", why).await,
            Told::Unclear(why) => {
                reach("push.before_unclear");
                row = wait(server, row, "pushed", why).await?;
                reach("push.after_unclear");
                return Ok(row);
            }
        }
        if !is_open(&row) {
            return Ok(row);
        }
    }
    wait(server, row, "intended", Why::new("overtaken", "Others were faster five times in a row; it goes on by itself.")).await
}

fn is_open(row: &Deployment) -> bool {
    matches!(row.state.as_str(), "intended" | "pushed")
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
async fn talk(
    server: &Server,
    cluster: &store::cluster::Cluster,
    signed: &Signed,
    row: &Deployment,
    maybe_sent: bool,
) -> Result<Told, Problem> {
    let number = row.entry_number.and_then(|number| u64::try_from(number).ok()).unwrap_or_default();
    let changes = intend::compose(signed, number, &Anchor::of(row)?).map_err(|error| Problem::from(Refused::from(error)))?.changes;
    let bytes = row.commit_bytes.clone().unwrap_or_default();
    let id = |text: &Option<String>| text.as_ref().and_then(|id| id.parse::<ObjectId>().ok());
    let Some(commit) = id(&row.commit_id) else { return Err(Problem::internal("a deployment without a commit")) };
    let parent = id(&row.parent_id);
    let ours = Known::of(&mut *server.store.read().await?, &signed.row).await?.ours.commits;
    let told = repository::with(server, cluster, move |repository| {
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
                PushOutcome::Rejected { message } => Told::Rejected(Why::rejected(&crate::git::explained(message))),
                outcome @ (PushOutcome::Moved { .. } | PushOutcome::Unclear { .. }) => {
                    reach("resolve.before_ask");
                    let resolution = mirror.resolve_unclear(&repository.remote, &repository.branch, commit, parent);
                    reach("resolve.after_ask");
                    match resolution {
                        Resolution::Done { .. } => Told::Recorded,
                        Resolution::Unknown { reason } => {
                            let first = match outcome {
                                PushOutcome::Unclear { reason } => reason,
                                _ => reason,
                            };
                            Told::Unclear(Why::new("push_unclear", format!("The push had no clear answer: {first}. {AGAIN}")))
                        }
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
                            if all_ours { Told::Behind } else { Told::Stale(Why::moved()) }
                        }
                    }
                }
            })
        };
        Ok(round().unwrap_or_else(|error| {
            let problem = repository::unavailable(&error);
            if maybe_sent { Told::Unclear(Why::unclear(&problem)) } else { Told::NotSent(Why::not_sent(&problem)) }
        }))
    })
    .await;
    match told {
        // We gave up waiting, and the conversation may still go on.
        Err(problem) if problem.code == "git_timeout" => Ok(Told::Unclear(Why::unclear(&problem))),
        told => told,
    }
}

/// The same signed content on top of a neighbour's entry: a new commit under the same deployment. Or why not yet.
async fn intend_again(
    server: &Server,
    cluster: &store::cluster::Cluster,
    signed: &Signed,
    row: Deployment,
) -> Result<Result<Deployment, Why>, Problem> {
    let known = Known::of(&mut *server.store.read().await?, &signed.row).await?;
    let again = signed.clone();
    let built = repository::with(server, cluster, move |repository| Ok(intend::build(repository, &again, &known))).await?;
    let intent = match built {
        Ok(intent) => intent,
        Err(Refused::Stale(reason)) => return end(server, signed, row, "stale", Why::new("stale", reason)).await.map(Ok),
        Err(refused) => return Ok(Err(Why::not_sent(&Problem::from(refused)))),
    };
    let act = Act::IntendDeployment(row.id.clone());
    let work = async |tx: &mut Tx| {
        let row = still_open(tx, &row).await?;
        tx.fact("plan_sha256", &signed.row.sha256);
        tx.fact("entry", intent.number);
        Ok(row)
    };
    let moved = anchored(server, &Caller::system("deploy"), act, work, async |tx: &mut Tx, mut row: Deployment, head: Frontier| {
        intent.fix(anchor::take(tx, server, &cluster.id, &head).await?, &server.platform_key, &mut row)?;
        row.audit_head = Some(head.to_bytes());
        row.state = String::from("intended");
        store::deployment::update(tx, &row).await?;
        Ok(row)
    })
    .await;
    settled(server, &row.id, moved).await.map(Ok)
}

/// The branch holds it: one transaction makes it an entry.
async fn record(server: &Server, signed: &Signed, row: Deployment) -> Result<Deployment, Problem> {
    reach("record.before_store");
    let now = server.clock.now();
    let recorded = step(server, Act::RecordDeployment(row.id.clone()), row, async |tx: &mut Tx, row: &mut Deployment| {
        let (Some(number), Some(commit_id)) = (row.entry_number, row.commit_id.clone()) else {
            return Err(Problem::internal("a deployment without a commit"));
        };
        row.state = String::from("recorded");
        row.code.clear();
        row.reason.clear();
        row.recorded_at = Some(now);
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
        Ok(())
    })
    .await?;
    reach("record.after_store");
    Ok(recorded)
}

/// It will never be recorded: the plan is void, the draft stays as it is.
async fn end(server: &Server, signed: &Signed, row: Deployment, state: &str, why: Why) -> Result<Deployment, Problem> {
    let act = match state {
        "stale" => Act::StaleDeployment(row.id.clone()),
        _ => Act::FailDeployment(row.id.clone()),
    };
    step(server, act, row, async |tx: &mut Tx, row: &mut Deployment| {
        row.state = state.to_owned();
        store::plan::set_state(tx, &signed.row.id, "stale", Some(&why.reason)).await?;
        (row.code, row.reason) = (why.code, why.reason);
        Ok(())
    })
    .await
}

/// Counts the attempt; the log hears of it when something new was told, and not every few seconds.
async fn wait(server: &Server, row: Deployment, state: &str, why: Why) -> Result<Deployment, Problem> {
    if row.state == state && row.code == why.code && row.attempts > 0 {
        let mut row = row;
        row.attempts += 1;
        upkeep(&server.store, async |tx| store::deployment::count_attempt(tx, &row.id).await).await?;
        return Ok(row);
    }
    step(server, Act::PushDeployment(row.id.clone()), row, async |_: &mut Tx, row: &mut Deployment| {
        row.attempts += 1;
        row.state = state.to_owned();
        (row.code, row.reason) = (why.code, why.reason);
        Ok(())
    })
    .await
}

/// Moves a deployment on, if it still is what we took it for: another server may have been at it meanwhile, and then
/// what it became is the answer.
async fn step<F>(server: &Server, act: Act, row: Deployment, work: F) -> Result<Deployment, Problem>
where
    F: AsyncFnOnce(&mut Tx, &mut Deployment) -> Result<(), Problem>,
{
    let id = row.id.clone();
    let moved = audited(server, &Caller::system("deploy"), act, async |tx: &mut Tx| {
        let mut row = still_open(tx, &row).await?;
        work(tx, &mut row).await?;
        store::deployment::update(tx, &row).await?;
        Ok(row)
    })
    .await;
    settled(server, &id, moved).await
}

/// The deployment, if it still is what we took it for.
async fn still_open(tx: &mut Tx, row: &Deployment) -> Result<Deployment, Problem> {
    let stored = store::deployment::get(tx, &row.id).await?;
    match stored.is_some_and(|stored| is_open(&stored) && stored.commit_id == row.commit_id) {
        true => Ok(row.clone()),
        false => Err(Problem::conflict(SETTLED, "This deployment went on meanwhile.")),
    }
}

/// What a deployment became, by us or by who was faster.
async fn settled(server: &Server, id: &str, moved: Result<Deployment, Problem>) -> Result<Deployment, Problem> {
    match moved {
        Err(problem) if problem.code == SETTLED => {
            store::deployment::get(&mut *server.store.read().await?, id).await?.ok_or_else(|| Problem::not_found("deployment"))
        }
        moved => moved,
    }
}

const SETTLED: &str = "deployment_settled";

/// Goes on with everything whose outcome is not known: at start, and on a timer. Each repository for itself, so that
/// one that hangs holds up no other; where somebody is at work already, nothing is to be done.
pub async fn resume(server: &Shared, under_way: &mut JoinSet<()>) {
    let unfinished = async { store::deployment::unfinished(&mut *server.store.read().await?).await };
    let unfinished = match unfinished.await {
        Ok(unfinished) => unfinished,
        Err(error) => return tracing::error!(%error, "Cannot read the unfinished deployments"),
    };
    for row in unfinished {
        reach("push.before_lease");
        let Ok(held) = server.leases.of(&row.cluster).try_lock_owned() else { continue };
        reach("push.after_lease");
        let server = Shared::clone(server);
        under_way.spawn(async move {
            let _held = held;
            match advance_held(&server, &row.id, false).await {
                Ok(row) => tracing::info!(deployment.id = %row.id, state = %row.state, "Resumed a deployment"),
                Err(problem) => tracing::warn!(deployment.id = %row.id, detail = %problem.detail, "A deployment cannot go on yet"),
            }
        });
    }
}
