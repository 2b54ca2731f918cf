//! The one door: thin handlers that extract, call one action and answer.

pub mod access;
pub mod audit;
pub mod caller;
pub mod catalog;
pub mod cluster;
pub mod doors;
pub mod draft;
pub mod environment;
pub mod foreign;
pub mod headers;
pub mod health;
pub mod hook;
pub mod limit;
pub mod openapi;
pub mod passkey;
pub mod person;
pub mod plan;
pub mod problem;
pub mod pull;
pub mod record;
pub mod running;
pub mod secret;
pub mod session;
pub mod settings;
pub mod setup;
pub mod variable;
