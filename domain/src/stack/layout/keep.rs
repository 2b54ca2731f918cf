//! The order of each row as it was, with what is new let in where its neighbours are.

use std::collections::HashMap;

use super::rank::Grid;
use super::{Edge, GAP, Layout, MARGIN, Route, WIDTH};
use crate::order;
use crate::stack::{Point, Stack};

/// Orders the rows, and says where the middle of each node was or would like to be.
pub fn order(grid: &mut Grid, before: &Layout, stack: &Stack, edges: &[Edge], stated: &[Option<Point>]) -> Vec<f64> {
    let mut known = known(grid, before, stack, edges, stated);
    let pull = stated_neighbours(edges, stated, known.len());
    for row in 0..grid.rows.len() {
        let end = grid.rows[row].iter().filter_map(|&node| known[node]).fold(MARGIN - WIDTH / 2.0 - GAP, f64::max);
        let mut free = end + WIDTH + GAP;
        for &node in &grid.rows[row] {
            if known[node].is_some() {
                continue;
            }
            // What stands above is known by now; below, only what was there before.
            let mut near: Vec<f64> = grid.above[node].iter().filter_map(|&other| known[other]).collect();
            near.extend(&pull[node]);
            if near.is_empty() {
                near.extend(grid.below[node].iter().filter_map(|&other| known[other]));
            }
            known[node] = Some(if near.is_empty() {
                free += WIDTH + GAP;
                free - WIDTH - GAP
            } else {
                near.iter().sum::<f64>() / near.len() as f64
            });
        }
        // Stable, and nodes that were there never have the same middle: those keep their order.
        order::sort(&mut grid.rows[row], &mut |a, b| known[a].unwrap_or_default().total_cmp(&known[b].unwrap_or_default()));
    }
    known.into_iter().map(Option::unwrap_or_default).collect()
}

/// Where nodes were that stand in the same row again.
fn known(grid: &Grid, before: &Layout, stack: &Stack, edges: &[Edge], stated: &[Option<Point>]) -> Vec<Option<f64>> {
    let mut known = vec![None; grid.row_of.len()];
    for (node, component) in stack.components.iter().enumerate().filter(|&(node, _)| stated[node].is_none()) {
        let place = before.place(component.id.as_str());
        let place = place.filter(|place| !place.stated && place.wave == grid.row_of[node]);
        known[node] = place.map(|place| place.at.x + WIDTH / 2.0);
    }
    let routes: HashMap<(&str, &str), &Route> =
        before.routes.iter().map(|route| ((route.component.as_str(), route.on.as_str()), route)).collect();
    for (edge, passes) in edges.iter().zip(&grid.passes).filter(|(_, passes)| !passes.is_empty()) {
        let ends = (stack.components[edge.component].id.as_str(), stack.components[edge.on].id.as_str());
        let Some(route) = routes.get(&ends) else { continue };
        // Of an edge that grew longer, the part that it had.
        let old: Vec<Point> = (0..route.passes()).filter_map(|index| route.pass(index)).collect();
        for &node in passes {
            let top = MARGIN + Layout::row(grid.row_of[node]);
            known[node] = old.iter().find(|point| point.y == top).map(|point| point.x);
        }
    }
    known
}

/// For each node the middles of the boxes that a person placed and it is wired to.
fn stated_neighbours(edges: &[Edge], stated: &[Option<Point>], nodes: usize) -> Vec<Vec<f64>> {
    let mut pull = vec![Vec::new(); nodes];
    for edge in edges {
        for (from, to) in [(edge.component, edge.on), (edge.on, edge.component)] {
            if let (None, Some(at)) = (stated[from], stated[to]) {
                pull[from].push(at.x + WIDTH / 2.0);
            }
        }
    }
    pull
}
