//! From a countersigned plan to an entry of the record: the only writer to Git.
//!
//! [`head`] reads what a branch holds, [`entry`] says what a commit consists of, [`intend`] fixes the commit in one
//! transaction with the approvals, [`anchor`] ties it to the audit log there, [`push`] brings it to the repository and finds out what became of it. A restart
//! enters at [`push`], for everything whose outcome is not known yet; [`standing`] halts a cluster whose branch is not
//! as it was recorded. [`read_back`] goes the other way, for a database that is older than its record.

pub mod anchor;
pub mod consent;
pub mod entry;
pub mod failpoint;
pub mod head;
pub mod intend;
pub mod lease;
pub mod push;
pub mod read_back;
pub mod standing;
