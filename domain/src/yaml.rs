//! YAML: read with refusals, written by our own emitter, edited in place without losing comments.

pub mod edit;
pub mod emit;
pub mod fields;
pub mod merge;
pub mod path;
pub mod place;
pub mod read;
pub mod scalar;
