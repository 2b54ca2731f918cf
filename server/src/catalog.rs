//! Charts: the catalog that ships with the product.

mod built_in;

pub use built_in::charts;
