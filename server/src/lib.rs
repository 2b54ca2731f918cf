//! What the world touches: the API, the pages, the database, Git. The path of a request is `router` → `api` → `action` → `store`.

pub mod command;

pub mod config;
pub mod router;
pub mod server;
pub mod site;

pub mod action;
pub mod api;
pub mod audit;

pub mod backup;
pub mod catalog;
pub mod data_lock;
pub mod deploy;
pub mod egress;
pub mod git;
pub mod helm;
pub mod identity;
pub mod store;
pub mod together;
pub mod vault;

pub mod assets;
pub mod clock;
pub mod ids;
pub mod metrics;
pub mod network;
pub mod public_url;
pub mod qr;
