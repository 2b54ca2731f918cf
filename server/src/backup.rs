//! A whole installation in one file: the database, the keys, and every repository that stands here alone.
//!
//! [`source`] says what belongs to it, [`archive`] writes and reads the file, [`make`] takes it while a server runs and
//! [`restore`] puts it into an empty folder.

pub mod archive;
pub mod make;
pub mod restore;
pub mod source;
