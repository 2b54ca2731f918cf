//! The verbs, one file per noun: authorise, load, ask the domain, store; each write inside `audited`.

pub mod enrolment;
pub mod person;
pub mod session;
pub mod setup;
