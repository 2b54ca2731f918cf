//! Review: the frozen plan as a document to read, and the slip on which it is countersigned. It stands without wasm.

#[cfg(feature = "ssr")]
mod document;
#[cfg(feature = "ssr")]
mod files;
#[cfg(feature = "ssr")]
mod guards;
#[cfg(feature = "ssr")]
mod order;
#[cfg(feature = "ssr")]
mod reading;
#[cfg(feature = "ssr")]
mod secrets;
#[cfg(feature = "ssr")]
mod section;
#[cfg(feature = "ssr")]
mod slip;
#[cfg(feature = "ssr")]
mod standing;
#[cfg(feature = "ssr")]
mod values;
#[cfg(feature = "ssr")]
mod variables;

#[cfg(feature = "ssr")]
pub use document::Review;

#[cfg(not(feature = "ssr"))]
pub use super::ceremony::LoadAnew as Review;
