//! The way out to addresses that people type: a name is looked up once, every address that it leads to is judged, and
//! the connection goes to the very address that was judged.

mod client;
mod credential;
mod error;
mod guard;

pub use client::{Ask, Client, Fetched};
pub use credential::Credential;
pub use error::Error;
pub use guard::{Guard, Inside};
