//! One file per page.

pub mod ceremony;
pub mod missing;
pub mod overview;
pub mod stack;
