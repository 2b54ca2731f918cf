//! Everything that speaks Git: reading, committing and pushing without a work tree. The only place that names git2.
//!
//! All of it blocks; async callers use `spawn_blocking`. A deploy calls, in this order:
//! [`Mirror::open`] and [`Mirror::fetch`] → [`Mirror::prepare_commit`] → (the intent is recorded, which finishes it) →
//! [`Mirror::rebuild_commit`] → [`Mirror::store`] → [`Mirror::push`], and after a push without a clear answer
//! [`Mirror::resolve_unclear`].

mod id;
pub use id::ObjectId;

mod error;
pub use error::GitError;

mod address;
pub use address::{AddressError, Location};

mod remote;
pub use remote::{Auth, Hidden, HostKey, Limits, Remote};

mod session;
pub use session::Timeouts;

mod tls;

mod forge;
pub use forge::{Rules, rules};

mod probe;
pub use probe::{Heads, host_key, may_push, probe};

mod mirror;
pub use mirror::Mirror;

mod history;
pub use history::{Commit, Entry, PathChange};

mod course;
pub use course::Step;

mod patch;
mod path;
pub use path::PathError;

mod tree;

mod commit;
pub use commit::{BuiltCommit, CommitParts, Who};

mod prepared;
pub use prepared::{Finished, Prepared};

mod pack;
mod tidy;

mod local;
pub use local::init_embedded;

mod upload_pack;
pub use upload_pack::{AT_ONCE, Answer, Protocol, ServeError, UploadPack, is_installed};

mod push;
pub use push::PushOutcome;

mod rule;
pub use rule::explained;

mod resolve;
pub use resolve::Resolution;

mod deploy_key;
pub use deploy_key::DeployKey;

mod key;
pub use key::{PlatformKey, allowed_signers_line};

mod note;
pub use note::{Note, NoteProblem, verifier_key};

mod signature;
pub use signature::{SignatureProblem, Verified, split_signature, verify_commit};
