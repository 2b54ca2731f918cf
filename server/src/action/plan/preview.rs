//! Has the charts of a plan rendered: what can be had in time, and for everything else the sentence that says why not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::name::Name;
use domain::preview::{Objects, Previews, Request, Side};
use domain::problem::Problem;
use domain::stack::Chart;
use domain::text::hex;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use crate::action::chart;
use crate::catalog::{Shelf, Source};
use crate::helm::Helm;
use crate::server::Server;

/// How long somebody who plans waits for all charts together.
const PATIENCE: Duration = Duration::from_secs(45);
/// Charts that are fetched or rendered at once.
const AT_ONCE: usize = 4;
/// The status of problems that lie with a chart's host, and that may be gone in a while.
const HOST_FAILED: u16 = 503;

/// What rendering found out.
#[derive(Debug, Default)]
pub struct Found {
    pub previews: Previews,
    /// SHA-256 of the archives of what is planned, by component.
    pub digests: BTreeMap<String, String>,
}

pub async fn render(server: &Server, requests: Vec<Request>) -> Found {
    let Some(helm) = &server.helm else { return Found::default() };
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut found = Found { previews: Previews { helm: Some(helm.version().to_owned()), made: BTreeMap::new() }, digests: BTreeMap::new() };
    let work = requests.into_iter().map(|request| async move {
        let rendered = tokio::time::timeout_at(until, one(server, helm, &request)).await;
        let late = || Err(format!("All charts of a plan together get {} seconds, and it was not its turn yet.", PATIENCE.as_secs()));
        (request, rendered.unwrap_or_else(|_| late()))
    });
    let mut work = futures_util::stream::iter(work).buffer_unordered(AT_ONCE);
    while let Some((request, rendered)) = work.next().await {
        let side: (Name, Side) = (request.component.clone(), request.side);
        let objects = rendered.map(|(objects, digest)| {
            if request.side == Side::After {
                found.digests.insert(request.component.to_string(), digest);
            }
            objects
        });
        found.previews.made.insert(side, objects);
    }
    found
}

/// The objects of one side, and the digest of its chart's archive.
async fn one(server: &Server, helm: &Arc<Helm>, request: &Request) -> Result<(Objects, String), String> {
    let source = chart::source(server, &request.chart.repository, &request.chart.name).await.map_err(|problem| problem.detail)?;
    let known = Chart { repository: source.repository.clone(), ..request.chart.clone() };
    let packed = archive(server, &source, &known).await.map_err(|problem| problem.detail)?;
    let objects = helm.template(&packed, request).await?;
    Ok((objects, hex(&Sha256::digest(&packed))))
}

/// A host that failed a moment ago is not waited for again: who plans without a network would wait at every plan.
async fn archive(server: &Server, source: &Source, chart: &Chart) -> Result<Vec<u8>, Problem> {
    let now = server.clock.now();
    if let Some(Shelf::Failed(problem, _)) = server.catalog.shelf(chart, now)
        && problem.status == HOST_FAILED
    {
        return Err(problem);
    }
    server.catalog.archive(source, chart, now).await.map_err(|trouble| {
        let problem = trouble.problem();
        if problem.status == HOST_FAILED {
            server.catalog.put(chart, Shelf::Failed(problem.clone(), now));
        }
        problem
    })
}
