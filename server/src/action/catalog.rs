//! The catalog: what there is to choose from.

use domain::api::catalog::Found;
use domain::catalog::{Chart, search};
use domain::problem::Problem;

use crate::catalog;

/// More than this nobody reads; a further word finds the rest.
const MAX_FOUND: usize = 200;

pub fn find(query: &str) -> Vec<Found> {
    search::search(catalog::charts(), query).into_iter().take(MAX_FOUND).map(Found::from).collect()
}

pub fn get(name: &str) -> Result<Chart, Problem> {
    let chart = catalog::charts().iter().find(|chart| chart.name.as_str() == name);
    chart.cloned().ok_or_else(|| Problem::not_found("chart in the catalog"))
}
