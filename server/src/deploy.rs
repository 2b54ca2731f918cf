//! From a countersigned plan to an entry of the record: the only writer to Git.
//!
//! [`head`] reads what a branch holds, [`entry`] says what a commit consists of, [`intend`] fixes the commit in one
//! transaction with the approvals, [`push`] brings it to the repository and finds out what became of it. A restart
//! enters at [`push`], for everything whose outcome is not known yet.

pub mod consent;
pub mod entry;
pub mod failpoint;
pub mod head;
pub mod intend;
pub mod lease;
pub mod push;
