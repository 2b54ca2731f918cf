//! Who somebody is, and what they put their name to: the only maker of [`approval::Countersigned`] and of an approval by
//! password.
//!
//! `sshsig` says what an approval is, `roster` whose key counts, `approval` when it counts.

pub mod approval;
pub mod ceremony;
pub mod client_data;
pub mod enrolment;
pub mod frozen_plan;
pub mod passkey;
pub mod password;
pub mod roster;
pub mod session;
pub mod signing_key;
pub mod sshsig;
pub mod token;
mod wire;

#[cfg(test)]
mod softkey;
