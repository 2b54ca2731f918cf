//! What can go wrong between us and a repository, in kinds a caller branches on.

use super::{AddressError, HostKey, ObjectId, PathError};

/// Every text from a remote has passed [`tame`]: bounded, one line, no control characters.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GitError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("the host does not answer: {0}")]
    Unreachable(String),
    #[error("the host did not answer in time: {0}")]
    Timeout(String),
    #[error("the host refuses our credentials: {0}")]
    AuthFailed(String),
    #[error("the host shows the key {} {}, and none is pinned yet", .0.kind(), .0.fingerprint())]
    HostKeyUnknown(HostKey),
    #[error("the host shows the key {} {}, which is not the pinned one", .0.kind(), .0.fingerprint())]
    HostKeyMismatch(HostKey),
    #[error("the host's certificate is not accepted: {0}")]
    CertificateInvalid(String),
    #[error("no Git repository stands there: {0}")]
    NotARepository(String),
    #[error("the branch `{0}` does not exist there")]
    NoSuchBranch(String),
    #[error("the host refused: {0}")]
    Rejected(String),
    #[error("the answer is not Git's protocol: {0}")]
    Garbage(String),
    #[error("the repository is larger than the limit of {0} bytes")]
    TooLarge(usize),
    #[error("the branch is locked by another process: {0}")]
    Locked(String),
    #[error("the object {0} is missing here")]
    Missing(ObjectId),
    #[error(transparent)]
    Path(#[from] PathError),
    #[error("not a commit we may write: {0}")]
    Invalid(String),
    #[error("local storage failed: {0}")]
    Storage(String),
}

impl GitError {
    /// A stable word for APIs and logs.
    pub fn code(&self) -> &'static str {
        match self {
            GitError::Address(_) => "git_address",
            GitError::Unreachable(_) => "git_unreachable",
            GitError::Timeout(_) => "git_timeout",
            GitError::AuthFailed(_) => "git_auth_failed",
            GitError::HostKeyUnknown(_) => "git_host_key_unknown",
            GitError::HostKeyMismatch(_) => "git_host_key_mismatch",
            GitError::CertificateInvalid(_) => "git_certificate_invalid",
            GitError::NotARepository(_) => "git_not_a_repository",
            GitError::NoSuchBranch(_) => "git_no_such_branch",
            GitError::Rejected(_) => "git_rejected",
            GitError::Garbage(_) => "git_garbage",
            GitError::TooLarge(_) => "git_too_large",
            GitError::Locked(_) => "git_locked",
            GitError::Missing(_) => "git_object_missing",
            GitError::Path(_) => "git_path",
            GitError::Invalid(_) => "git_commit_invalid",
            GitError::Storage(_) => "git_storage",
        }
    }

    /// Whether the same call may well succeed later without anybody changing a setting.
    pub fn is_passing(&self) -> bool {
        matches!(self, GitError::Unreachable(_) | GitError::Timeout(_) | GitError::Locked(_) | GitError::Garbage(_))
    }

    pub(super) fn storage(error: impl std::fmt::Display) -> GitError {
        GitError::Storage(tame(&error.to_string()))
    }

    /// For errors on objects and references in a folder of this machine.
    pub(super) fn of_storage(error: &git2::Error) -> GitError {
        match error.code() {
            git2::ErrorCode::Locked => GitError::Locked(tame(error.message())),
            _ => GitError::Storage(tame(error.message())),
        }
    }

    /// For errors of a conversation with a remote host. libgit2 has few codes of its own here, so the
    /// class and, last, the wording decide.
    pub(super) fn of_transport(error: &git2::Error) -> GitError {
        use git2::{ErrorClass, ErrorCode};
        let message = tame(error.message());
        let says = |words: &[&str]| words.iter().any(|word| message.to_ascii_lowercase().contains(word));
        match error.code() {
            ErrorCode::Timeout => return GitError::Timeout(message),
            ErrorCode::Auth => return GitError::AuthFailed(message),
            ErrorCode::Certificate => return GitError::CertificateInvalid(message),
            ErrorCode::Locked => return GitError::Locked(message),
            _ => {}
        }
        if says(&["timed out", "timeout", "temporarily unavailable"]) {
            return GitError::Timeout(message);
        }
        if says(&["status code: 401", "status code: 403", "authenticat", "username/password", "permission denied"]) {
            return GitError::AuthFailed(message);
        }
        if says(&["status code: 404", "not found", "does not appear to be a git repository", "does not exist", "no such"]) {
            return GitError::NotARepository(message);
        }
        if says(&["failed to resolve", "failed to connect", "could not connect", "connection refused", "status code: 5"]) {
            return GitError::Unreachable(message);
        }
        if says(&["certificate"]) {
            return GitError::CertificateInvalid(message);
        }
        match error.class() {
            ErrorClass::Os => GitError::Unreachable(message),
            ErrorClass::Ssl | ErrorClass::Ssh => GitError::Unreachable(message),
            _ => GitError::Garbage(message),
        }
    }
}

/// Makes text from elsewhere fit for one line of a page or log: at most 500 characters, no control characters.
pub(super) fn tame(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(500).collect();
    line.trim().to_owned()
}
