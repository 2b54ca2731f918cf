//! One deploy per repository at a time. It only saves work: what keeps the record right is that a push names the
//! head it builds on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Default)]
pub struct Leases(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Leases {
    /// The lease of a cluster's repository.
    pub fn of(&self, cluster: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        leases.entry(cluster.to_owned()).or_default().clone()
    }
}
