//! One conversation with a remote host: who it may be, who we are, and how long it may take.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::time::{Duration, Instant};

use git2::cert::Cert;
use git2::{
    CertificateCheckStatus, ConfigLevel, Cred, CredentialType, ErrorClass, ErrorCode, FetchOptions, ProxyOptions, RemoteCallbacks,
    RemoteRedirect,
};

use super::address::Location;
use super::error::{GitError, tame};
use super::remote::{Auth, HostKey, Remote};
use super::tls;

/// How long to wait for a host; libgit2 keeps one setting for the whole process.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// Between two bytes.
    pub silence: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts { connect: Duration::from_secs(10), silence: Duration::from_secs(30) }
    }
}

static START: Once = Once::new();

impl Timeouts {
    /// Sets the process's timeouts. Only the first call counts, and it must come before any other use
    /// of this module; without it the defaults hold.
    pub fn set(self) {
        start(self);
    }
}

/// Makes libgit2 a library that depends on nothing but its arguments.
pub(super) fn ready() {
    start(Timeouts::default());
}

#[expect(unsafe_code, reason = "libgit2's process-wide options; set once, before its first use")]
fn start(timeouts: Timeouts) {
    START.call_once(|| {
        let milliseconds = |time: Duration| i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
        // A `.gitconfig` could rewrite addresses (`url.<base>.insteadOf`) or name proxies.
        let levels = [ConfigLevel::System, ConfigLevel::Global, ConfigLevel::XDG, ConfigLevel::ProgramData];
        // SAFETY: `Once` keeps other threads of this module waiting until all is set.
        let set = unsafe {
            levels
                .into_iter()
                .try_for_each(|level| git2::opts::set_search_path(level, "/nonexistent"))
                // Repositories on volumes often belong to another user; libgit2 runs nothing from them.
                .and_then(|()| git2::opts::set_verify_owner_validation(false))
                .and_then(|()| git2::opts::set_server_connect_timeout_in_milliseconds(milliseconds(timeouts.connect)))
                .and_then(|()| git2::opts::set_server_timeout_in_milliseconds(milliseconds(timeouts.silence)))
        };
        if let Err(error) = set {
            tracing::error!(%error, "git timeouts could not be set");
        }
    });
}

/// Holds what the callbacks learn, so that a failure can be told in our own words.
pub(super) struct Session<'r> {
    remote: &'r Remote,
    began: Instant,
    shown: Cell<u32>,
    verdict: RefCell<Option<GitError>>,
    /// What the host said on the side channel, such as a hook's output.
    heard: RefCell<String>,
    presented: RefCell<Option<HostKey>>,
}

impl<'r> Session<'r> {
    pub fn new(remote: &'r Remote) -> Session<'r> {
        ready();
        Session {
            remote,
            began: Instant::now(),
            shown: Cell::new(0),
            verdict: RefCell::new(None),
            heard: RefCell::new(String::new()),
            presented: RefCell::new(None),
        }
    }

    pub fn callbacks(&self) -> RemoteCallbacks<'_> {
        let mut callbacks = RemoteCallbacks::new();
        callbacks.certificate_check(|cert, host| self.check_host(cert, host));
        callbacks.credentials(|_, _, asked| self.credential(asked));
        callbacks.transfer_progress(|progress| {
            if progress.received_bytes() > self.remote.limits.bytes {
                self.note(GitError::TooLarge(self.remote.limits.bytes));
            }
            self.may_go_on()
        });
        callbacks.sideband_progress(|text| {
            let mut heard = self.heard.borrow_mut();
            if heard.len() < 4096 {
                heard.push_str(&String::from_utf8_lossy(text));
            }
            drop(heard);
            self.may_go_on()
        });
        callbacks
    }

