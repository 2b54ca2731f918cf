//! Clusters: add one with its repository, recipients and identity; change them; what to apply in the cluster.

mod bootstrap;
mod guarantee;
pub mod hook_secret;
pub mod probe;
pub mod pull;
pub mod pull_token;

use domain::api::cluster::{Binding, Bootstrap, Cluster, ClusterEdit, ClusterState, KeyPair, NewBinding, NewCluster, RemoteAuth};
use domain::audit::Act;
use domain::name::Name;
use domain::principal::{self, Target};
use domain::problem::Problem;
use domain::resolve::is_label;

use super::{place, repository};
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::audited;
use crate::git::{self, GitError, HostKey, Remote};
use crate::server::Server;
use crate::store;
use crate::vault::{Recipients, generate_key_pair};

pub async fn list(server: &Server, caller: &Caller) -> Result<Vec<Cluster>, Problem> {
    let mut db = server.store.read().await?;
    let mut seen = Vec::new();
    for row in store::cluster::list(&mut db).await? {
        if caller.may(principal::Act::See, &place::target(&row)).is_ok() {
            seen.push(shown(&mut db, row).await?);
        }
    }
    Ok(seen)
}

pub async fn get(server: &Server, caller: &Caller, name: &str) -> Result<Cluster, Problem> {
    let mut db = server.store.read().await?;
    let row = place::cluster(&mut db, caller, principal::Act::See, name).await?;
    shown(&mut db, row).await
}

/// Checks everything first, the repository included, and stores what holds.
pub async fn add(server: &Server, caller: &Caller, new: NewCluster) -> Result<Cluster, Problem> {
    let environment = place::environment(&mut *server.store.read().await?, caller, principal::Act::Administer, new.environment.as_str())
        .await
        .map_err(|problem| problem.at("environment"))?;
    check_recipients(&new.recipients)?;
    check_flux(&new.flux)?;
    let id = server.ids.next();
    let mut row = store::cluster::Cluster {
        id: id.clone(),
        name: new.name.to_string(),
        environment_id: environment.id,
        environment: environment.name,
        engine: domain::cluster::Engine::Flux,
        url: String::new(),
        branch: String::from("main"),
        path_prefix: String::new(),
        embedded: false,
        recipients: new.recipients,
        kube_system_uid: new.kube_system_uid.filter(|uid| !uid.trim().is_empty()),
        flux: new.flux,
        host_key: None,
        ca_certificate: None,
        deploy_key: None,
        credential: None,
        bound_at: None,
        halted: None,
        revision: 1,
    };
    bind(server, &mut row, new.repository).await?;
    audited(server, caller, Act::AddCluster(row.name.clone()), async |tx| {
        caller.may(principal::Act::Administer, &Target::Environment { environment: row.environment.clone() })?;
        store::cluster::insert(tx, &row, server.clock.now()).await?;
        shown(tx, row).await
    })
    .await
}

/// Fills in where the repository stands: makes an embedded one, or checks that a remote answers.
async fn bind(server: &Server, row: &mut store::cluster::Cluster, binding: NewBinding) -> Result<(), Problem> {
    let (url, branch, path, auth, host_key, ca_pem) = match binding {
        NewBinding::Embedded => {
            let folder = repository::embedded(&server.config.data, &row.name);
            let place = std::path::absolute(&folder).or_internal("finding the data folder")?;
            row.url = format!("file://{}", place.display());
            row.embedded = true;
            let branch = row.branch.clone();
            return blocking(move || git::init_embedded(&folder, &branch).map_err(|error| repository::problem(&error))).await;
        }
        NewBinding::Remote { url, branch, path, auth, host_key, ca_pem } => (url, branch, path, auth, host_key, ca_pem),
    };
    row.branch = branch;
    row.path_prefix = prefix(&path)?;
    let mut remote = Remote::new(&url).map_err(|error| repository::problem(&GitError::Address(error)))?;
    // One spelling for one place: a URL and a branch bind one cluster.
    row.url = match remote.location() {
        git::Location::Local(path) => format!("file://{}", path.display()),
        _ => remote.url().to_owned(),
    };
    if let Some(line) = host_key.filter(|line| !line.trim().is_empty()) {
        let key = HostKey::parse(&line).map_err(|error| repository::problem(&error).at("repository.host_key"))?;
        row.host_key = Some(key.line());
        remote = remote.host_key(key);
    }
    if let Some(pem) = ca_pem.filter(|pem| !pem.trim().is_empty()) {
        row.ca_certificate = Some(pem.clone());
        remote = remote.ca_pem(pem);
    }
    // A key that was only just made cannot have access yet: it is probed when the binding is planned.
    let is_new_key = auth == RemoteAuth::GeneratedKey;
    let auth = match auth {
        RemoteAuth::GeneratedKey => {
            let key = git::DeployKey::generate(&format!("countersign {}", row.name));
            row.deploy_key = Some(key.public_line.clone());
            RemoteAuth::Key { private_key: key.private_pem().to_owned() }
        }
        given => given,
    };
    let (vault, id) = (server.vault.clone(), row.id.clone());
    row.credential = blocking(move || {
        let sealed = repository::seal(&vault, &id, &auth).map_err(|_| Problem::internal("The vault could not seal the credential."))?;
        if !is_new_key {
            let remote = remote.auth(repository::auth(&auth));
            git::probe(&remote).map_err(|error| repository::problem(&error))?;
            git::may_push(&remote).map_err(|error| probe::no_push(&error))?;
        }
        Ok(sealed)
    })
    .await?;
    Ok(())
}

