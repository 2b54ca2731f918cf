//! How far right each node stands: as near to its neighbours as the order of its row allows.

use super::rank::Grid;
use super::{GAP, HEIGHT, MARGIN, ROW, WIDTH};
use crate::stack::Point;

const PASSES: usize = 16;
/// How much room a passing edge takes.
const LANE: f64 = 24.0;

/// The left edge of each component (and the middle of each passing edge).
pub fn columns(grid: &Grid, stated: &[Option<Point>]) -> Vec<f64> {
    let width = |node: usize| if grid.is_component(node) { WIDTH } else { 0.0 };
    let mut middle = vec![0.0; grid.row_of.len()];
    for row in &grid.rows {
        let mut x = 0.0;
        for &node in row {
            middle[node] = x + width(node) / 2.0;
            x += width(node) + if grid.is_component(node) { GAP } else { LANE };
        }
    }
    for pass in 0..PASSES {
        let down = pass % 2 == 0;
        let rows: Vec<&Vec<usize>> = if down { grid.rows.iter().collect() } else { grid.rows.iter().rev().collect() };
        for row in rows {
            settle(grid, row, &mut middle, down, pass + 2 >= PASSES);
        }
    }
    let leftmost = (0..grid.row_of.len()).map(|node| middle[node] - width(node) / 2.0).fold(f64::INFINITY, f64::min);
    let shift = if leftmost.is_finite() { MARGIN - leftmost } else { 0.0 };
    let mut left: Vec<f64> = (0..middle.len()).map(|node| middle[node] - width(node) / 2.0 + shift).collect();
    step_aside(grid, stated, &mut left);
    left
}

/// Moves a row towards its neighbours without changing its order: boxes that would overlap form a block that stands
/// where its members want to be on average (the pool-adjacent-violators method).
fn settle(grid: &Grid, row: &[usize], middle: &mut [f64], down: bool, both: bool) {
    struct Block {
        first: usize,
        sum: f64,
        count: f64,
    }
    let mut offset = vec![0.0; row.len()];
    for index in 1..row.len() {
        offset[index] = offset[index - 1] + apart(grid, row[index - 1], row[index]);
    }
    let wanted = |node: usize| {
        let near: Vec<usize> = match (both, down) {
            (true, _) => grid.above[node].iter().chain(&grid.below[node]).copied().collect(),
            (false, true) => grid.above[node].clone(),
            (false, false) => grid.below[node].clone(),
        };
        if near.is_empty() { middle[node] } else { near.iter().map(|&other| middle[other]).sum::<f64>() / near.len() as f64 }
    };
    let mut blocks: Vec<Block> = Vec::new();
    for (index, &node) in row.iter().enumerate() {
        let mut block = Block { first: index, sum: wanted(node) - offset[index], count: 1.0 };
        while let Some(before) = blocks.pop_if(|before| before.sum / before.count > block.sum / block.count) {
            block = Block { first: before.first, sum: before.sum + block.sum, count: before.count + block.count };
        }
        blocks.push(block);
    }
    let mut end = row.len();
    for block in blocks.iter().rev() {
        for index in block.first..end {
            middle[row[index]] = block.sum / block.count + offset[index];
        }
        end = block.first;
    }
}

/// The least distance between the middles of two neighbours in a row.
fn apart(grid: &Grid, left: usize, right: usize) -> f64 {
    match (grid.is_component(left), grid.is_component(right)) {
        (true, true) => WIDTH + GAP,
        (false, false) => LANE,
        _ => WIDTH / 2.0 + LANE,
    }
}

/// Boxes that nobody placed move right of those that a person put into their way.
fn step_aside(grid: &Grid, stated: &[Option<Point>], left: &mut [f64]) {
    if stated.iter().all(Option::is_none) {
        return;
    }
    for (row, nodes) in grid.rows.iter().enumerate() {
        let y = MARGIN + row as f64 * ROW;
        let mut fixed: Vec<f64> = stated.iter().flatten().filter(|point| (point.y - y).abs() < HEIGHT + 8.0).map(|point| point.x).collect();
        fixed.sort_by(f64::total_cmp);
        let mut free_from = f64::NEG_INFINITY;
        for &node in nodes.iter().filter(|&&node| grid.is_component(node) && stated[node].is_none()) {
            let mut x = left[node].max(free_from);
            for &taken in &fixed {
                if x < taken + WIDTH + GAP && taken < x + WIDTH + GAP {
                    x = taken + WIDTH + GAP;
                }
            }
            left[node] = x;
            free_from = x + WIDTH + GAP;
        }
    }
}
