//! Time as it is handed to the rest: nobody else asks the operating system, so a test can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970, UTC: how times stand in the database.
pub type Micros = i64;

pub const SECOND: Micros = 1_000_000;
pub const MINUTE: Micros = 60 * SECOND;
pub const HOUR: Micros = 60 * MINUTE;
pub const DAY: Micros = 24 * HOUR;

/// The system's clock, ahead of it by what a test has asked for.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicI64>,
}

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn now(&self) -> Micros {
        jiff::Timestamp::now().as_microsecond() + self.ahead.load(Ordering::Relaxed)
    }

    /// Moves the clock forward; for tests of everything that expires.
    pub fn advance(&self, by: Micros) {
        self.ahead.fetch_add(by, Ordering::Relaxed);
    }
}

/// A stored time for people and the API: RFC 3339.
pub fn rfc3339(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at).map_or_else(|_| String::from("unknown"), |at| at.to_string())
}
