//! Orders the nodes of each row so that few edges cross: median and barycentre sweeps, then swaps of neighbours.

use super::rank::Grid;
use crate::order;

/// Sweeps that gain nothing, one after the other, before it is good enough.
const PATIENCE: usize = 4;
const SWEEPS: usize = 24;
const SWAPS: usize = 6;

pub fn untangle(grid: &mut Grid) {
    let mut place = places(grid);
    let mut best = grid.rows.clone();
    let mut fewest = crossings(grid, &place);
    let mut in_vain = 0;
    for sweep in 0..SWEEPS {
        if fewest == 0 || in_vain >= PATIENCE {
            break;
        }
        let down = sweep % 2 == 0;
        let by = if sweep % 4 < 2 { mean } else { median };
        let rows: Vec<usize> = if down { (1..grid.rows.len()).collect() } else { (0..grid.rows.len().saturating_sub(1)).rev().collect() };
        for row in rows {
            sort(grid, &mut place, row, down, by);
        }
        let now = crossings(grid, &place);
        if now < fewest {
            in_vain = 0;
            fewest = now;
            best.clone_from(&grid.rows);
        } else {
            in_vain += 1;
        }
    }
    grid.rows = best;
    swap(grid);
}

fn places(grid: &Grid) -> Vec<usize> {
    let mut place = vec![0; grid.row_of.len()];
    for row in &grid.rows {
        for (index, &node) in row.iter().enumerate() {
            place[node] = index;
        }
    }
    place
}

fn mean(around: &mut [usize]) -> f64 {
    around.iter().sum::<usize>() as f64 / around.len() as f64
}

fn median(around: &mut [usize]) -> f64 {
    order::sort(around, &mut |a, b| a.cmp(&b));
    let half = around.len() / 2;
    if around.len() % 2 == 1 { around[half] as f64 } else { f64::midpoint(around[half - 1] as f64, around[half] as f64) }
}

/// Moves each node to the middle of its neighbours; those without any stay where they are.
fn sort(grid: &mut Grid, place: &mut [usize], row: usize, by_above: bool, by: fn(&mut [usize]) -> f64) {
    let neighbours = if by_above { &grid.above } else { &grid.below };
    let mut around = Vec::new();
    let mut moving: Vec<(f64, usize)> = Vec::with_capacity(grid.rows[row].len());
    for &node in grid.rows[row].iter().filter(|&&node| !neighbours[node].is_empty()) {
        around.clear();
        around.extend(neighbours[node].iter().map(|&other| place[other]));
        moving.push((by(&mut around), node));
    }
    // Ties keep their order.
    let by_middle = order::order(moving.len(), &mut |a, b| moving[a].0.total_cmp(&moving[b].0));
    let mut moving = by_middle.into_iter().map(|index| moving[index].1);
    for (index, slot) in grid.rows[row].iter_mut().enumerate() {
        if !neighbours[*slot].is_empty() {
            *slot = moving.next().unwrap_or(*slot);
        }
        place[*slot] = index;
    }
}

/// Swaps neighbours wherever that alone saves crossings, until nothing is gained or it was tried often enough.
fn swap(grid: &mut Grid) {
    let mut place = places(grid);
    let mut near = Near { above: grid.above.clone(), below: grid.below.clone() };
    near.sort_all(&place);
    for _ in 0..SWAPS {
        let mut gained = false;
        for row in 0..grid.rows.len() {
            for left in 1..grid.rows[row].len() {
                let (a, b) = (grid.rows[row][left - 1], grid.rows[row][left]);
                let (now, then) = near.crossings(a, b, &place);
                if then < now {
                    grid.rows[row].swap(left - 1, left);
                    place[a] = left;
                    place[b] = left - 1;
                    near.swapped(grid, a, b, &place);
                    gained = true;
                }
            }
        }
        if !gained {
            break;
        }
    }
}

/// Neighbours of each node, left to right.
struct Near {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Near {
    fn sort_all(&mut self, place: &[usize]) {
        for list in self.above.iter_mut().chain(&mut self.below) {
            order::sort(list, &mut |a, b| place[a].cmp(&place[b]));
        }
    }

    /// Crossings between the edges of two neighbours of a row, as they stand and the other way round.
    fn crossings(&self, a: usize, b: usize, place: &[usize]) -> (usize, usize) {
        let (mut now, mut then) = (0, 0);
        for lists in [&self.above, &self.below] {
            let (left, right) = (&lists[a], &lists[b]);
            now += inversions(left, right, place);
            then += inversions(right, left, place);
        }
        (now, then)
    }

    /// Only lists that hold both can be out of order now.
    fn swapped(&mut self, grid: &Grid, a: usize, b: usize, place: &[usize]) {
        for &over in &grid.above[a] {
            order::sort(&mut self.below[over], &mut |a, b| place[a].cmp(&place[b]));
        }
        for &under in &grid.below[a] {
            order::sort(&mut self.above[under], &mut |a, b| place[a].cmp(&place[b]));
        }
        debug_assert!(place[b] < place[a]);
    }
}

/// Pairs of which the one from `left` ends right of the one from `right`; both lists are sorted.
fn inversions(left: &[usize], right: &[usize], place: &[usize]) -> usize {
    let (mut count, mut below) = (0, 0);
    for &end in left {
        while below < right.len() && place[right[below]] < place[end] {
            below += 1;
        }
        count += below;
    }
    count
}

/// Pairs of edges that cross between neighbouring rows, counted with a tree of sums.
fn crossings(grid: &Grid, place: &[usize]) -> usize {
    let (mut ends, mut below, mut sums) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    for row in &grid.rows {
        ends.clear();
        for &node in row {
            below.clear();
            below.extend(grid.below[node].iter().map(|&other| place[other]));
            order::sort(&mut below, &mut |a, b| a.cmp(&b));
            ends.extend_from_slice(&below);
        }
        sums.clear();
        sums.resize(ends.iter().max().map_or(0, |last| last + 2), 0usize);
        for (seen, &end) in ends.iter().enumerate() {
            let mut at = end + 1;
            let mut up_to = 0;
            while at > 0 {
                up_to += sums[at];
                at &= at - 1;
            }
            count += seen - up_to;
            let mut at = end + 1;
            while at < sums.len() {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    count
}
