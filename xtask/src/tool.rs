//! Programs that building and testing need, installed by their own package managers into the cache.

pub mod go;
pub mod lab;
pub mod rust;
pub mod system;
