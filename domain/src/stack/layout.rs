//! Where components stand on the canvas: a row per wave, top to bottom, with few crossings.
//!
//! The same stack always gives the same picture. Positions that a person chose are kept; the others
//! make room. Any stack can be drawn, also one with a cycle: its last edge then points upwards.

mod cross;
mod place;
mod rank;
mod route;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Point, Stack};
use crate::name::Name;

/// The size of a component's box, as the stylesheet draws it.
pub const WIDTH: f64 = 212.0;
pub const HEIGHT: f64 = 98.0;
/// Between boxes of a row, and from one row to the next.
pub const GAP: f64 = 34.0;
pub const ROW: f64 = 156.0;
/// Around everything.
pub const MARGIN: f64 = 30.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// In the order of declaration; the point is the upper left corner.
    pub places: Vec<Place>,
    pub routes: Vec<Route>,
    pub waves: usize,
    pub width: f64,
    pub height: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub component: Name,
    pub at: Point,
    /// From 0.
    pub wave: usize,
    /// Whether a person put it there.
    pub stated: bool,
}

/// An edge as a chain of cubic curves, from below `on` to above `component`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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

impl Layout {
    pub fn place(&self, component: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.component.as_str() == component)
    }

    /// The upper edge of a wave's row.
    pub fn row(wave: usize) -> f64 {
        wave as f64 * ROW
    }
}

/// Places every component and routes every edge whose ends exist.
pub fn layout(stack: &Stack) -> Layout {
    let edges = edges(stack);
    let wave = rank::waves(stack.components.len(), &edges);
    let stated: Vec<Option<Point>> = stack.components.iter().map(|component| component.layout).collect();
    let mut grid = rank::Grid::new(&wave, &edges, |edge| stated[edge.on].is_none() && stated[edge.component].is_none());
    cross::untangle(&mut grid);
    let columns = place::columns(&grid, &stated);
    let at: Vec<Point> = (0..stack.components.len())
        .map(|index| stated[index].unwrap_or(Point { x: columns[index].round(), y: MARGIN + Layout::row(wave[index]) }))
        .collect();
    let places: Vec<Place> = stack
        .components
        .iter()
        .enumerate()
        .map(|(index, component)| Place {
            component: component.id.clone(),
            at: at[index],
            wave: wave[index],
            stated: stated[index].is_some(),
        })
        .collect();
    let routes = route::routes(&grid, &edges, &at, &columns);
    let routes = edges.iter().zip(routes).map(|(edge, points)| Route {
        component: stack.components[edge.component].id.clone(),
        on: stack.components[edge.on].id.clone(),
        points,
    });
    let right = at.iter().map(|point| point.x + WIDTH).fold(0.0, f64::max);
    let bottom = at.iter().map(|point| point.y + HEIGHT).fold(0.0, f64::max);
    let waves = wave.iter().max().map_or(0, |last| last + 1);
    Layout { routes: routes.collect(), places, waves, width: right + MARGIN, height: bottom.max(Layout::row(waves)) + MARGIN }
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
