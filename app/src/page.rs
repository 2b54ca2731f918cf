//! One file per page. Pages that load no wasm exist in the server alone.

pub mod account;
#[cfg(not(feature = "hydrate"))]
pub mod application;
#[cfg(not(feature = "hydrate"))]
pub mod catalog;
#[cfg(not(feature = "hydrate"))]
pub mod ceremony;
pub mod cluster;
pub mod clusters;
pub mod environments;
#[cfg(not(feature = "hydrate"))]
pub mod import;
pub mod missing;
pub mod new_cluster;
#[cfg(not(feature = "hydrate"))]
pub mod overview;
pub mod people;
#[cfg(not(feature = "hydrate"))]
pub mod record;
#[cfg(not(feature = "hydrate"))]
pub mod review;
pub mod secrets;
pub mod settings;
pub mod stack;
pub mod variables;
