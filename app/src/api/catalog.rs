//! Charts to choose from, and the repositories that they come from.

use domain::api::catalog::{ChartRepository, ChartVersions, Contents, Found};
use domain::problem::Problem;
use domain::stack::Chart;

use super::{ApiClient, BoxFut, query};

impl ApiClient {
    /// The best answer first; nothing asked for is everything, by name.
    pub fn catalog(&self, asked: &str) -> BoxFut<Result<Vec<Found>, Problem>> {
        self.get(format!("/catalog{}", query(&[("query", Some(asked).filter(|asked| !asked.is_empty()))])))
    }

    /// Asks the chart's repository where nothing fresh is known of it.
    pub fn chart_versions(&self, repository: &str, name: &str) -> BoxFut<Result<ChartVersions, Problem>> {
        self.get(format!("/charts/versions{}", query(&[("repository", Some(repository)), ("name", Some(name))])))
    }

    pub fn chart_contents(&self, chart: &Chart) -> BoxFut<Result<Contents, Problem>> {
        let Chart { repository, name, version } = chart;
        self.get(format!(
            "/charts/contents{}",
            query(&[("repository", Some(repository)), ("name", Some(name)), ("version", Some(version))])
        ))
    }

    pub fn chart_repositories(&self) -> BoxFut<Result<Vec<ChartRepository>, Problem>> {
        self.get("/chart-repositories")
    }
}
