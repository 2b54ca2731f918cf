//! The server from outside: real listener, real database, real requests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod adoption;
mod application;
mod approval;
mod approval_refused;
mod around;
mod audit;
mod backup;
mod backup_older;
mod bad_input;
mod bootstrap;
mod canary;
mod catalog;
mod chart_repositories;
mod deploy;
mod deploy_faults;
mod deploy_killed;
mod deploy_killed_http;
mod deploy_race;
mod deploy_refused;
mod doors;
mod drafts_behind;
mod durability;
mod exchange;
mod forge_rules;
mod git_commit;
mod git_faults;
mod git_history;
mod git_https;
mod git_killed;
mod git_local;
mod git_ssh;
mod hand_path;
mod hostile_charts;
mod inspector;
mod moving;
mod outcomes;
mod pages;
mod passkey;
mod password_approval;
mod people;
mod pull;
mod record_halted;
mod refusals;
mod removal;
mod render;
mod request;
mod rotation;
mod sessions;
mod setup;
mod start;
mod verify;
mod verify_tampered;