    pub fn fetch_options(&self) -> FetchOptions<'_> {
        let mut options = FetchOptions::new();
        options.remote_callbacks(self.callbacks());
        options.follow_redirects(RemoteRedirect::None);
        options.download_tags(git2::AutotagOption::None);
        options.proxy_options(self.proxy());
        options
    }

    /// `https_proxy` and `no_proxy` count for hosts that are not this machine.
    pub fn proxy(&self) -> ProxyOptions<'static> {
        let mut proxy = ProxyOptions::new();
        if matches!(self.remote.location, Location::Http { loopback: false, .. }) {
            proxy.auto();
        }
        proxy
    }

    /// Runs one conversation and explains its failure. libgit2's wrapper panics on reference names
    /// that are not UTF-8, and those are the remote's to choose.
    pub fn run<T>(&self, talk: impl FnOnce() -> Result<T, git2::Error>) -> Result<T, GitError> {
        match catch_unwind(AssertUnwindSafe(talk)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(self.explain(&error)),
            Err(_) => Err(GitError::Garbage("a reference name is not UTF-8".to_owned())),
        }
    }

    pub fn explain(&self, error: &git2::Error) -> GitError {
        if let Some(verdict) = self.verdict.borrow_mut().take() {
            return verdict;
        }
        let explained = GitError::of_transport(error);
        let heard = self.heard();
        match explained {
            GitError::Garbage(message) if !heard.is_empty() => GitError::Garbage(format!("{message} ({heard})")),
            other => other,
        }
    }

    pub fn heard(&self) -> String {
        tame(&self.heard.borrow())
    }

    pub fn presented(&self) -> Option<HostKey> {
        self.presented.borrow_mut().take()
    }

    pub fn note(&self, error: GitError) {
        self.verdict.borrow_mut().get_or_insert(error);
    }

    fn may_go_on(&self) -> bool {
        if self.began.elapsed() > self.remote.limits.time {
            self.note(GitError::Timeout(format!("not done after {} seconds", self.remote.limits.time.as_secs())));
        }
        self.verdict.borrow().is_none()
    }

    fn stop(&self, error: GitError) -> git2::Error {
        self.note(error);
        git2::Error::new(ErrorCode::User, ErrorClass::Callback, "stopped by us")
    }

    fn check_host(&self, cert: &Cert<'_>, host: &str) -> Result<CertificateCheckStatus, git2::Error> {
        if let Some(key) = cert.as_hostkey() {
            let Some(raw) = key.hostkey() else {
                return Err(self.stop(GitError::Garbage("the host shows no key".to_owned())));
            };
            if self.remote.host_keys.iter().any(|pinned| pinned.raw() == raw) {
                return Ok(CertificateCheckStatus::CertificateOk);
            }
            let Some(presented) = HostKey::from_raw(raw) else {
                return Err(self.stop(GitError::Garbage("the host's key is of no known type".to_owned())));
            };
            self.presented.replace(Some(presented.clone()));
            return Err(self.stop(match self.remote.host_keys.is_empty() {
                true => GitError::HostKeyUnknown(presented),
                false => GitError::HostKeyMismatch(presented),
            }));
        }
        let Some(certificate) = cert.as_x509() else {
            return Err(self.stop(GitError::CertificateInvalid("the host shows no certificate".to_owned())));
        };
        match &self.remote.ca_pem {
            // The system's authorities: libgit2 has already judged, and its verdict stands.
            None => Ok(CertificateCheckStatus::CertificatePassthrough),
            Some(pem) => match tls::check(certificate.data(), host, pem) {
                Ok(()) => Ok(CertificateCheckStatus::CertificateOk),
                Err(reason) => Err(self.stop(GitError::CertificateInvalid(reason))),
            },
        }
    }

    /// libgit2 asks again after each refusal, so the same answer is given once.
    fn credential(&self, asked: CredentialType) -> Result<Cred, git2::Error> {
        let user = match &self.remote.location {
            Location::Ssh { user, .. } => user.as_str(),
            _ => "",
        };
        if asked.is_username() {
            return Cred::username(user);
        }
        let refuse = |reason: &str| Err(self.stop(GitError::AuthFailed(reason.to_owned())));
        if self.shown.replace(self.shown.get() + 1) > 0 {
            return refuse("what we showed was not accepted");
        }
        match &self.remote.auth {
            Auth::SshKey(pem) if asked.is_ssh_key() || asked.is_ssh_memory() => Cred::ssh_key_from_memory(user, None, pem.reveal(), None),
            Auth::Password { user, password } if asked.is_user_pass_plaintext() => Cred::userpass_plaintext(user, password.reveal()),
            Auth::None => refuse("it wants credentials, and none are set"),
            Auth::SshKey(_) => refuse("it does not accept SSH keys"),
            Auth::Password { .. } => refuse("it does not accept a password"),
        }
    }
}
