//! One file per page.

pub mod account;
pub mod ceremony;
pub mod cluster;
pub mod clusters;
pub mod environments;
pub mod missing;
pub mod new_cluster;
pub mod overview;
pub mod people;
pub mod record;
pub mod review;
pub mod secrets;
pub mod settings;
pub mod stack;
pub mod variables;
