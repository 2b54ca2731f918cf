//! The ceremony: what a passkey is asked to sign, the approval it gives, and the deployment that follows.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use domain::api::plan::{Approve, By, Ceremony, Deployment, DeploymentState, Plan};
use domain::audit::{Act, Frontier};
use domain::principal;
use domain::problem::Problem;

use super::{place, plan, repository};
use crate::api::caller::Caller;
use crate::audit::{self, Tx, anchored, audited};
use crate::deploy::anchor;
use crate::deploy::consent::{Court, moment};
use crate::deploy::failpoint::reach;
use crate::deploy::intend::{self, Known, Signed};
use crate::deploy::{push, standing};
use crate::identity::approval::{Approval, Approved, Assertion, Refusal, Site, password, verify_assertion, verify_file};
use crate::identity::password::{Password, Proven, prove};
use crate::identity::roster::Signer;
use crate::identity::signing_key::SigningKey;
use crate::identity::sshsig;
use crate::server::Server;
use crate::store::{self, Conn};

/// What the browser hands to the authenticator; it computes the challenge itself and compares.
pub async fn ceremony(server: &Server, caller: &Caller, id: &str) -> Result<Ceremony, Problem> {
    let person = caller.person()?;
    let mut db = server.store.read().await?;
    let (row, cluster) = plan::find(&mut db, caller, id).await?;
    caller.may(principal::Act::Deploy, &place::target(&cluster))?;
    let keys = store::credential::signing_keys(&mut db, person.id).await?;
    let rp_id = server.settings().public_url.rp_id().map_err(|reason| Problem::conflict("no_passkeys_here", reason))?.to_owned();
    Ok(Ceremony {
        rp_id,
        challenge: BASE64.encode(sshsig::challenge(&row.bytes)),
        allow_credentials: keys.iter().map(|key| BASE64.encode(&key.credential_id)).collect(),
    })
}

/// Takes a person's signature over a plan. With the last one needed, the commit is fixed in the same transaction
/// and goes out. Whom another server overtook goes again with the same signature: nobody signs twice for that.
pub async fn approve(server: &Server, caller: &Caller, id: &str, approve: Approve) -> Result<Plan, Problem> {
    let mut turn = 0;
    loop {
        match approve_once(server, caller, id, approve.clone()).await {
            Err(problem) if turn < TURNS && problem.code == OVERTAKEN => turn += 1,
            other => return other,
        }
    }
}

/// As often somebody else may be faster before a person is told to try again.
const TURNS: usize = 50;
/// Another server was faster; the code of a conflict that trying again resolves.
const OVERTAKEN: &str = "overtaken";

fn overtaken() -> Problem {
    Problem::conflict(OVERTAKEN, "Others were faster all the time. Nothing was deployed.").hint("Sign again.")
}

