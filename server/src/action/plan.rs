//! Plans: freeze a draft, show what surrounds the frozen bytes, hand out the bytes themselves.

mod cluster;
mod preview;
mod removal;
mod slip;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::draft::Origin;
use domain::api::plan::{Approval, Freeze, Plan};
use domain::audit::Act;
use domain::catalog::known::Known;
use domain::change::{Change, touch::Touch, touch::touches};
use domain::name::Name;
use domain::plan::build::{self, About, Authorship, Built, Input, SecretFact};
use domain::plan::facts::Head;
use domain::plan::{DraftIdentity, Policy, Writer, WriterKind, freeze as frozen};
use domain::preview::Previews;
use domain::principal;
use domain::problem::Problem;
use domain::sealing::SealedFiles;
use domain::secret::{Fingerprint, State};
use domain::stack::Stack;

use super::draft::{self, Found};
use super::target::{self, Secrets};
use super::{People, deployment, names, place, repository};
use crate::api::caller::Caller;
use crate::audit::{audited, upkeep};
use crate::clock::Micros;
use crate::deploy::head::{self, Ours, Subject};
use crate::deploy::standing;
use crate::git::ObjectId;
use crate::server::Server;
use crate::store::{self, Conn};
use crate::vault::sealer::SealKey;
use crate::vault::{Recipients, Sealer};

pub use cluster::{freeze as freeze_cluster, freeze_roster, is_left_behind};
pub use removal::freeze as freeze_removal;
pub use slip::POLICY_MOVED;
use slip::Reading;

/// How long a plan can be signed.
const LIFE: Micros = 24 * 60 * 60 * 1_000_000;

/// Plans a draft at the revision that the caller has seen. The same revision is planned anew as long as nobody has
/// signed it: variables, secrets and the branch may have moved.
pub async fn freeze(server: &Server, caller: &Caller, draft_id: &str, wanted: Freeze) -> Result<Plan, Problem> {
    caller.person()?;
    let mut db = server.store.read().await?;
    let found = draft::find(&mut db, caller, principal::Act::Draft, draft_id).await?;
    draft::still_open(&found.row)?;
    let revision = u64::try_from(found.row.revision).unwrap_or_default();
    if revision != wanted.revision {
        return Err(Problem::conflict("draft_moved", format!("This draft is at rev {revision} by now."))
            .hint("Look at what changed, then review it again.")
            .with("revision", revision));
    }
    if let Some(standing) = signed_already(&mut db, draft_id, found.row.revision, server.clock.now()).await? {
        drop(db);
        return get(server, caller, &standing).await;
    }
    let stack = draft::content(&found.row)?;
    let people = names(&mut db).await?;
    if let Some(behind) = draft::behind::behind(&mut db, &people, &found, &stack).await? {
        return Err(draft::behind::refusal(&found, &behind));
    }
    if let Some(number) = draft::behind::removed_since(&mut db, &found).await? {
        return Err(draft::behind::removed(&found, number));
    }
    let cluster = target::cluster(&mut db, &found.cluster, Some(&found.stack.id)).await?;
    let secrets = Secrets::of(&mut db, &found.cluster, &found.stack.id).await?;
    let recorded_secrets = recorded_fingerprints(&mut db, &found.stack.id).await?;
    let environment = environment(&mut db, &found.cluster).await?;
    let authorship = authorship(&mut db, &found, &stack).await?;
    let about = about(server, caller, &found, &people)?;
    let ours = Ours::of(&mut db, &found.cluster.id, Some(&found.stack.id)).await?;
    let known = draft::known::of(server, &mut db, &found, &stack).await?;
    drop(db);
    standing::check(server, &found.cluster).await?;

    let (base, head) = stack_at_head(server, &found.cluster, &stack.id, ours).await?;

    let facts = secret_facts(&secrets, &recorded_secrets);
    let fingerprints = fingerprints(&stack, &secrets);
    let sealed = seal(server, &found.cluster.id, &stack, &cluster, secrets).await?;
    let asked = Arc::new(Asked { cluster, stack, facts, sealed, head, about, authorship, policy: environment, known });
    let rendered = match server.helm {
        Some(_) => {
            let planned = asked.clone();
            let nothing = (Previews::default(), BTreeMap::new());
            preview::render(server, blocking(move || build::preview_requests(&planned.input(&nothing.0, &nothing.1))).await?).await
        }
        None => preview::Found::default(),
    };
    let built = blocking(move || build::build(&asked.input(&rendered.previews, &rendered.digests))).await?;
    let row = Row {
        kind: "stack",
        cluster: found.cluster.id.clone(),
        stack: Some(found.stack.id.clone()),
        draft: Some((found.row.id.clone(), found.row.revision)),
        base_commit: base.map(|id| id.to_string()),
        secrets: fingerprints,
    };
    let id = store_plan(server, caller, row, built).await?;
    get(server, caller, &id).await
}

