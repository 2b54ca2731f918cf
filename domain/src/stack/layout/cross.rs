//! Orders the nodes of each row so that few edges cross: barycentre sweeps, the best one kept.

use super::rank::Grid;

const SWEEPS: usize = 12;

pub fn untangle(grid: &mut Grid) {
    let mut place = places(grid);
    let mut best = grid.rows.clone();
    let mut fewest = crossings(grid, &place);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let down = sweep % 2 == 0;
        let rows: Vec<usize> = if down { (1..grid.rows.len()).collect() } else { (0..grid.rows.len().saturating_sub(1)).rev().collect() };
        for row in rows {
            sort(grid, &mut place, row, down);
        }
        let now = crossings(grid, &place);
        if now < fewest {
            fewest = now;
            best.clone_from(&grid.rows);
        }
    }
    grid.rows = best;
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

/// Moves each node to the mean of its neighbours; those without any stay where they are.
fn sort(grid: &mut Grid, place: &mut [usize], row: usize, by_above: bool) {
    let neighbours = if by_above { &grid.above } else { &grid.below };
    let mean = |node: usize| {
        let around = &neighbours[node];
        (!around.is_empty()).then(|| around.iter().map(|&other| place[other] as f64).sum::<f64>() / around.len() as f64)
    };
    let mut moving: Vec<(f64, usize)> = grid.rows[row].iter().filter_map(|&node| Some((mean(node)?, node))).collect();
    moving.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable: ties keep their order
    let mut moving = moving.into_iter().map(|(_, node)| node);
    let order: Vec<usize> =
        grid.rows[row].iter().map(|&node| if neighbours[node].is_empty() { node } else { moving.next().unwrap_or(node) }).collect();
    for (index, &node) in order.iter().enumerate() {
        place[node] = index;
    }
    grid.rows[row] = order;
}

/// Pairs of edges that cross between neighbouring rows, counted with a tree of sums.
fn crossings(grid: &Grid, place: &[usize]) -> usize {
    let between = |row: &Vec<usize>| {
        let mut ends = Vec::new();
        for &node in row {
            let mut below: Vec<usize> = grid.below[node].iter().map(|&other| place[other]).collect();
            below.sort_unstable();
            ends.extend(below);
        }
        let mut sums = vec![0usize; ends.iter().max().map_or(0, |last| last + 2)];
        let mut count = 0;
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
        count
    };
    grid.rows.iter().map(between).sum()
}