async fn approve_once(server: &Server, caller: &Caller, id: &str, approve: Approve) -> Result<Plan, Problem> {
    let person = caller.person()?;
    let (row, cluster) = plan::find(&mut *server.store.read().await?, caller, id).await?;
    let target = place::target(&cluster);
    caller.may(principal::Act::Deploy, &target)?;
    let proof = match approve.by {
        By::Password { password } => Given::Password(check_password(server, caller, &row, &cluster, password).await?),
        other => Given::Key(other),
    };
    // From counting the approvals to recording: people who sign at the same moment go one after the other, so that
    // the last one needed is known to be the last, and nobody is asked to sign again because a neighbour was faster.
    let lease = server.leases.of(&cluster.id);
    let _held = lease.lock().await;
    let_pass(server, &cluster.id).await?;
    let mut db = server.store.read().await?;
    let (row, _) = plan::find(&mut db, caller, id).await?;
    let planned = intend::read(&row)?;
    still_stands(&row)?;
    if let Some(block) = planned.blocks().next() {
        return Err(Problem::conflict("plan_blocked", format!("A guard blocks this plan: {}", block.reason)));
    }
    if planned.changes_nothing() {
        return Err(Problem::conflict("plan_empty", "This plan changes nothing in the repository; there is nothing to sign."));
    }
    typed(&planned, &approve.typed)?;
    if let (Some(draft), Some(revision)) = (&row.draft, row.draft_revision)
        && store::draft::get(&mut db, draft).await?.is_some_and(|draft| draft.revision != revision)
    {
        return Err(Problem::conflict("stale", "The draft has been edited since this plan was made.").hint("Plan again."));
    }
    if plan::policy_moved(&mut db, &row.cluster, &planned).await? {
        return Err(Problem::conflict("stale", plan::POLICY_MOVED).hint("Plan again; what you signed was not deployed."));
    }
    let court = Court::of(&mut db, &row, &planned, &target).await?;
    let stored = store::approval::of_plan(&mut db, id).await?;
    let earlier = court.stored(&row.bytes, &planned, &stored)?;
    if planned.begins_a_new_root() && !plan::is_left_behind(server, &mut db, &cluster).await? {
        return Err(Problem::conflict("stale", "Keys of the standing roster can sign here again.").hint("Plan again."));
    }
    let (approved, credential, kind) = match proof {
        Given::Key(by) => {
            let (signed, credential, kind) = judge(server, &mut db, person.id, &row, &court, &earlier, by).await?;
            (Approval::Signed(signed), Some(credential), kind)
        }
        Given::Password(proven) => {
            may_use_a_password(&mut db, person.id, &cluster).await?;
            let by_now: BTreeSet<_> = earlier.iter().map(|one| one.signer().clone()).collect();
            let rules = court.rules(moment(server.clock.now())?, Site::OfTheKey, &by_now);
            let given = password::by_password(&court.terms(&row.bytes), &planned, &proven, &rules).map_err(Problem::from)?;
            (Approval::ByPassword(given), None, "password")
        }
    };
    drop(db);
    let approval = store::approval::Approval {
        id: server.ids.next(),
        plan: id.to_owned(),
        person: person.id.to_owned(),
        credential,
        kind: kind.to_owned(),
        bytes: approved.file(),
        accepted_at: approved.at().as_microsecond(),
    };
    let enough = earlier.len() + 1 >= court.needed;
    reach("approve.before_store");
    if !enough {
        audited(server, caller, Act::Approve(id.to_owned()), async |tx| {
            // Somebody who signed at this very moment on another server may have made this the last one needed.
            if store::approval::of_plan(tx, id).await?.len() != stored.len() {
                return Err(overtaken());
            }
            still_stands(&store::plan::get(tx, id).await?.ok_or_else(|| Problem::not_found("plan"))?)?;
            store::approval::insert(tx, &approval).await?;
            tx.fact("by", &approval.kind);
            Ok(())
        })
        .await?;
        reach("approve.after_store");
        return plan::get(server, caller, id).await;
    }
    let mut all = earlier;
    all.push(approved);
    let (consent, evidence) = court.consent(&row.bytes, all)?;
    let files = intend::files(server, &planned).await?;
    let signed = Signed { row, plan: planned, consent, evidence, files };
    let deployment = intend_with(server, caller, &cluster, signed, approval, stored.len()).await?;
    push::advance_held(server, &deployment, true).await?;
    plan::get(server, caller, id).await
}

/// Builds the commit outside the writer, then stores approval and intent together. The caller holds the lease.
async fn intend_with(
    server: &Server,
    caller: &Caller,
    cluster: &store::cluster::Cluster,
    signed: Signed,
    approval: store::approval::Approval,
    earlier: usize,
) -> Result<String, Problem> {
    let known = Known::of(&mut *server.store.read().await?, &signed.row).await?;
    let next = known.next;
    let sha256 = signed.row.sha256.clone();
    let plan = signed.row.id.clone();
    let built = repository::with(server, cluster, move |repository| Ok(intend::build(repository, &signed, &known))).await?;
    let intent = match built {
        Ok(intent) => intent,
        // What is on the branch and unknown to us may be an entry that another server has just pushed: it stood in the
        // database before it stood on the branch.
        Err(intend::Refused::Stale(_) | intend::Refused::Amiss(_)) if has_moved(server, &cluster.id, next).await? => {
            return Err(overtaken());
        }
        Err(intend::Refused::Stale(reason)) => {
            audited(server, caller, Act::WithdrawPlan(plan.clone()), async |tx| {
                store::plan::set_state(tx, &plan, "stale", Some(&reason)).await?;
                Ok(())
            })
            .await?;
            return Err(intend::Refused::Stale(reason).into());
        }
        Err(intend::Refused::Amiss(amiss)) => {
            standing::note(server, cluster, Some(&amiss)).await?;
            return Err(amiss.into());
        }
        Err(refused) => return Err(refused.into()),
    };
    reach("intend.before_store");
    let id = server.ids.next();
    let mut deployment = store::deployment::Deployment {
        id: id.clone(),
        plan: approval.plan.clone(),
        cluster: cluster.id.clone(),
        entry_number: None,
        state: String::from("intended"),
        commit_bytes: None,
        commit_id: None,
        checkpoint: None,
        consistency: None,
        audit_head: None,
        parent_id: None,
        code: String::new(),
        reason: String::new(),
        attempts: 0,
        intended_at: server.clock.now(),
        recorded_at: None,
    };
    let work = async |tx: &mut Tx| {
        if moved_on(tx, &cluster.id, next).await? || store::approval::of_plan(tx, &approval.plan).await?.len() != earlier {
            return Err(overtaken());
        }
        still_stands(&store::plan::get(tx, &approval.plan).await?.ok_or_else(|| Problem::not_found("plan"))?)?;
        store::approval::insert(tx, &approval).await?;
        // The commit holds the log's head over this very leaf, so the leaf names what the commit is made from.
        tx.fact("by", &approval.kind);
        tx.fact("plan_sha256", sha256);
        tx.fact("entry", intent.number);
        tx.fact("parent", intent.parent.map(|parent| parent.to_string()).unwrap_or_default());
        Ok(())
    };
    anchored(server, caller, Act::Deploy(approval.plan.clone()), work, async |tx: &mut Tx, (), head: Frontier| {
        intent.fix(anchor::take(tx, server, &cluster.id, &head).await?, &server.platform_key, &mut deployment)?;
        deployment.audit_head = Some(head.to_bytes());
        store::deployment::insert(tx, &deployment).await?;
        Ok(())
    })
    .await?;
    reach("intend.after_store");
    Ok(id)
}

