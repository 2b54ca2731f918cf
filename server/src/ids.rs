//! Ids and one-time codes.

use rand::Rng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::Clock;

/// Makes the ids of rows: UUIDv7, so they sort by the time they were made.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    clock: Clock,
}

impl Ids {
    pub fn new(clock: Clock) -> Ids {
        Ids { clock }
    }

    pub fn next(&self) -> String {
        let now = self.clock.now();
        let seconds = u64::try_from(now / 1_000_000).unwrap_or_default();
        let nanos = u32::try_from(now % 1_000_000).unwrap_or_default() * 1_000;
        Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos)).to_string()
    }
}

/// Letters and digits that nobody confuses when reading them aloud.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code for a person to type, shown once: `XXXX-XXXX-XXXX`, 60 random bits.
pub fn code() -> String {
    let mut rng = rand::rng();
    let group = |rng: &mut rand::rngs::ThreadRng| -> String { (0..4).map(|_| char::from(ALPHABET[rng.random_range(0..32)])).collect() };
    [group(&mut rng), group(&mut rng), group(&mut rng)].join("-")
}

/// A token for machines, recognisable by those who scan for leaked ones.
pub fn token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    format!("cs_{}", domain::text::hex(&bytes))
}

pub fn salt() -> [u8; 16] {
    rand::rng().random()
}

/// What is stored of a code or token. They are random and long, so a plain hash keeps them.
pub fn hash(code: &str) -> String {
    domain::text::hex(&Sha256::digest(code.as_bytes()))
}

/// A typed code as it was printed: case, spaces and dashes do not matter.
pub fn normal_code(typed: &str) -> String {
    let plain: Vec<char> = typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    plain.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// Sixteen random bytes in hex: two freezings are two plans.
pub fn nonce() -> String {
    domain::text::hex(&salt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_typed() {
        let code = code();
        assert_eq!(code.len(), 14);
        assert_eq!(normal_code(&code.to_lowercase().replace('-', " ")), code);
        assert_eq!(normal_code(&code.replace('-', "")), code);
    }

    #[test]
    fn ids_are_sorted_by_time() {
        let clock = Clock::default();
        let ids = Ids::new(clock.clone());
        let first = ids.next();
        clock.advance(5_000);
        assert!(first < ids.next());
    }
}
