//! What is known of charts and of the cluster's other stacks, for guards and for the fixes of what they find.

use std::collections::BTreeMap;

use domain::catalog::Kinds;
use domain::catalog::known::Known;
use domain::problem::Problem;
use domain::stack::{Chart, Content, Stack};

use super::{Found, recorded};
use crate::catalog::{self, Shelf};
use crate::server::Server;
use crate::store::{self, Conn};

/// Nobody is asked for it: charts that were opened before are known, others are not.
pub async fn of(server: &Server, db: &mut Conn, found: &Found, stack: &Stack) -> Result<Known<'static>, Problem> {
    let opened = stack.components.iter().filter_map(|component| match &component.content {
        Content::Addon(addon) => Some((component.id.to_string(), inside(server, &addon.chart)?)),
        Content::Manifest(_) => None,
    });
    let mut known = Known { catalog: catalog::charts(), opened: opened.collect::<BTreeMap<_, _>>(), elsewhere: Vec::new() };
    // The records of other stacks are read only where this one leaves a question open.
    if known.lacks(stack) {
        known.elsewhere = elsewhere(db, found).await?;
    }
    Ok(known)
}

fn inside(server: &Server, chart: &Chart) -> Option<Vec<Kinds>> {
    let chart = Chart { repository: chart.source().0.to_owned(), ..chart.clone() };
    let Some(Shelf::Here(inside)) = server.catalog.shelf(&chart, server.clock.now()) else { return None };
    Some(inside.crds.iter().map(|crd| Kinds { group: crd.group.clone(), kinds: vec![crd.kind.clone()] }).collect())
}

async fn elsewhere(db: &mut Conn, found: &Found) -> Result<Vec<Kinds>, Problem> {
    let known = Known { catalog: catalog::charts(), ..Known::default() };
    let mut kinds = Vec::new();
    for row in store::stack::list(db).await?.into_iter().filter(|row| row.cluster == found.cluster.id && row.id != found.stack.id) {
        if let Some((_, stack)) = recorded(db, &row, None).await? {
            kinds.extend(known.brought(&stack));
        }
    }
    Ok(kinds)
}
