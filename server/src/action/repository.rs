//! A cluster's repository as Git sees it: its address, our credentials for it, and our copy.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::api::cluster::RemoteAuth;
use domain::problem::Problem;

use crate::git::{Auth, GitError, Hidden, HostKey, Mirror, Remote};
use crate::server::Server;
use crate::store;
use crate::vault::{Plaintext, StoredSecret, Vault};

/// The name under which a repository's credential is bound to its cluster in the vault.
const CREDENTIAL: &str = "repository credential";

/// A conversation may take as many times the silence that a host is allowed.
const PATIENCE: u32 = 10;

/// Everything needed to speak to one repository; moved into a blocking task.
pub struct Repository {
    pub remote: Remote,
    pub branch: String,
    /// Where our copy stands; unused for a repository on this machine.
    folder: PathBuf,
}

impl Repository {
    /// Opens the credential on the way: call it where blocking is allowed.
    pub fn of(data: &std::path::Path, vault: &Vault, cluster: &store::cluster::Cluster) -> anyhow::Result<Repository> {
        let mut remote = Remote::new(&address(data, cluster)?)?;
        if let Some(line) = &cluster.host_key {
            remote = remote.host_key(HostKey::parse(line)?);
        }
        if let Some(pem) = &cluster.ca_certificate {
            remote = remote.ca_pem(pem.clone());
        }
        if let Some(sealed) = &cluster.credential {
            remote = remote.auth(auth(&open(vault, &cluster.id, sealed)?));
        }
        Ok(Repository { remote, branch: cluster.branch.clone(), folder: data.join("mirrors").join(&cluster.id) })
    }

    pub fn mirror(&self) -> Result<Mirror, GitError> {
        if let Some(parent) = self.folder.parent() {
            std::fs::create_dir_all(parent).map_err(|error| GitError::Storage(error.to_string()))?;
        }
        Mirror::open(&self.folder, &self.remote)
    }
}

/// Where a repository is spoken to. An embedded one stands in the data folder, wherever that is by now: the address in its
/// settings, which plans name, is the one that it was made under.
pub fn address(data: &std::path::Path, cluster: &store::cluster::Cluster) -> std::io::Result<String> {
    if !cluster.embedded {
        return Ok(cluster.url.clone());
    }
    let folder = std::path::absolute(embedded(data, &cluster.name))?;
    Ok(format!("file://{}", folder.display()))
}

/// The folder of an embedded repository.
pub fn embedded(data: &std::path::Path, cluster: &str) -> PathBuf {
    data.join("repositories").join(format!("{cluster}.git"))
}

