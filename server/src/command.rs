//! What can be typed after `countersign`, one file per command.

pub mod backup;
pub mod confine;
pub mod person;
pub mod public_url;
pub mod ready;
pub mod record;
pub mod render;
pub mod restore;
pub mod serve;
pub mod vault;
pub mod verify;
