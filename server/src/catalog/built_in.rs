//! The files of `catalog/`, put into the binary when it was built.

use std::sync::OnceLock;

use domain::catalog::{Chart, source};
use domain::stack;

static FILES: &[&str] = include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

/// By name. The domain's tests read every file, so nothing is ever missing.
pub fn charts() -> &'static [Chart] {
    static CHARTS: OnceLock<Vec<Chart>> = OnceLock::new();
    CHARTS.get_or_init(|| FILES.iter().filter_map(|text| source::parse(text).ok()).collect())
}

/// What the catalog says of a chart, whatever its version.
pub fn of(chart: &stack::Chart) -> Option<&'static Chart> {
    charts().iter().find(|known| known.chart.source() == chart.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_catalog_is_in_the_binary_and_reads() {
        assert!(FILES.len() >= 40);
        assert_eq!(charts().len(), FILES.len());
        assert!(charts().is_sorted_by_key(|chart| chart.name.as_str()));
    }
}