/// All that planning a draft takes, apart from what is rendered.
struct Asked {
    cluster: domain::cluster::Cluster,
    stack: Stack,
    facts: BTreeMap<String, SecretFact>,
    sealed: SealedFiles,
    head: Head,
    about: About,
    authorship: Vec<Authorship>,
    policy: Policy,
    known: Known<'static>,
}

impl Asked {
    fn input<'a>(&'a self, previews: &'a Previews, chart_digests: &'a BTreeMap<String, String>) -> Input<'a> {
        Input {
            cluster: &self.cluster,
            stack: &self.stack,
            secrets: &self.facts,
            sealed: &self.sealed,
            head: &self.head,
            about: &self.about,
            authorship: &self.authorship,
            policy: self.policy,
            chart_digests,
            previews,
            known: &self.known,
        }
    }
}

/// What a plan's row holds besides its bytes.
struct Row {
    kind: &'static str,
    cluster: String,
    stack: Option<String>,
    draft: Option<(String, i64)>,
    base_commit: Option<String>,
    secrets: BTreeMap<String, String>,
}

/// Freezes a built plan and keeps every file that it names.
async fn store_plan(server: &Server, caller: &Caller, row: Row, built: Built) -> Result<String, Problem> {
    let bytes = frozen::freeze(&built.plan).map_err(|error| Problem::invalid("plan_unfit", format!("This cannot be planned: {error}.")))?;
    let not_after = built.plan.expires_at().map_or(0, |at| at.as_microsecond());
    let frozen_at = frozen::read_moment(&built.plan.frozen_at).map_or(0, |at| at.as_microsecond());
    let id = server.ids.next();
    let plan = store::plan::Plan {
        id: id.clone(),
        kind: row.kind.to_owned(),
        cluster: row.cluster,
        stack: row.stack,
        draft_revision: row.draft.as_ref().map(|(_, revision)| *revision),
        draft: row.draft.map(|(draft, _)| draft),
        sha256: frozen::digest(&bytes),
        bytes,
        frozen_by: caller.person()?.id.to_owned(),
        frozen_at,
        not_after,
        state: String::from("frozen"),
        reason: None,
        base_commit: row.base_commit,
        secrets: serde_json::to_string(&row.secrets).unwrap_or_default(),
    };
    audited(server, caller, Act::FreezePlan(id.clone()), async |tx| {
        match (&plan.draft, &plan.stack) {
            (Some(draft), _) => store::plan::withdraw_of_draft(tx, draft).await?,
            (None, Some(stack)) => store::plan::withdraw_removal(tx, stack).await?,
            (None, None) => store::plan::withdraw_of_kind(tx, &plan.cluster, &plan.kind).await?,
        }
        store::plan::insert(tx, &plan).await?;
        for file in built.files.values() {
            for bytes in [&file.before, &file.after].into_iter().flatten() {
                store::plan::put_file(tx, &frozen::digest(bytes), bytes).await?;
            }
        }
        for (digest, text) in &built.rendered {
            store::plan::put_file(tx, digest, text).await?;
        }
        tx.fact("plan_sha256", &plan.sha256);
        Ok(())
    })
    .await?;
    Ok(id)
}

