//! One chart: its versions, and what is inside one of them. Only repositories that somebody chose are asked: those of the
//! built-in catalog, and those that an administrator added.

use std::collections::BTreeMap;

use domain::api::catalog::{ChartVersion, ChartVersions, Contents};
use domain::catalog::version;
use domain::problem::Problem;
use domain::stack::{self, Content, Stack, field};
use domain::text::sentence;

use super::chart_repository;
use crate::catalog::{self, Source};
use crate::server::Server;
use crate::store;

pub async fn versions(server: &Server, repository: &str, name: &str) -> Result<ChartVersions, Problem> {
    let source = source(server, repository, name).await?;
    let listed = server.catalog.versions(&source, name, server.clock.now()).await.map_err(|trouble| trouble.problem())?;
    let one = |version: catalog::Version| ChartVersion {
        is_prerelease: version::is_prerelease(&version.version),
        version: version.version,
        app_version: version.app_version,
        created: version.created,
        deprecated: version.deprecated,
    };
    let versions: Vec<ChartVersion> = listed.versions.into_iter().map(one).collect();
    let newest = versions.iter().find(|version| version::is_finished(&version.version));
    Ok(ChartVersions { newest: newest.map(|version| version.version.clone()), versions })
}

/// The newest finished version of each chart that is known without asking anybody: what the built-in catalog holds good,
/// and what a repository's index said when it was last fetched.
pub async fn newest(server: &Server, stack: &Stack) -> Vec<stack::Chart> {
    let mut newest: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for component in &stack.components {
        let Content::Addon(addon) = &component.content else { continue };
        let (repository, name) = addon.chart.source();
        if newest.contains_key(&(repository, name)) {
            continue;
        }
        let mut known: Vec<String> = catalog::of(&addon.chart).map(|known| known.chart.version.clone()).into_iter().collect();
        if let Some(kept) = server.catalog.kept(repository).await {
            known.extend(kept.index.charts.get(name).into_iter().flat_map(|listed| &listed.versions).map(|one| one.version.clone()));
        }
        known.retain(|one| version::is_finished(one));
        if let Some(best) = known.into_iter().max_by(|one, other| version::compare(one, other)) {
            newest.insert((repository, name), best);
        }
    }
    let chart = |((repository, name), version): ((&str, &str), String)| stack::Chart {
        repository: repository.to_owned(),
        name: name.to_owned(),
        version,
    };
    newest.into_iter().map(chart).collect()
}

pub async fn contents(server: &Server, chart: stack::Chart) -> Result<Contents, Problem> {
    let source = source(server, &chart.repository, &chart.name).await?;
    field::chart_version(&chart.version).map_err(|why| Problem::invalid("chart_version", sentence(&why)).at("version"))?;
    let chart = stack::Chart { repository: source.repository.clone(), ..chart };
    server.catalog.contents(&source, &chart, server.clock.now()).await.map_err(|trouble| trouble.problem())
}

pub async fn source(server: &Server, repository: &str, name: &str) -> Result<Source, Problem> {
    field::chart_name(name).map_err(|why| Problem::invalid("chart_name", sentence(&why)).at("name"))?;
    let repository = repository.trim_end_matches('/');
    if let Some(row) = store::chart_repository::by_url(&mut *server.store.read().await?, repository).await? {
        return chart_repository::source(&server.vault, &row);
    }
    let is_built_in = catalog::charts().iter().any(|known| known.chart.source().0 == repository);
    if !is_built_in {
        return Err(Problem::new(404, "chart_repository_unknown", "This chart repository is none of the catalog's and none of your own.")
            .at("repository")
            .hint("An administrator adds it under chart repositories."));
    }
    Ok(Source { repository: repository.to_owned(), plain_http: false, credentials: None })
}
