//! Edges as curves: they leave a box at the bottom, enter the next at the top, and pass rows straight.

use super::rank::Grid;
use super::{Edge, HEIGHT, Layout, MARGIN, WIDTH};
use crate::order;
use crate::stack::Point;

/// Between two edges at the same side of a box, where there is room.
const PORT: f64 = 40.0;

/// The points of each edge, see [`super::Route`].
pub fn routes(grid: &Grid, edges: &[Edge], at: &[Point], columns: &[f64]) -> Vec<Vec<Point>> {
    let starts = ports(
        edges,
        at,
        grid,
        |edge| edge.on,
        |edge, passes| passes.first().map_or(at[edge.component].x + WIDTH / 2.0, |&node| columns[node]),
    );
    let ends = ports(
        edges,
        at,
        grid,
        |edge| edge.component,
        |edge, passes| passes.last().map_or(at[edge.on].x + WIDTH / 2.0, |&node| columns[node]),
    );
    let route = |(index, edge): (usize, &Edge)| {
        let mut points = vec![Point { x: starts[index], y: at[edge.on].y + HEIGHT }];
        for &node in &grid.passes[index] {
            let top = MARGIN + Layout::row(grid.row_of[node]);
            curve(&mut points, Point { x: columns[node].round(), y: top });
            straight(&mut points, top + HEIGHT);
        }
        curve(&mut points, Point { x: ends[index], y: at[edge.component].y });
        points
    };
    edges.iter().enumerate().map(route).collect()
}

/// Where each edge touches a box: side by side, in the order of where they lead.
fn ports(edges: &[Edge], at: &[Point], grid: &Grid, of: impl Fn(&Edge) -> usize, towards: impl Fn(&Edge, &[usize]) -> f64) -> Vec<f64> {
    let mut by_box: Vec<Vec<usize>> = vec![Vec::new(); at.len()];
    for (index, edge) in edges.iter().enumerate() {
        by_box[of(edge)].push(index);
    }
    let mut x = vec![0.0; edges.len()];
    for (node, mut own) in by_box.into_iter().enumerate() {
        order::sort(&mut own, &mut |a, b| towards(&edges[a], &grid.passes[a]).total_cmp(&towards(&edges[b], &grid.passes[b])));
        let gaps = own.len().saturating_sub(1) as f64;
        let step = if gaps > 0.0 { PORT.min((WIDTH - PORT) / gaps) } else { 0.0 };
        for (place, &index) in own.iter().enumerate() {
            x[index] = (at[node].x + WIDTH / 2.0 + step * (place as f64 - gaps / 2.0)).round();
        }
    }
    x
}

fn curve(points: &mut Vec<Point>, to: Point) {
    let Some(&from) = points.last() else { return };
    let reach = ((to.y - from.y).abs() * 0.6).max(36.0);
    points.extend([Point { x: from.x, y: from.y + reach }, Point { x: to.x, y: to.y - reach }, to]);
}

fn straight(points: &mut Vec<Point>, y: f64) {
    let Some(&from) = points.last() else { return };
    let third = (y - from.y) / 3.0;
    points.extend([1.0, 2.0, 3.0].map(|part| Point { x: from.x, y: from.y + third * part }));
}
