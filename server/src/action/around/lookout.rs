//! Looks at every bound branch again and again, each for itself: a host that never answers holds up no other.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

use super::look;
use crate::server::Shared;
use crate::store;

/// Branches that are looked at at once.
const PLACES: usize = 32;

/// What is being looked at, by cluster. Dropped, it leaves off.
pub struct Lookout {
    places: Arc<Semaphore>,
    under_way: BTreeMap<String, AbortHandle>,
    looks: JoinSet<()>,
}

impl Default for Lookout {
    fn default() -> Lookout {
        Lookout { places: Arc::new(Semaphore::new(PLACES)), under_way: BTreeMap::new(), looks: JoinSet::new() }
    }
}

impl Lookout {
    /// Asks every bound repository where it stands, and waits for none; one that has not answered the last time is not asked again.
    pub async fn round(&mut self, server: &Shared) {
        while self.looks.try_join_next().is_some() {}
        self.under_way.retain(|_, look| !look.is_finished());
        let clusters = async { store::cluster::list(&mut *server.store.read().await?).await };
        let clusters = match clusters.await {
            Ok(clusters) => clusters,
            Err(error) => return tracing::error!(%error, "Cannot read the clusters"),
        };
        for cluster in clusters.into_iter().filter(|cluster| cluster.bound_at.is_some()) {
            if self.under_way.contains_key(&cluster.id) {
                continue;
            }
            let (id, places, server) = (cluster.id.clone(), Arc::clone(&self.places), Shared::clone(server));
            let looking = self.looks.spawn(async move {
                let Ok(_place) = places.acquire_owned().await else { return };
                if let Err(problem) = look(&server, &cluster).await {
                    tracing::warn!(cluster.name = %cluster.name, detail = %problem.detail, "The branch could not be looked at");
                }
            });
            self.under_way.insert(id, looking);
        }
    }
}
