//! Which row each component stands in, and the points at which long edges pass the rows between.

use super::Edge;

/// The wave of each component. An edge that would close a cycle is passed over.
pub fn waves(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut waits_for = vec![Vec::new(); count];
    for edge in edges {
        waits_for[edge.component].push(edge.on);
    }
    let mut wave = vec![None; count];
    let mut open = vec![false; count];
    for root in 0..count {
        // Depth first with an own stack: a chain of a thousand must not end the thread's.
        let mut path = vec![(root, 0)];
        while let Some((at, next)) = path.last_mut() {
            let at = *at;
            if wave[at].is_some() {
                path.pop();
                continue;
            }
            open[at] = true;
            match waits_for[at].get(*next) {
                Some(&on) => {
                    *next += 1;
                    if wave[on].is_none() && !open[on] {
                        path.push((on, 0));
                    }
                }
                None => {
                    wave[at] = Some(waits_for[at].iter().filter_map(|&on| wave[on]).map(|before| before + 1).max().unwrap_or(0));
                    open[at] = false;
                    path.pop();
                }
            }
        }
    }
    wave.into_iter().map(Option::unwrap_or_default).collect()
}

/// Rows of nodes: components first (with their own numbers), then the points where long edges pass.
pub struct Grid {
    pub rows: Vec<Vec<usize>>,
    /// The neighbours of each node in the row above and below.
    pub above: Vec<Vec<usize>>,
    pub below: Vec<Vec<usize>>,
    pub row_of: Vec<usize>,
    /// For each edge the points it passes, from `on` down to `component`.
    pub passes: Vec<Vec<usize>>,
    pub components: usize,
}

impl Grid {
    /// Without the components that a person placed: they stand in no row, and their edges pass through none.
    pub fn new(wave: &[usize], edges: &[Edge], is_stated: impl Fn(usize) -> bool) -> Grid {
        let components = wave.len();
        let mut grid = Grid {
            rows: vec![Vec::new(); wave.iter().max().map_or(0, |last| last + 1)],
            above: vec![Vec::new(); components],
            below: vec![Vec::new(); components],
            row_of: wave.to_vec(),
            passes: Vec::with_capacity(edges.len()),
            components,
        };
        for (node, &row) in wave.iter().enumerate().filter(|&(node, _)| !is_stated(node)) {
            grid.rows[row].push(node);
        }
        for edge in edges {
            let is_routed = !is_stated(edge.on) && !is_stated(edge.component);
            let passes = if is_routed { grid.pass(wave[edge.on], wave[edge.component]) } else { Vec::new() };
            if is_routed && wave[edge.on] < wave[edge.component] {
                let mut from = edge.on;
                for &to in passes.iter().chain([&edge.component]) {
                    grid.below[from].push(to);
                    grid.above[to].push(from);
                    from = to;
                }
            }
            grid.passes.push(passes);
        }
        grid
    }

    /// One new node for each row between the two.
    fn pass(&mut self, from: usize, to: usize) -> Vec<usize> {
        let rows = from + 1..to.max(from + 1);
        rows.map(|row| {
            let node = self.row_of.len();
            self.row_of.push(row);
            self.rows[row].push(node);
            self.above.push(Vec::new());
            self.below.push(Vec::new());
            node
        })
        .collect()
    }

    pub fn is_component(&self, node: usize) -> bool {
        node < self.components
    }
}
