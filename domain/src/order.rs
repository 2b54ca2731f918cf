//! One sort for every order: in the browser a copy of the standard one for each would weigh more than what is sorted.

use std::cmp::Ordering;

/// Sorts indices by what is said of two of them; equal ones keep their order.
pub fn sort(indices: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    indices.sort_by(|&a, &b| compare(a, b));
}

/// The indices of a list, in order.
pub fn order(count: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..count).collect();
    sort(&mut indices, compare);
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_keep_their_order() {
        let words = ["b", "a", "b", "a"];
        assert_eq!(order(4, &mut |a, b| words[a].cmp(words[b])), [1, 3, 0, 2]);
    }
}
