//! The Merkle tree over the log's leaves, as RFC 6962 has it: heads, and proofs that one grew from another.

use sha2::{Digest, Sha256};

type Hash = [u8; 32];

/// RFC 6962, section 2.1: a leaf's hash.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The right edge of the tree: all that is needed to append leaves and to know the root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the perfect subtrees, largest first; one per set bit of `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn push(&mut self, leaf_hash: Hash) {
        let mut node = leaf_hash;
        let mut bits = self.size;
        while bits & 1 == 1 {
            let left = self.peaks.pop().expect("one peak per set bit of the size");
            node = node_hash(&left, &node);
            bits >>= 1;
        }
        self.peaks.push(node);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }

    /// The size, eight bytes, and the peaks after it: what a later proof starts from.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.size.to_be_bytes().as_slice(), self.peaks.as_flattened()].concat()
    }

    /// Reads [`Frontier::to_bytes`] back.
    pub fn from_bytes(bytes: &[u8]) -> Option<Frontier> {
        let (size, peaks) = bytes.split_first_chunk::<8>()?;
        let size = u64::from_be_bytes(*size);
        let (peaks, rest) = peaks.as_chunks::<32>();
        (rest.is_empty() && peaks.len() == size.count_ones() as usize).then(|| Frontier { size, peaks: peaks.to_vec() })
    }

    /// The peak that begins at leaf `start`: one peak per set bit of `start` stands before it.
    fn peak_at(&self, start: u64) -> Hash {
        self.peaks[start.count_ones() as usize]
    }
}

/// RFC 6962, section 2.1.2: that the log with the leaves `since` begins with the log that had the head `old`.
pub fn proof(old: &Frontier, since: &[Hash]) -> Vec<Hash> {
    let size = old.size + since.len() as u64;
    if old.size == 0 || since.is_empty() {
        return Vec::new();
    }
    let mut proof = Vec::new();
    Subtrees { old, since }.prove(0, size, true, &mut proof);
    proof
}

struct Subtrees<'a> {
    old: &'a Frontier,
    since: &'a [Hash],
}

impl Subtrees<'_> {
    fn prove(&self, start: u64, end: u64, is_whole: bool, proof: &mut Vec<Hash>) {
        if end == self.old.size {
            if !is_whole {
                proof.push(self.old.peak_at(start));
            }
            return;
        }
        let middle = start + split(end - start);
        if self.old.size <= middle {
            self.prove(start, middle, is_whole, proof);
            proof.push(self.grown(middle, end));
        } else {
            self.prove(middle, end, false, proof);
            proof.push(self.old.peak_at(start));
        }
    }

    /// A subtree of new leaves alone.
    fn grown(&self, start: u64, end: u64) -> Hash {
        let place = |leaf: u64| usize::try_from(leaf - self.old.size).expect("a place in a slice");
        root_of(&self.since[place(start)..place(end)])
    }
}

fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(many.len().next_power_of_two() / 2);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The largest power of two below `n`, for `n` of two and more.
fn split(n: u64) -> u64 {
    n.next_power_of_two() / 2
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotGrown {
    #[error("the log of {new} leaves is shorter than the one of {old} before it")]
    Shorter { old: u64, new: u64 },
    #[error("the proof does not show that the log of {new} leaves begins with the one of {old} before it")]
    Otherwise { old: u64, new: u64 },
}

/// RFC 9162, section 2.1.4.2: checks a [`proof`] from one head, size and root, to a later one.
pub fn grew((old, old_root): (u64, &Hash), (new, new_root): (u64, &Hash), proof: &[Hash]) -> Result<(), NotGrown> {
    let otherwise = NotGrown::Otherwise { old, new };
    if old > new {
        return Err(NotGrown::Shorter { old, new });
    }
    if old == 0 || old == new {
        let same = old == 0 || old_root == new_root;
        return if proof.is_empty() && same { Ok(()) } else { Err(otherwise) };
    }
    let mut steps = proof.iter();
    let first = if old.is_power_of_two() { old_root } else { steps.next().ok_or(otherwise)? };
    let (mut left, mut right) = (old - 1, new - 1);
    while left & 1 == 1 {
        left >>= 1;
        right >>= 1;
    }
    let (mut from_old, mut from_new) = (*first, *first);
    for step in steps {
        if right == 0 {
            return Err(otherwise);
        }
        if left & 1 == 1 || left == right {
            from_old = node_hash(step, &from_old);
            from_new = node_hash(step, &from_new);
            while left != 0 && left & 1 == 0 {
                left >>= 1;
                right >>= 1;
            }
        } else {
            from_new = node_hash(&from_new, step);
        }
        left >>= 1;
        right >>= 1;
    }
    if right == 0 && from_old == *old_root && from_new == *new_root { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hex;

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    fn head(leaves: &[Hash]) -> Frontier {
        let mut frontier = Frontier::default();
        leaves.iter().for_each(|leaf| frontier.push(*leaf));
        frontier
    }

    #[test]
    fn the_root_is_the_one_rfc_6962_defines_at_every_size() {
        let leaves = leaves(70);
        for size in 0..leaves.len() {
            assert_eq!(head(&leaves[..size]).root(), root_of(&leaves[..size]), "size {size}");
        }
    }

    #[test]
    fn the_empty_leaf_and_the_empty_tree_hash_as_rfc_6962_says() {
        assert_eq!(hex(&leaf_hash(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(hex(&Frontier::default().root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn a_frontier_reads_back() {
        for size in 0..70 {
            let frontier = head(&leaves(size));
            assert_eq!(Frontier::from_bytes(&frontier.to_bytes()), Some(frontier));
        }
        assert_eq!(Frontier::from_bytes(&[0; 7]), None);
        assert_eq!(Frontier::from_bytes(&[[0; 8].as_slice(), &[0; 32]].concat()), None);
    }

    /// RFC 6962, section 2.1.2, over all leaves, slow and plain.
    fn reference(old: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if is_whole { Vec::new() } else { vec![root_of(leaves)] };
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut proof, other) = match old <= left.len() {
            true => (reference(old, left, is_whole), root_of(right)),
            false => (reference(old - left.len(), right, false), root_of(left)),
        };
        proof.push(other);
        proof
    }

    #[test]
    fn a_proof_is_the_one_rfc_6962_defines_and_holds_for_nothing_else() {
        let leaves = leaves(40);
        for new in 1..=leaves.len() {
            for old in 1..=new {
                let (before, after) = (head(&leaves[..old]), head(&leaves[..new]));
                let proof = proof(&before, &leaves[old..new]);
                assert_eq!(proof, reference(old, &leaves[..new], true), "{old} to {new}");
                let (from, to) = ((before.size(), &before.root()), (after.size(), &after.root()));
                assert_eq!(grew(from, to, &proof), Ok(()), "{old} to {new}");

                let forged = leaf_hash(b"forged");
                let old_head = head(&[vec![forged], leaves[1..old].to_vec()].concat());
                assert!(grew((old_head.size(), &old_head.root()), to, &proof).is_err(), "another beginning: {old} to {new}");
                assert!(grew(from, (after.size(), &forged), &proof).is_err(), "another end: {old} to {new}");
                for place in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[place] = forged;
                    assert!(grew(from, to, &bent).is_err(), "{old} to {new}, step {place}");
                    bent.remove(place);
                    assert!(grew(from, to, &bent).is_err(), "{old} to {new}, without step {place}");
                }
                assert!(grew(from, to, &[proof.as_slice(), &[forged]].concat()).is_err(), "{old} to {new}, one step more");
            }
        }
        let (one, two) = (head(&leaves[..1]), head(&leaves[..2]));
        assert_eq!(grew((2, &two.root()), (1, &one.root()), &[]), Err(NotGrown::Shorter { old: 2, new: 1 }));
    }
}
