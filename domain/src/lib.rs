//! What is true without I/O.
