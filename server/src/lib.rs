//! What the world touches.

pub mod assets;