/// A plan of this revision that somebody has signed and that can still be deployed: it is shown, not replaced.
async fn signed_already(db: &mut Conn, draft: &str, revision: i64, now: Micros) -> Result<Option<String>, Problem> {
    let Some(plan) = store::plan::of_draft(db, draft).await? else { return Ok(None) };
    if plan.draft_revision != Some(revision) || plan.not_after <= now {
        return Ok(None);
    }
    let signed = !store::approval::of_plan(db, &plan.id).await?.is_empty();
    if !signed || policy_moved(db, &plan.cluster, &crate::deploy::intend::read(&plan)?).await? {
        return Ok(None);
    }
    Ok(Some(plan.id))
}

/// Whether the environment asks for something else by now than what the plan was frozen under: who signs, signs under
/// today's rules.
pub async fn policy_moved(db: &mut Conn, cluster: &str, plan: &domain::plan::Plan) -> Result<bool, Problem> {
    let cluster = store::cluster::get(db, cluster).await?.ok_or_else(|| Problem::not_found("cluster"))?;
    Ok(environment(db, &cluster).await? != plan.policy)
}

async fn environment(db: &mut Conn, cluster: &store::cluster::Cluster) -> Result<Policy, Problem> {
    let row = store::environment::by_name(db, &cluster.environment).await?.ok_or_else(|| Problem::not_found("environment"))?;
    Ok(Policy { four_eyes: row.four_eyes, approvals: u32::try_from(row.approvals).unwrap_or(1), passkey: !row.password_approval })
}

fn about(server: &Server, caller: &Caller, found: &Found, people: &People) -> Result<About, Problem> {
    let origin = match found.row.origin.as_str() {
        "example" | "import" => Origin::Import,
        "revert" => Origin::Revert,
        _ => Origin::Person,
    };
    let origin = serde_json::to_value(origin).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default();
    let draft = DraftIdentity {
        id: found.row.id.clone(),
        revision: u64::try_from(found.row.revision).unwrap_or_default(),
        based_on: found.row.base_entry.and_then(|entry| u64::try_from(entry).ok()),
        origin,
    };
    Ok(About {
        draft: Some(draft),
        title: found.row.title.clone(),
        why: found.row.why.clone(),
        ticket: Some(found.row.ticket.clone()).filter(|ticket| !ticket.is_empty()),
        ..blank(server, caller, people)?
    })
}

/// A plan's frame without a draft.
fn blank(server: &Server, caller: &Caller, people: &People) -> Result<About, Problem> {
    let person = caller.person()?;
    let now = server.clock.now();
    let host = server.settings().public_url.host().to_owned();
    Ok(About {
        draft: None,
        title: String::new(),
        why: String::new(),
        ticket: None,
        author: domain::plan::Author { id: person.id.to_owned(), name: people.of(person.id), email: format!("{}@{host}", person.name) },
        frozen_at: crate::deploy::consent::moment(now)?,
        not_after: crate::deploy::consent::moment(now + LIFE)?,
        nonce: crate::ids::nonce(),
    })
}

/// Who wrote what: every edit of this draft at what it touches, and the draft's author for what it began with. A rebase
/// writes nothing of its own: its values are those of the record or of an edit before it.
async fn authorship(db: &mut Conn, found: &Found, stack: &Stack) -> Result<Vec<Authorship>, Problem> {
    let mut authorship = Vec::new();
    if found.row.origin != "person" {
        let author = writer(db, &found.row.author_kind, &found.row.author).await?;
        authorship.extend(stack.components.iter().map(|component| Authorship {
            component: Some(component.id.clone()),
            path: None,
            writer: author.clone(),
        }));
    }
    for edit in store::draft::edits_since(db, &found.row.id, 0).await?.into_iter().filter(|edit| edit.rebased_to.is_none()) {
        let changes: Vec<Change> =
            serde_json::from_str(&edit.changes).map_err(|error| Problem::internal(format!("draft_change {}: {error}", edit.id)))?;
        let author = writer(db, &edit.author_kind, &edit.author).await?;
        for change in &changes {
            let (component, path) = match touches(change) {
                Touch::Field(_, "layout") => continue,
                Touch::Component(id) | Touch::Field(id, _) | Touch::Text(id) | Touch::Edge(id, _) => (Some(id), None),
                Touch::Value(id, path) => (Some(id), Some(path)),
                Touch::Variable(_) | Touch::Stack(_) => (None, None),
            };
            authorship.push(Authorship { component, path, writer: author.clone() });
        }
    }
    Ok(authorship)
}