pub async fn edit(server: &Server, caller: &Caller, name: &str, edit: ClusterEdit) -> Result<Cluster, Problem> {
    if let Some(recipients) = &edit.recipients {
        check_recipients(recipients)?;
    }
    if let Some(flux) = &edit.flux {
        check_flux(flux)?;
    }
    audited(server, caller, Act::ChangeCluster(name.to_owned()), async |tx| {
        let mut row = place::cluster(tx, caller, principal::Act::Administer, name).await?;
        let now = u64::try_from(row.revision).unwrap_or_default();
        if now != edit.revision {
            return Err(Problem::conflict("cluster_moved", "Somebody else changed this cluster's settings meanwhile.")
                .hint("Load them again and repeat your change.")
                .with("revision", now));
        }
        row.recipients = edit.recipients.unwrap_or(row.recipients);
        row.flux = edit.flux.unwrap_or(row.flux);
        if let Some(uid) = edit.kube_system_uid {
            row.kube_system_uid = Some(uid.trim().to_owned()).filter(|uid| !uid.is_empty());
        }
        row.revision += 1;
        if !store::cluster::update(tx, &row).await? {
            return Err(Problem::conflict("cluster_moved", "Somebody else changed this cluster's settings meanwhile."));
        }
        shown(tx, row).await
    })
    .await
}

/// Made in this answer and kept nowhere.
pub fn key_pair(flux: &domain::cluster::FluxNames) -> KeyPair {
    let pair = generate_key_pair();
    KeyPair { recipient: pair.recipient, kubectl: bootstrap::decryption_secret_command(flux), identity: pair.identity.expose().to_owned() }
}

pub async fn bootstrap(server: &Server, caller: &Caller, name: &str) -> Result<Bootstrap, Problem> {
    let row = place::cluster(&mut *server.store.read().await?, caller, principal::Act::See, name).await?;
    Ok(bootstrap::read(server, &row).await?)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal("The work on the repository was interrupted."))?
}

fn check_recipients(recipients: &[String]) -> Result<(), Problem> {
    if recipients.is_empty() {
        return Err(Problem::invalid("recipients_missing", "At least one age recipient is needed, or nobody could decrypt the secrets.")
            .at("recipients")
            .hint("Paste the cluster's recipient, or generate a key pair."));
    }
    Recipients::parse(recipients).map(drop).map_err(|error| Problem::invalid("recipient", error.to_string()).at("recipients"))
}

/// What Kubernetes takes for these names; they stand in commands too.
fn check_flux(flux: &domain::cluster::FluxNames) -> Result<(), Problem> {
    let dotted = |name: &str| name.len() <= 200 && name.split('.').all(is_label);
    let wrong =
        |field: &str| Problem::invalid("flux_name", "Kubernetes takes a-z, 0-9 and inner hyphens here.").at(format!("flux.{field}"));
    match () {
        () if !is_label(&flux.namespace) => Err(wrong("namespace")),
        () if !dotted(&flux.source) => Err(wrong("source")),
        () if !dotted(&flux.decryption_secret) => Err(wrong("decryptionSecret")),
        () => Ok(()),
    }
}

/// A folder inside the repository: plain names between slashes.
fn prefix(path: &str) -> Result<String, Problem> {
    let path = path.trim().trim_matches('/');
    let plain = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if path.is_empty() || path.split('/').all(plain) {
        return Ok(path.to_owned());
    }
    Err(Problem::invalid("repository_path", "The path inside the repository is made of letters, digits, - _ . and slashes.")
        .at("repository.path"))
}

/// As the API answers it, with what Git says of it.
pub async fn shown(db: &mut store::Conn, row: store::cluster::Cluster) -> Result<Cluster, Problem> {
    let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("cluster {}: {error}", row.id)));
    let state = state(db, &row).await?;
    let guarantee = guarantee::of(db, &row.id).await?;
    Ok(Cluster {
        name: name(&row.name)?,
        environment: name(&row.environment)?,
        engine: row.engine,
        repository: Binding {
            embedded: row.embedded,
            url: row.url,
            branch: row.branch,
            path: row.path_prefix,
            host_key: row.host_key.and_then(|line| HostKey::parse(&line).ok()).map(|key| key.fingerprint()),
            deploy_key: row.deploy_key,
        },
        recipients: row.recipients,
        kube_system_uid: row.kube_system_uid,
        halted: row.halted,
        guarantee,
        flux: row.flux,
        state,
        revision: u64::try_from(row.revision).unwrap_or_default(),
    })
}

async fn state(db: &mut store::Conn, row: &store::cluster::Cluster) -> Result<ClusterState, Problem> {
    let Some(bound) = store::entry::last_of_kind(db, &row.id, "cluster").await? else { return Ok(ClusterState::Unbound) };
    let entry = u64::try_from(bound.number).unwrap_or_default();
    let Some(plan) = store::plan::get(db, &bound.plan).await? else { return Ok(ClusterState::Bound { entry }) };
    let signed = domain::plan::freeze::parse(&plan.bytes).map_err(|error| Problem::internal(format!("plan {}: {error}", plan.id)))?;
    let mut what = Vec::new();
    if signed.recipients != row.recipients {
        what.push(String::from("recipients"));
    }
    if signed.cluster.kube_system_uid != row.kube_system_uid {
        what.push(String::from("identity"));
    }
    Ok(if what.is_empty() { ClusterState::Bound { entry } } else { ClusterState::Differs { entry, what } })
}
