//! What the world touches.

pub mod assets;
pub mod git;
pub mod identity;
pub mod qr;
pub mod vault;
