//! Review: the frozen plan as a document to read, and the slip on which it is countersigned. It stands without wasm.

mod document;
mod files;
mod guards;
mod order;
mod reading;
mod rendered;
mod secrets;
mod section;
mod slip;
mod standing;
mod values;
mod variables;

pub use document::Review;
