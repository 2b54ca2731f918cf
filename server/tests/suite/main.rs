//! The server from outside: real listener, real database, real requests.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

mod doors;
mod durability;
mod people;
mod request;
mod sessions;
mod setup;
