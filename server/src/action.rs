//! The verbs, one file per noun: authorise, load, ask the domain, store; each write inside `audited`.

pub mod application;
pub mod around;
pub mod assist;
pub mod audit;
pub mod catalog;
pub mod chart;
pub mod chart_repository;
pub mod cluster;
pub mod compare;
pub mod deployment;
pub mod differs;
pub mod draft;
pub mod enrolment;
pub mod environment;
pub mod example;
pub mod exchange;
pub mod hook;
pub mod outcome;
pub mod overview;
pub mod passkey;
pub mod people;
pub mod person;
pub mod place;
pub mod plan;
pub mod public_url;
pub mod record;
pub mod repository;
pub mod secret;
pub mod session;
pub mod settings;
pub mod setup;
pub mod target;
pub mod variable;
pub mod vault;

pub use people::{People, names};
