//! One deploy per repository at a time, and few conversations with its host. It only saves work: what keeps the
//! record right is that a push names the head it builds on, and that one deployment of a repository is under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

/// Conversations with one host at once. One that was given up keeps its place until the host lets go of it.
const CONVERSATIONS: usize = 8;

#[derive(Default)]
pub struct Leases(Mutex<HashMap<String, Repository>>);

#[derive(Clone)]
struct Repository {
    lease: Arc<tokio::sync::Mutex<()>>,
    conversations: Arc<Semaphore>,
}

impl Leases {
    /// The lease of a cluster's repository.
    pub fn of(&self, cluster: &str) -> Arc<tokio::sync::Mutex<()>> {
        if is_off() {
            return Arc::default();
        }
        self.repository(cluster).lease
    }

    /// The places for conversations with the host of a cluster's repository.
    pub fn conversations(&self, cluster: &str) -> Arc<Semaphore> {
        self.repository(cluster).conversations
    }

    fn repository(&self, cluster: &str) -> Repository {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Repository { lease: Arc::default(), conversations: Arc::new(Semaphore::new(CONVERSATIONS)) };
        known.entry(cluster.to_owned()).or_insert_with(fresh).clone()
    }
}

/// A test races deployers without it. Release builds cannot.
pub fn is_off() -> bool {
    #[cfg(debug_assertions)]
    return *OFF;
    #[cfg(not(debug_assertions))]
    false
}

#[cfg(debug_assertions)]
static OFF: std::sync::LazyLock<bool> = std::sync::LazyLock::new(|| {
    // A test switches it off for one process; it is no setting of the product.
    std::env::var("COUNTERSIGN_LEASE").is_ok_and(|lease| lease == "off")
});
