//! Where charts come from: stand-ins for those of a stack, under the very addresses that it names.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::stack::{Chart, Content, source};
use lab::{ChartRepository, Outside, Registry, Tools};

use crate::hosts::Hosts;

pub struct Internet {
    pub charts: ChartRepository,
    hosts: Hosts,
    tools: Tools,
    registry: Option<Registry>,
}

impl Internet {
    pub fn start(tools: &Tools) -> Internet {
        let charts = ChartRepository::start(tools).unwrap();
        Internet { charts, hosts: Hosts::start(), tools: tools.clone(), registry: None }
    }

    /// For Flux, which finds the charts nowhere else.
    pub fn outside(&self) -> Outside {
        self.hosts.outside()
    }

    /// Publishes a stand-in for every chart of a stack at its own address.
    pub fn stand_in(&mut self, stack: &str) {
        let mut published = BTreeSet::new();
        for component in source::parse(stack).unwrap().components {
            let Content::Addon(addon) = component.content else { continue };
            if published.insert((addon.chart.repository.clone(), addon.chart.name.clone(), addon.chart.version.clone())) {
                self.publish(&addon.chart);
            }
        }
    }

    fn publish(&mut self, chart: &Chart) {
        let crds = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/charts/crds").join(format!("{}.yaml", chart.name));
        let crds = std::fs::read_to_string(crds);
        let files: Vec<(&str, &str)> = crds.iter().map(|text| ("crds/crds.yaml", text.as_str())).collect();
        let package = self.charts.publish(&template(), &chart.name, &chart.version, &files).unwrap();
        let (scheme, rest) = chart.repository.split_once("://").unwrap();
        let (host, parent) = rest.split_once('/').unwrap_or((rest, ""));
        if scheme == "oci" {
            let registry = self.registry.get_or_insert_with(|| Registry::start(&self.tools).unwrap());
            registry.push_to(parent, &package).unwrap();
            self.hosts.lead(host, registry.port());
        } else {
            self.hosts.lead(host, self.charts.port());
        }
    }
}

/// The chart that stands in for every other.
pub fn template() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/charts/stand-in")
}