async fn has_moved(server: &Server, cluster: &str, next: u64) -> Result<bool, Problem> {
    moved_on(&mut *server.store.read().await?, cluster, next).await
}

/// Whether another deployment of the repository is under way, or was recorded since `next` was the next number.
async fn moved_on(db: &mut Conn, cluster: &str, next: u64) -> Result<bool, Problem> {
    // In this order: what is recorded between the two looks is seen by the second.
    let is_waiting = store::deployment::unfinished_of(db, cluster).await?.is_some();
    let now_next = store::entry::last(db, cluster).await?.map_or(0, |last| u64::try_from(last.number).unwrap_or_default()) + 1;
    Ok(is_waiting || now_next != next)
}

/// One deployment of a repository at a time. One that another server has just intended is helped along; one whose
/// outcome the repository itself has to tell is waited for.
async fn let_pass(server: &Server, cluster: &str) -> Result<(), Problem> {
    let other = store::deployment::unfinished_of(&mut *server.store.read().await?, cluster).await?;
    let Some(other) = other else { return Ok(()) };
    let number = other.entry_number.map_or_else(|| String::from("another one"), |number| domain::record::number(number.unsigned_abs()));
    let waits = |why: &str| {
        Problem::conflict("repository_waits", format!("{number} of this repository has no clear outcome yet. {why}"))
            .hint("It is asked again every few seconds. Sign once it is clear.")
    };
    if other.attempts > 0 {
        return Err(waits(&other.reason));
    }
    let other = push::advance_held(server, &other.id, false).await?;
    if matches!(other.state.as_str(), "intended" | "pushed") { Err(waits(&other.reason)) } else { Ok(()) }
}

fn still_stands(row: &store::plan::Plan) -> Result<(), Problem> {
    match row.state.as_str() {
        "frozen" => Ok(()),
        "deployed" => Err(Problem::conflict("plan_deployed", "This plan is deployed; a plan is deployed once.")),
        _ => {
            Err(Problem::conflict("stale", row.reason.clone().unwrap_or_else(|| String::from("A newer plan took the place of this one.")))
                .hint("Plan again."))
        }
    }
}

fn typed(planned: &domain::plan::Plan, typed: &[String]) -> Result<(), Problem> {
    for (place, word) in planned.confirmations().into_iter().enumerate() {
        if typed.get(place).map(|text| text.trim()) != Some(word) {
            return Err(
                Problem::invalid("confirmation_missing", format!("Type `{word}` to confirm what is lost.")).at(format!("typed[{place}]"))
            );
        }
    }
    Ok(())
}

/// What a person brought, the password already checked.
enum Given {
    Key(By),
    Password(Proven),
}

/// Checks a password before anything is locked. Whether one would do at all comes first: elsewhere nobody gets to guess.
async fn check_password(
    server: &Server,
    caller: &Caller,
    row: &store::plan::Plan,
    cluster: &store::cluster::Cluster,
    password: String,
) -> Result<Proven, Problem> {
    let password = Password::from(password);
    let person = caller.person()?;
    let planned = intend::read(row)?;
    let mut db = server.store.read().await?;
    may_use_a_password(&mut db, person.id, cluster).await?;
    let court = Court::of(&mut db, row, &planned, &place::target(cluster)).await?;
    let signer = Signer::new(person.name).map_err(|_| Problem::from(Refusal::Role))?;
    password::admits(&planned, &signer, moment(server.clock.now())?, &court.roster).map_err(Problem::from)?;
    drop(db);
    server.limits.attempt(server.clock.now(), caller.address, Some(person.name))?;
    let Some(proven) = prove(&server.store, person.id, password).await? else {
        let problem = Problem::new(403, "password_wrong", "This is not your password.").at("password");
        audit::refused(server, caller, Act::Approve(row.id.clone()), &problem.code).await?;
        return Err(problem);
    };
    server.limits.forgive(caller.address, Some(person.name));
    Ok(proven)
}