/// A person under the name that the roster knows, so that four eyes can be told from Git alone; an agent with the
/// person whose acts its acts count as.
async fn writer(db: &mut Conn, kind: &str, id: &str) -> Result<Writer, Problem> {
    let (kind, name, owner) = if kind == "agent" {
        let agent = store::agent::get(db, id).await?;
        let (name, owner) = agent.map(|agent| (agent.name, agent.owner)).unzip();
        (WriterKind::Agent, name, owner)
    } else {
        (WriterKind::Person, store::person::get(db, id).await?.map(|person| person.name), None)
    };
    Ok(Writer { kind, id: id.to_owned(), name: name.unwrap_or_else(|| id.to_owned()), owner })
}

async fn recorded_fingerprints(db: &mut Conn, stack: &str) -> Result<BTreeMap<String, String>, Problem> {
    let Some(entry) = store::entry::last_of_stack(db, stack).await? else { return Ok(BTreeMap::new()) };
    let Some(plan) = store::plan::get(db, &entry.plan).await? else { return Ok(BTreeMap::new()) };
    serde_json::from_str(&plan.secrets).map_err(|error| Problem::internal(format!("plan {}: {error}", plan.id)))
}

fn secret_facts(secrets: &Secrets, recorded: &BTreeMap<String, String>) -> BTreeMap<String, SecretFact> {
    let fact = |(name, stored): (&String, &crate::vault::StoredSecret)| {
        let before = recorded.get(name).and_then(|text| Fingerprint::parse(text).ok());
        let state = State::against_record(Some(&stored.fingerprint), before.as_ref());
        Some((name.clone(), SecretFact { state, from: secrets.levels.get(name).copied()? }))
    };
    secrets.stored.iter().filter_map(fact).collect()
}

/// Of the secrets that the stack uses.
fn fingerprints(stack: &Stack, secrets: &Secrets) -> BTreeMap<String, String> {
    let used = domain::expression::uses(stack).secrets;
    let print = |name: &String| Some((name.clone(), secrets.fingerprint(name)?.to_string()));
    used.keys().filter_map(print).collect()
}

/// Seals what the stack needs; what is unchanged keeps its bytes.
pub async fn seal(
    server: &Server,
    cluster_id: &str,
    stack: &Stack,
    cluster: &domain::cluster::Cluster,
    secrets: Secrets,
) -> Result<SealedFiles, Problem> {
    let requests = build::sealing_requests(stack, cluster);
    if requests.is_empty() {
        return Ok(SealedFiles::default());
    }
    let paths: BTreeSet<String> = requests.iter().map(|request| request.path.clone()).collect();
    let stored = store::sealed_file::of_paths(&mut *server.store.read().await?, cluster_id, &paths).await?;
    let recipients = Recipients::parse(&cluster.recipients).map_err(|error| Problem::invalid("recipient", error.to_string()))?;
    let now = crate::deploy::consent::moment(server.clock.now())?;
    let (vault, id) = (server.vault.clone(), cluster_id.to_owned());
    let outcome = blocking(move || {
        let sealer = Sealer::new(&vault, &id, &recipients, &secrets.stored);
        let find = |key: &SealKey| stored.get(&(key.path.clone(), key.fingerprint.to_string(), key.recipients.clone())).cloned();
        sealer.seal(&requests, now, &find)
    })
    .await?
    .map_err(|error| {
        tracing::error!(error = format!("{error:#}"), "Sealing failed");
        Problem::internal("Sealing the secrets failed; the server's log says why. Nothing was planned.")
    })?;
    if !outcome.fresh.is_empty() {
        let at = server.clock.now();
        upkeep(&server.store, async |tx| {
            for (key, bytes) in &outcome.fresh {
                store::sealed_file::put(tx, cluster_id, &key.path, key.fingerprint.as_str(), &key.recipients, bytes, at).await?;
            }
            Ok(())
        })
        .await?;
    }
    Ok(outcome.files)
}

