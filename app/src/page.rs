//! One file per page.

pub mod missing;
pub mod overview;
pub mod stack;