/// The environment as it stands now, beside what the plan says of it; and no key of theirs that could sign here, even
/// one that the roster in Git does not know yet.
pub async fn may_use_a_password(db: &mut Conn, person: &str, cluster: &store::cluster::Cluster) -> Result<(), Problem> {
    let environment = store::environment::by_name(db, &cluster.environment).await?;
    if !environment.is_some_and(|environment| environment.password_approval) {
        return Err(Refusal::PasskeyAsked.into());
    }
    if !store::credential::signing_keys(db, person).await?.is_empty() {
        return Err(Refusal::HasKey.into());
    }
    Ok(())
}

async fn judge(
    server: &Server,
    db: &mut Conn,
    person: &str,
    row: &store::plan::Plan,
    court: &Court,
    earlier: &[Approval],
    by: By,
) -> Result<(Approved, String, &'static str), Problem> {
    let settings = server.settings();
    let origin = settings.public_url.origin();
    let rp_id = settings.public_url.rp_id().unwrap_or_default().to_owned();
    let by_now: BTreeSet<_> = earlier.iter().map(|approved| approved.signer().clone()).collect();
    let terms = court.terms(&row.bytes);
    let now = moment(server.clock.now())?;
    let rules = court.rules(now, Site::Here { origin: &origin, rp_id: &rp_id }, &by_now);
    let (credential, approved, kind) = match by {
        By::Passkey { credential_id, authenticator_data, client_data_json, signature } => {
            let credential = store::credential::by_credential_id(db, &decoded("credential_id", &credential_id)?).await?;
            let credential = credential.ok_or_else(|| Problem::from(Refusal::KeyUnknown))?;
            let key = signing_key(&credential)?;
            let assertion = Assertion {
                authenticator_data: decoded("authenticator_data", &authenticator_data)?,
                client_data: decoded("client_data_json", &client_data_json)?,
                signature: decoded("signature", &signature)?,
            };
            let approved = verify_assertion(&terms, &key, &assertion, &rules).map_err(Problem::from)?;
            (credential, approved, "passkey")
        }
        By::SshSignature { signature } => {
            let approved = verify_file(&terms, signature.as_bytes(), &rules).map_err(Problem::from)?;
            let mine = store::credential::signing_keys(db, person).await?;
            let line = approved.key().line();
            let credential = mine.into_iter().find(|credential| credential.ssh_public_key.as_deref() == Some(line.as_str()));
            let credential = credential.ok_or_else(|| Problem::from(Refusal::KeyUnknown))?;
            (credential, approved, "ssh")
        }
        By::Password { .. } => return Err(Refusal::PasskeyAsked.into()),
    };
    if credential.person != person {
        return Err(Problem::forbidden("This key belongs to somebody else.").at("credential_id"));
    }
    // The roster in Git may not know of it yet; here it counts at once.
    if credential.revoked_at.is_some() {
        return Err(Refusal::KeyRevoked.into());
    }
    Ok((approved, credential.id, kind))
}

fn signing_key(credential: &store::credential::Credential) -> Result<SigningKey, Problem> {
    let line = credential.ssh_public_key.as_deref();
    let line = line.ok_or_else(|| Problem::conflict("key_only_logs_in", "This passkey can only log in: signing asks for ES256."))?;
    SigningKey::from_line(line).map_err(|error| Problem::internal(format!("credential {}: {error}", credential.id)))
}

fn decoded(field: &str, text: &str) -> Result<Vec<u8>, Problem> {
    BASE64.decode(text.trim_end_matches('=')).map_err(|_| Problem::invalid("not_base64url", "This is not base64url.").at(field))
}

/// One deployment, as far as it has come.
pub async fn get(server: &Server, caller: &Caller, id: &str) -> Result<Deployment, Problem> {
    let mut db = server.store.read().await?;
    let row = store::deployment::get(&mut db, id).await?.ok_or_else(|| Problem::not_found("deployment"))?;
    place::cluster_by_id(&mut db, caller, principal::Act::See, &row.cluster).await.map_err(|_| Problem::not_found("deployment"))?;
    Ok(shown(row))
}

pub fn shown(row: store::deployment::Deployment) -> Deployment {
    let state = match row.state.as_str() {
        "pushed" => DeploymentState::Unclear,
        "recorded" => DeploymentState::Recorded,
        "stale" => DeploymentState::Stale,
        "failed" => DeploymentState::Rejected,
        _ => DeploymentState::Intended,
    };
    Deployment {
        id: row.id,
        plan: row.plan,
        entry: row.entry_number.and_then(|number| u64::try_from(number).ok()),
        commit: row.commit_id,
        state,
        code: Some(row.code).filter(|code| !code.is_empty()),
        detail: Some(row.reason).filter(|reason| !reason.is_empty()),
    }
}
