//! Where components stand on the canvas: a row per wave, top to bottom, with few crossings.
//!
//! The same stack always gives the same picture. Positions that a person chose are kept; the others
//! make room. Any stack can be drawn, also one with a cycle: its last edge then points upwards.
//! [`layout_after`] draws a stack that changed a little: what was not touched stays where it was.

mod cross;
mod fold;
mod keep;
mod place;
mod rank;
mod route;

use std::collections::HashMap;

use super::{Point, Stack};
use crate::name::Name;
use crate::order;

/// The size of a component's box, as the stylesheet draws it.
pub const WIDTH: f64 = 212.0;
pub const HEIGHT: f64 = 98.0;
/// Between boxes of a row, and from one row to the next.
pub const GAP: f64 = 34.0;
pub const ROW: f64 = 156.0;
/// Around everything.
pub const MARGIN: f64 = 30.0;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layout {
    /// In the order of declaration; the point is the upper left corner.
    pub places: Vec<Place>,
    pub routes: Vec<Route>,
    pub waves: usize,
    pub width: f64,
    pub height: f64,
    /// Places by component, for the search.
    by_id: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub component: Name,
    pub at: Point,
    /// From 0.
    pub wave: usize,
    /// Whether a person put it there.
    pub stated: bool,
}

/// An edge as a chain of cubic curves, from below `on` to above `component`.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    pub component: Name,
    pub on: Name,
    /// The start, then three points for each curve: two controls and its end.
    pub points: Vec<Point>,
}

impl Route {
    /// The `d` of an SVG path.
    pub fn path(&self) -> String {
        let Some((start, curves)) = self.points.split_first() else { return String::new() };
        let mut out = format!("M{} {}", start.x, start.y);
        for curve in curves.chunks_exact(3) {
            out.push_str(&format!(" C{} {} {} {} {} {}", curve[0].x, curve[0].y, curve[1].x, curve[1].y, curve[2].x, curve[2].y));
        }
        out
    }
}

impl Route {
    /// How many rows it passes between its ends.
    fn passes(&self) -> usize {
        self.points.len().saturating_sub(4) / 6
    }

    /// Where it enters a row that it passes: each pass is a curve down to it and a straight line through.
    fn pass(&self, index: usize) -> Option<Point> {
        self.points.get(3 + 6 * index).copied()
    }
}

impl Layout {
    pub fn place(&self, component: &str) -> Option<&Place> {
        self.places.get(self.index(component)?)
    }

    /// Where in the stack's list a component stands.
    pub fn index(&self, component: &str) -> Option<usize> {
        let found = self.by_id.binary_search_by(|&index| self.places[index].component.as_str().cmp(component)).ok()?;
        self.by_id.get(found).copied()
    }

    /// Indices of the places by wave, and from left to right in each.
    pub fn in_order(&self) -> Vec<usize> {
        let (at, places) = (|index: usize| self.places[index].at.x, &self.places);
        order::order(places.len(), &mut |a, b| places[a].wave.cmp(&places[b].wave).then(at(a).total_cmp(&at(b))))
    }

    /// Only the first so many components of the stack's list, and the edges among them, where they are.
    pub fn only_first(mut self, count: usize) -> Layout {
        self.places.truncate(count);
        self.by_id.retain(|&index| index < count);
        let mut routes = std::mem::take(&mut self.routes);
        routes.retain(|route| self.index(route.component.as_str()).is_some() && self.index(route.on.as_str()).is_some());
        Layout { routes, ..self }
    }

    /// The upper edge of a wave's row.
    pub fn row(wave: usize) -> f64 {
        wave as f64 * ROW
    }
}

/// Places every component and routes every edge whose ends exist.
pub fn layout(stack: &Stack) -> Layout {
    let (edges, wave, stated) = measured(stack);
    let mut grid = rank::Grid::new(&wave, &edges, |node| stated[node].is_some());
    cross::untangle(&mut grid);
    let columns = place::columns(&grid, &stated);
    drawn(stack, &edges, &wave, &stated, &grid, &columns)
}

/// The same for a stack that changed since `before`: components that stay in their wave keep their order, and their
/// place unless something new needs it. Where less than half was there before, nothing is worth keeping.
pub fn layout_after(before: &Layout, stack: &Stack) -> Layout {
    let kept = stack.components.iter().filter(|component| before.place(component.id.as_str()).is_some()).count();
    if kept * 2 < stack.components.len() {
        return layout(stack);
    }
    let (edges, wave, stated) = measured(stack);
    let mut grid = rank::Grid::new(&wave, &edges, |node| stated[node].is_some());
    let middle = keep::order(&mut grid, before, stack, &edges, &stated);
    let columns = place::kept_columns(&grid, &stated, middle);
    drawn(stack, &edges, &wave, &stated, &grid, &columns)
}

fn measured(stack: &Stack) -> (Vec<Edge>, Vec<usize>, Vec<Option<Point>>) {
    let edges = edges(stack);
    let wave = rank::waves(stack.components.len(), &edges);
    (edges, wave, stack.components.iter().map(|component| component.layout).collect())
}

fn drawn(stack: &Stack, edges: &[Edge], wave: &[usize], stated: &[Option<Point>], grid: &rank::Grid, columns: &[f64]) -> Layout {
    let id = |index: usize| stack.components[index].id.clone();
    let at: Vec<Point> =
        (0..wave.len()).map(|index| stated[index].unwrap_or(Point { x: columns[index], y: MARGIN + Layout::row(wave[index]) })).collect();
    let place = |index: usize| Place { component: id(index), at: at[index], wave: wave[index], stated: stated[index].is_some() };
    let routes = route::routes(grid, edges, &at, columns);
    let routes = edges.iter().zip(routes).map(|(edge, points)| Route { component: id(edge.component), on: id(edge.on), points });
    let right = at.iter().map(|point| point.x + WIDTH).fold(0.0, f64::max);
    let bottom = at.iter().map(|point| point.y + HEIGHT).fold(0.0, f64::max);
    let waves = wave.iter().max().map_or(0, |last| last + 1);
    let by_id = order::order(wave.len(), &mut |a, b| stack.components[a].id.cmp(&stack.components[b].id));
    Layout {
        places: (0..wave.len()).map(place).collect(),
        routes: routes.collect(),
        waves,
        width: right + MARGIN,
        height: bottom.max(Layout::row(waves)) + MARGIN,
        by_id,
    }
}

/// An edge between places in the stack's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge {
    component: usize,
    on: usize,
}

fn edges(stack: &Stack) -> Vec<Edge> {
    let mut index = HashMap::new();
    for (place, component) in stack.components.iter().enumerate() {
        index.entry(component.id.as_str()).or_insert(place);
    }
    let of = |(component, from): (usize, &super::Component)| {
        let ends = from.depends_on.iter().filter_map(|on| index.get(on.as_str()).copied());
        ends.filter(|on| *on != component).map(|on| Edge { component, on }).collect::<Vec<_>>()
    };
    stack.components.iter().enumerate().flat_map(of).collect()
}

#[cfg(test)]
mod tests;
