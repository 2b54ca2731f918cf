//! What the product deploys, in the hands of a real Flux. Runs where `COUNTERSIGN_LAB_TOOLS` names the lab's programs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "the other suite uses the rest of it")]
#[path = "../suite/support/mod.rs"]
mod support;

mod examples;
mod failing;
mod handed_over;
mod hosts;
mod internet;
mod journey;
mod life;
mod oci;
mod order;
mod printed;
mod reinstalled;
mod removed;
mod scene;
mod signed;
