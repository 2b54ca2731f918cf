//! The catalog: what there is to choose from, of the built-in charts and of people's own repositories.

use domain::api::catalog::Found;
use domain::catalog::Chart;
use domain::catalog::search::{Query, Terms};
use domain::catalog::version::is_finished;
use domain::problem::Problem;
use domain::stack;

use crate::catalog;
use crate::server::Server;
use crate::store;

/// More than this nobody reads; a further word finds the rest.
const MAX_FOUND: usize = 200;

/// The best answer first; among equals the built-in catalog's, then by name.
pub async fn find(server: &Server, query: &str) -> Result<Vec<Found>, Problem> {
    let query = Query::new(query);
    let mut found: Vec<(u32, Found)> = Vec::new();
    for chart in catalog::charts() {
        found.extend(query.score(&Terms::of(chart)).map(|score| (score, Found::from(chart))));
    }
    let own = store::chart_repository::list(&mut *server.store.read().await?).await?;
    for repository in own {
        let Some(kept) = server.catalog.kept(&repository.url).await else { continue };
        for (name, listed) in &kept.index.charts {
            let Some(score) = query.score(&Terms::plain(name, &listed.description)) else { continue };
            let finished = listed.versions.iter().find(|version| is_finished(&version.version) && !version.deprecated);
            let Some(version) = finished.or(listed.versions.first()) else { continue };
            let chart = stack::Chart { repository: repository.url.clone(), name: name.clone(), version: version.version.clone() };
            found.push((score, of_own(chart, &listed.description, &repository.name)));
        }
    }
    let place = |(score, found): &(u32, Found)| (std::cmp::Reverse(*score), found.repository.is_some(), found.name.clone());
    found.sort_by_cached_key(place);
    Ok(found.into_iter().take(MAX_FOUND).map(|(_, found)| found).collect())
}

fn of_own(chart: stack::Chart, description: &str, repository: &str) -> Found {
    Found {
        name: chart.name.clone(),
        purpose: description.to_owned(),
        chart,
        repository: Some(repository.to_owned()),
        category: None,
        namespace: None,
        note: None,
        gives: Vec::new(),
        needs: Vec::new(),
        uses: Vec::new(),
    }
}

pub fn get(name: &str) -> Result<Chart, Problem> {
    let chart = catalog::charts().iter().find(|chart| chart.name.as_str() == name);
    chart.cloned().ok_or_else(|| Problem::not_found("chart in the catalog"))
}