/// What the branch holds, read for a plan of one stack, and the commit that holds it.
async fn stack_at_head(
    server: &Server,
    cluster: &store::cluster::Cluster,
    stack: &Name,
    ours: Ours,
) -> Result<(Option<ObjectId>, Head), Problem> {
    let (tree, subject) = (place::tree(cluster)?, Subject::Stack(stack.clone()));
    repository::with(server, cluster, move |repository| {
        let read = || {
            let mirror = repository.mirror()?;
            let base = mirror.fetch(&repository.remote, &repository.branch)?;
            Ok((base, head::load(&mirror, base, &tree, &subject, &ours)?))
        };
        read().map_err(|error| repository::unavailable(&error))
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal("Planning was interrupted; nothing was changed."))
}

/// A plan that the caller may see.
pub async fn find(db: &mut Conn, caller: &Caller, id: &str) -> Result<(store::plan::Plan, store::cluster::Cluster), Problem> {
    let row = store::plan::get(db, id).await?.ok_or_else(|| Problem::not_found("plan"))?;
    let cluster = place::cluster_by_id(db, caller, principal::Act::See, &row.cluster).await.map_err(|_| Problem::not_found("plan"))?;
    Ok((row, cluster))
}

pub async fn get(server: &Server, caller: &Caller, id: &str) -> Result<Plan, Problem> {
    let mut db = server.store.read().await?;
    let (row, cluster) = find(&mut db, caller, id).await?;
    let plan = crate::deploy::intend::read(&row)?;
    let people = names(&mut db).await?;
    let approvals = approvals(&mut db, &people, id).await?;
    let newer_revision = match (&row.draft, row.draft_revision) {
        (Some(draft), Some(revision)) => store::draft::get(&mut db, draft).await?.map(|draft| draft.revision).filter(|now| *now > revision),
        _ => None,
    };
    let deployment = store::deployment::of_plan(&mut db, id).await?;
    let slip = slip::of(&mut db, &Reading { server, caller, row: &row, plan: &plan, cluster: &cluster, newer_revision }).await?;
    let stack = match &row.stack {
        Some(stack) => store::stack::get(&mut db, stack).await?.map(|stack| stack.stack_id),
        None => None,
    };
    Ok(Plan {
        id: row.id.clone(),
        kind: row.kind.clone(),
        sha256: row.sha256.clone(),
        draft: row.draft.clone(),
        cluster: cluster.name,
        environment: cluster.environment,
        stack,
        frozen_by: people.author("person", &row.frozen_by),
        frozen_at: row.frozen_at,
        not_after: row.not_after,
        newer_revision: newer_revision.and_then(|revision| u64::try_from(revision).ok()),
        stale: (row.state == "stale" || row.state == "withdrawn")
            .then(|| row.reason.clone().unwrap_or_else(|| String::from("A newer plan took its place."))),
        approvals_needed: plan.policy.approvals.max(1),
        approvals,
        slip,
        deployment: deployment.map(deployment::shown),
    })
}

pub async fn approvals(db: &mut Conn, people: &People, plan: &str) -> Result<Vec<Approval>, Problem> {
    let mut shown = Vec::new();
    for approval in store::approval::of_plan(db, plan).await? {
        let key = match &approval.credential {
            Some(id) => store::credential::get(db, id).await?.map(|credential| credential.name),
            None => None,
        };
        shown.push(Approval {
            name: people.of(&approval.person),
            person: approval.person,
            key,
            accepted_at: approval.accepted_at,
            countersigned: approval.kind != "password",
        });
    }
    Ok(shown)
}

/// `plan.json`, byte for byte.
pub async fn bytes(server: &Server, caller: &Caller, id: &str) -> Result<Vec<u8>, Problem> {
    Ok(find(&mut *server.store.read().await?, caller, id).await?.0.bytes)
}

/// A file or a rendered text that the plan names by digest, before or after; no other file can be had this way.
pub async fn file(server: &Server, caller: &Caller, id: &str, sha256: &str) -> Result<Vec<u8>, Problem> {
    let mut db = server.store.read().await?;
    let (row, _) = find(&mut db, caller, id).await?;
    let plan = crate::deploy::intend::read(&row)?;
    if !plan.digests().any(|digest| digest.sha256 == sha256) {
        return Err(Problem::not_found("file in this plan"));
    }
    store::plan::file(&mut db, sha256).await?.ok_or_else(|| Problem::not_found("file in this plan"))
}
