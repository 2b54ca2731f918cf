//! What the world touches.