/// Runs `work` with the cluster's repository on a thread that may block, and gives up waiting after a while: a host
/// that sends a byte now and then never falls silent. What was given up goes on by itself until the host lets go.
pub async fn with<T, F>(server: &Server, cluster: &store::cluster::Cluster, work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce(&Repository) -> Result<T, Problem> + Send + 'static,
{
    let (data, vault, cluster) = (server.config.data.clone(), Arc::clone(&server.vault), cluster.clone());
    let patience = Duration::from_secs(u64::from(server.config.git_timeout)) * PATIENCE;
    let gave_up = |_| unavailable(&GitError::Timeout(format!("not done after {} seconds", patience.as_secs())));
    let place = server.leases.conversations(&cluster.id).acquire_owned();
    let place = tokio::time::timeout(patience, place).await.map_err(gave_up)?;
    let conversation = tokio::task::spawn_blocking(move || {
        let _place = place;
        let repository = Repository::of(&data, &vault, &cluster).map_err(|error| {
            tracing::error!(cluster.name = %cluster.name, %error, "Cannot open the repository's settings");
            Problem::internal("The repository's address or credential cannot be read; the server's log says why.")
        })?;
        work(&repository)
    });
    let done = tokio::time::timeout(patience, conversation).await.map_err(gave_up)?;
    done.map_err(|_| Problem::internal("The work on the repository was interrupted."))?
}

/// What a Git error is where nobody edits the repository's settings: a plan, a signature, a deployment.
pub fn unavailable(error: &GitError) -> Problem {
    let mut problem = problem(error);
    problem.at = None;
    let hint = match error {
        GitError::Unreachable(_) | GitError::Timeout(_) | GitError::Garbage(_) => {
            "Nothing was changed. Look after the host of the repository, then try again."
        }
        GitError::HostKeyMismatch(_) => {
            "Nothing was sent. If the host's operator confirms the new key, pin it in the cluster's settings; if not, somebody \
             stands in between."
        }
        GitError::CertificateInvalid(_) => {
            "Nothing was sent. Look after the host's certificate, or after the authority in the cluster's settings."
        }
        _ => return Problem { status: 503, title: Problem::new(503, "", "").title, ..problem },
    };
    Problem { status: 503, title: Problem::new(503, "", "").title, ..problem }.hint(hint)
}

/// What a Git error is for a person, at the field it is about.
pub fn problem(error: &GitError) -> Problem {
    let (status, at, hint) = match error {
        GitError::Address(_) => (422, "repository.url", "Write ssh://git@host/path, https://host/path or file:///path."),
        GitError::AuthFailed(_) => (422, "repository.auth", "Give this key or token write access to the repository, then try again."),
        GitError::HostKeyUnknown(_) | GitError::HostKeyMismatch(_) => {
            (422, "repository.host_key", "Compare the fingerprint with what the host's operator says, then pin it.")
        }
        GitError::CertificateInvalid(_) => (422, "repository.ca_pem", "Paste the PEM of the authority that signed the host's certificate."),
        GitError::NotARepository(_) | GitError::NoSuchBranch(_) => {
            (422, "repository.url", "Check the path, or create the repository there first.")
        }
        GitError::Unreachable(_) | GitError::Timeout(_) => {
            (422, "repository.url", "Check host, port and firewall; the server itself must reach it.")
        }
        _ => (503, "repository", "Try again; nothing was changed."),
    };
    let detail = error.to_string();
    let mut sentence = String::with_capacity(detail.len() + 1);
    let mut letters = detail.chars();
    sentence.extend(letters.next().map(|first| first.to_ascii_uppercase()));
    sentence.extend(letters);
    sentence.push('.');
    Problem::new(status, error.code(), sentence).at(at).hint(hint)
}

/// Seals what was typed; `None` where there is nothing to keep.
pub fn seal(vault: &Vault, cluster_id: &str, auth: &RemoteAuth) -> anyhow::Result<Option<Vec<u8>>> {
    if *auth == RemoteAuth::None {
        return Ok(None);
    }
    let plaintext = Plaintext::new(serde_json::to_string(auth)?);
    Ok(Some(vault.seal_secret(&format!("cluster/{cluster_id}"), CREDENTIAL, &plaintext)?.packed()))
}

/// The same credential under the next vault's key.
pub fn rotate(vault: &Vault, next: &Vault, cluster_id: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
    Ok(vault.rotate(next, &stored(cluster_id, sealed)?)?.packed())
}

fn open(vault: &Vault, cluster_id: &str, sealed: &[u8]) -> anyhow::Result<RemoteAuth> {
    Ok(serde_json::from_str(vault.open(&stored(cluster_id, sealed)?)?.expose())?)
}

fn stored(cluster_id: &str, sealed: &[u8]) -> anyhow::Result<StoredSecret> {
    StoredSecret::unpacked(&format!("cluster/{cluster_id}"), CREDENTIAL, sealed)
}

pub fn auth(auth: &RemoteAuth) -> Auth {
    match auth {
        RemoteAuth::None | RemoteAuth::GeneratedKey => Auth::None,
        RemoteAuth::Key { private_key } => Auth::SshKey(Hidden::new(private_key.clone())),
        RemoteAuth::Password { username, password } => Auth::Password { user: username.clone(), password: Hidden::new(password.clone()) },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_credential_moves_to_the_next_key_and_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let vault = |name: &str| Vault::open_or_create(&folder.path().join(name)).unwrap();
        let (old, next) = (vault("old"), vault("next"));
        let auth = RemoteAuth::Password { username: String::from("git"), password: String::from("token") };
        let sealed = seal(&old, "c1", &auth).unwrap().unwrap();
        let anew = rotate(&old, &next, "c1", &sealed).unwrap();
        assert!(open(&next, "c1", &anew).unwrap() == auth);
        assert!(open(&old, "c1", &anew).is_err());
        assert!(rotate(&old, &next, "another", &sealed).is_err());
    }
}
