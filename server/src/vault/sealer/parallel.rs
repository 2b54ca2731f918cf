//! Spreads pure CPU work over the machine's cores and keeps the order of the results.

use std::num::NonZero;
use std::thread;

/// Below this many items a thread costs more than it saves.
const WORTH_IT: usize = 16;

pub(super) fn map<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if cores == 1 || items.len() < WORTH_IT {
        return items.into_iter().map(work).collect();
    }
    let share = items.len().div_ceil(cores);
    let mut shares = Vec::with_capacity(cores);
    let mut rest = items.into_iter();
    while rest.len() > 0 {
        shares.push(rest.by_ref().take(share).collect::<Vec<T>>());
    }
    let work = &work;
    thread::scope(|scope| {
        let running: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(move || share.into_iter().map(work).collect::<Vec<R>>())).collect();
        let finished = running.into_iter().flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        finished.collect()
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_items() {
        for length in [0, 1, 15, 16, 17, 1000] {
            let doubled: Vec<usize> = super::map((0..length).collect(), |n| 2 * n);
            assert_eq!(doubled, (0..length).map(|n| 2 * n).collect::<Vec<_>>());
        }
    }
}
