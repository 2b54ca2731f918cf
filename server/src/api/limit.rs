//! How often somebody may try: ten times in a quarter of an hour, for each address and for each account.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Mutex;

use domain::problem::Problem;

use crate::clock::{MINUTE, Micros, SECOND};

const TRIES: usize = 10;
const WINDOW: Micros = 15 * MINUTE;
/// Knocks in vain at a hook from one address, in a minute. Enough that a cluster which still signs with the secret before
/// does not shut out those behind the same address at once.
const KNOCKS: usize = 120;
/// What one cluster may tell in a minute: all its components some times over.
const PACE: usize = 6_000;
/// More names than this are an attack; the oldest are forgotten first.
const KEPT: usize = 20_000;

/// Tries of late, in memory: a restart forgives.
#[derive(Debug, Default)]
pub struct Limits {
    tries: Mutex<HashMap<String, Vec<Micros>>>,
}

impl Limits {
    /// Counts a try to prove who one is, and refuses it if there were too many from there or at that account.
    pub fn attempt(&self, now: Micros, address: Option<IpAddr>, account: Option<&str>) -> Result<(), Problem> {
        let from = address.map(|address| format!("from {address}"));
        let at = account.map(|account| format!("at {}", account.to_lowercase()));
        let mut tries = self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        forget(&mut tries, now);
        for key in [from, at].into_iter().flatten() {
            let recent = tries.entry(key).or_default();
            recent.retain(|at| now - at < WINDOW);
            if recent.len() >= TRIES {
                let wait = (recent[0] + WINDOW - now) / SECOND + 1;
                return Err(Problem::new(429, "too_many_tries", "Too many tries. The next one counts in a while.")
                    .hint(format!("Wait {} minutes.", (wait + 59) / 60))
                    .with("retry_after", wait));
            }
            recent.push(now);
        }
        Ok(())
    }

    /// A try that succeeded counts for nothing: an office behind one address logs in all morning. The tries before
    /// it at other accounts stay counted, or a login of one's own between them would buy ten more.
    pub fn forgive(&self, address: Option<IpAddr>, account: Option<&str>) {
        let mut tries = self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(recent) = address.and_then(|address| tries.get_mut(&format!("from {address}"))) {
            recent.pop();
        }
        if let Some(account) = account {
            tries.remove(&format!("at {}", account.to_lowercase()));
        }
    }
}

impl Limits {
    /// Whether this address may knock at a hook again.
    pub fn may_knock(&self, now: Micros, address: Option<IpAddr>) -> Result<(), Problem> {
        let tries = self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let recent = tries.get(&knock(address)).map_or(0, |tries| tries.iter().filter(|at| now - **at < MINUTE).count());
        if recent >= KNOCKS { Err(too_fast()) } else { Ok(()) }
    }

    /// Counts a knock whose proof did not hold.
    pub fn knocked_in_vain(&self, now: Micros, address: Option<IpAddr>) {
        let _ = self.count(now, knock(address), KNOCKS);
    }

    /// Counts what a cluster told, and refuses it where it tells too much.
    pub fn pace(&self, now: Micros, cluster: &str) -> Result<(), Problem> {
        self.count(now, format!("told by {cluster}"), PACE)
    }

    fn count(&self, now: Micros, key: String, most: usize) -> Result<(), Problem> {
        let mut tries = self.tries.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        forget(&mut tries, now);
        let recent = tries.entry(key).or_default();
        recent.retain(|at| now - at < MINUTE);
        if recent.len() >= most {
            return Err(too_fast());
        }
        recent.push(now);
        Ok(())
    }
}

fn knock(address: Option<IpAddr>) -> String {
    address.map_or_else(|| String::from("knocks"), |address| format!("knocks from {address}"))
}

fn too_fast() -> Problem {
    Problem::new(429, "too_many_tries", "Too many requests.").with("retry_after", MINUTE / SECOND)
}

fn forget(tries: &mut HashMap<String, Vec<Micros>>, now: Micros) {
    if tries.len() < KEPT {
        return;
    }
    tries.retain(|_, at| at.last().is_some_and(|last| now - last < WINDOW));
    while tries.len() >= KEPT {
        let Some(oldest) = tries.iter().min_by_key(|(_, at)| at.last().copied()).map(|(key, _)| key.clone()) else { return };
        tries.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_until_the_first_is_a_quarter_of_an_hour_old() {
        let limits = Limits::default();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        for try_number in 0..10 {
            assert!(limits.attempt(try_number * SECOND, address, None).is_ok());
        }
        let refused = limits.attempt(11 * SECOND, address, None).expect_err("the eleventh");
        assert_eq!((refused.status, refused.code.as_str()), (429, "too_many_tries"));
        assert!(limits.attempt(WINDOW, address, None).is_ok());
    }

    #[test]
    fn an_account_is_guarded_against_many_addresses() {
        let limits = Limits::default();
        for last in 0..10 {
            assert!(limits.attempt(0, Some(IpAddr::from([192, 0, 2, last])), Some("Ilse")).is_ok());
        }
        assert!(limits.attempt(0, Some(IpAddr::from([192, 0, 2, 99])), Some("ilse")).is_err());
        limits.forgive(None, Some("ILSE"));
        assert!(limits.attempt(0, Some(IpAddr::from([192, 0, 2, 99])), Some("ilse")).is_ok());
    }

    #[test]
    fn a_login_of_ones_own_buys_no_tries_at_others() {
        let limits = Limits::default();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        for n in 0..100 {
            assert!(limits.attempt(0, address, Some("eve")).is_ok());
            limits.forgive(address, Some("eve"));
            let guess = limits.attempt(0, address, Some(&format!("victim{n}")));
            assert_eq!(guess.is_ok(), n < 10);
            if n == 9 {
                break;
            }
        }
        assert!(limits.attempt(0, address, Some("victim")).is_err());
    }

    #[test]
    fn knocking_in_vain_is_refused_after_a_while_and_pace_is_each_clusters_own() {
        let limits = Limits::default();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        for _ in 0..KNOCKS {
            assert!(limits.may_knock(0, address).is_ok());
            limits.knocked_in_vain(0, address);
        }
        assert!(limits.may_knock(SECOND, address).is_err());
        assert!(limits.may_knock(SECOND, Some(IpAddr::from([192, 0, 2, 2]))).is_ok());
        assert!(limits.may_knock(MINUTE, address).is_ok());
        for _ in 0..PACE {
            assert!(limits.pace(0, "one").is_ok());
        }
        assert!(limits.pace(0, "one").is_err() && limits.pace(0, "other").is_ok() && limits.pace(MINUTE, "one").is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let limits = Limits::default();
        for n in 0..(KEPT as u32 + 5) {
            let _ = limits.attempt(0, Some(IpAddr::from(n.to_be_bytes())), None);
        }
        assert!(limits.tries.lock().map(|tries| tries.len()).unwrap_or_default() <= KEPT);
    }
}
