//! A stack on its way out: as its own source, as plain Flux, as a picture.

mod flux;
mod svg;

pub use flux::{Flux, flux, unsaid};
pub use svg::svg;

pub use crate::stack::source::emit as source;
