//! What can be typed after `countersign`, one file per command.

pub mod person;
pub mod public_url;
pub mod render;
pub mod serve;
pub mod vault;
pub mod verify;
