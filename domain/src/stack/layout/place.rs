//! How far right each node stands: as near to its neighbours as the order of its row allows.

use super::rank::Grid;
use super::{GAP, HEIGHT, MARGIN, ROW, WIDTH};
use crate::order;
use crate::stack::Point;

const PASSES: usize = 16;
/// How much room a passing edge takes.
const LANE: f64 = 24.0;

/// The left edge of each component (and the middle of each passing edge).
pub fn columns(grid: &Grid, stated: &[Option<Point>]) -> Vec<f64> {
    let mut middle = vec![0.0; grid.row_of.len()];
    for row in &grid.rows {
        let mut x = 0.0;
        for &node in row {
            middle[node] = x + width(grid, node) / 2.0;
            x += width(grid, node) + if grid.is_component(node) { GAP } else { LANE };
        }
    }
    let mut blocks = Vec::new();
    for pass in 0..PASSES {
        let down = pass % 2 == 0;
        let both = pass + 2 >= PASSES;
        let mut settle = |row: &Vec<usize>| {
            let wanted: Vec<f64> = row.iter().map(|&node| between_neighbours(grid, &middle, node, down, both)).collect();
            settle(grid, row, &wanted, &mut middle, &mut blocks);
        };
        if down { grid.rows.iter().for_each(&mut settle) } else { grid.rows.iter().rev().for_each(&mut settle) }
    }
    let in_rows = grid.rows.iter().flatten().copied();
    let leftmost = in_rows.map(|node| middle[node] - width(grid, node) / 2.0).fold(f64::INFINITY, f64::min);
    let shift = if leftmost.is_finite() { MARGIN - leftmost } else { 0.0 };
    middle.iter_mut().for_each(|x| *x += shift);
    finished(grid, stated, middle)
}

/// The same where most nodes stood before: `middle` says where, and for the others where they would like to.
/// Rows in which nothing is new stay as they are.
pub fn kept_columns(grid: &Grid, stated: &[Option<Point>], mut middle: Vec<f64>) -> Vec<f64> {
    let mut blocks = Vec::new();
    for row in &grid.rows {
        let wanted: Vec<f64> = row.iter().map(|&node| middle[node]).collect();
        settle(grid, row, &wanted, &mut middle, &mut blocks);
    }
    finished(grid, stated, middle)
}

fn width(grid: &Grid, node: usize) -> f64 {
    if grid.is_component(node) { WIDTH } else { 0.0 }
}

/// Whole pixels, never nearer to each other or to the left end than they may be; then out of the way of stated boxes.
fn finished(grid: &Grid, stated: &[Option<Point>], mut middle: Vec<f64>) -> Vec<f64> {
    for row in &grid.rows {
        let mut before: Option<usize> = None;
        for &node in row {
            let from = before.map_or(MARGIN + width(grid, node) / 2.0, |before| middle[before] + apart(grid, before, node));
            middle[node] = middle[node].round().max(from);
            before = Some(node);
        }
    }
    let mut left: Vec<f64> = (0..middle.len()).map(|node| middle[node] - width(grid, node) / 2.0).collect();
    step_aside(grid, stated, &mut left);
    left
}

fn between_neighbours(grid: &Grid, middle: &[f64], node: usize, down: bool, both: bool) -> f64 {
    let (above, below): (&[usize], &[usize]) = match (both, down) {
        (true, _) => (&grid.above[node], &grid.below[node]),
        (false, true) => (&grid.above[node], &[]),
        (false, false) => (&[], &grid.below[node]),
    };
    let count = above.len() + below.len();
    if count == 0 {
        return middle[node];
    }
    above.iter().chain(below).map(|&other| middle[other]).sum::<f64>() / count as f64
}

/// Neighbours of a row that touch and move together.
struct Block {
    first: usize,
    offset: f64,
    sum: f64,
    count: f64,
}

/// Moves a row to where its nodes want to be without changing its order: boxes that would overlap form a block that
/// stands where its members want to be on average (the pool-adjacent-violators method).
fn settle(grid: &Grid, row: &[usize], wanted: &[f64], middle: &mut [f64], blocks: &mut Vec<Block>) {
    blocks.clear();
    let mut offset = 0.0;
    for (index, &want) in wanted.iter().enumerate() {
        if index > 0 {
            offset += apart(grid, row[index - 1], row[index]);
        }
        let mut block = Block { first: index, offset, sum: want - offset, count: 1.0 };
        while let Some(before) = blocks.pop_if(|before| before.sum / before.count > block.sum / block.count) {
            block = Block { first: before.first, offset: before.offset, sum: before.sum + block.sum, count: before.count + block.count };
        }
        blocks.push(block);
    }
    let mut end = row.len();
    for block in blocks.iter().rev() {
        if block.count == 1.0 {
            middle[row[block.first]] = wanted[block.first]; // exactly: not by way of its offset
        } else {
            let mut x = block.sum / block.count + block.offset;
            for index in block.first..end {
                if index > block.first {
                    x += apart(grid, row[index - 1], row[index]);
                }
                middle[row[index]] = x;
            }
        }
        end = block.first;
    }
}

/// The least distance between the middles of two neighbours in a row.
fn apart(grid: &Grid, left: usize, right: usize) -> f64 {
    match (grid.is_component(left), grid.is_component(right)) {
        (true, true) => WIDTH + GAP,
        (false, false) => LANE,
        // One edge fits between two boxes without moving them.
        _ => f64::midpoint(WIDTH, GAP),
    }
}

/// Boxes that nobody placed move right of those that a person put into their way.
fn step_aside(grid: &Grid, stated: &[Option<Point>], left: &mut [f64]) {
    if stated.iter().all(Option::is_none) {
        return;
    }
    for (row, nodes) in grid.rows.iter().enumerate() {
        let y = MARGIN + row as f64 * ROW;
        let fixed: Vec<f64> = stated.iter().flatten().filter(|point| (point.y - y).abs() < HEIGHT + 8.0).map(|point| point.x).collect();
        let left_to_right = order::order(fixed.len(), &mut |a, b| fixed[a].total_cmp(&fixed[b]));
        let mut free_from = f64::NEG_INFINITY;
        for &node in nodes.iter().filter(|&&node| grid.is_component(node) && stated[node].is_none()) {
            let mut x = left[node].max(free_from);
            for taken in left_to_right.iter().map(|&index| fixed[index]) {
                if x < taken + WIDTH + GAP && taken < x + WIDTH + GAP {
                    x = taken + WIDTH + GAP;
                }
            }
            left[node] = x;
            free_from = x + WIDTH + GAP;
        }
    }
}
