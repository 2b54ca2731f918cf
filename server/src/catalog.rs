//! Charts: the catalog that ships with the product, and what Helm repositories and OCI registries say of theirs.

mod archive;
mod built_in;
mod cache;
mod contents;
mod index;
mod inside;
pub mod kubernetes;
mod registry;
mod source;
mod trouble;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use domain::api::catalog::{Contents, RepositoryState};
use domain::stack;
use domain::text::hex;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

pub use built_in::{charts, of};
pub use cache::Kept;
pub use index::{Index, Listed, Version};
pub use inside::{CrdSchema, Inside, Shelf, of_file};
pub use source::{Credentials, Source};
pub use trouble::Trouble;

use crate::clock::{HOUR, Micros};
use crate::egress::{Ask, Client};
use archive::MAX_PACKED;
use cache::Cache;
use index::MAX_INDEX;
use registry::Registry;

/// So many hosts are asked at once; the next one waits.
const AT_ONCE: usize = 3;
/// An index younger than this is not fetched again for a question.
const FRESH: Micros = 6 * HOUR;
/// Indexes that are kept in memory; others are read from the folder again.
const IN_MEMORY: usize = 16;

/// Fetches and keeps; nothing here knows who asks, or which repositories are anybody's own.
pub struct Catalog {
    client: Client,
    cache: Cache,
    slots: Semaphore,
    stages: Mutex<HashMap<String, RepositoryState>>,
    memory: Mutex<HashMap<String, Arc<Kept>>>,
    /// Charts that were read, the oldest first.
    shelves: Mutex<Vec<(stack::Chart, Shelf)>>,
}

impl Catalog {
    pub fn new(client: Client, data: &Path) -> Catalog {
        let (stages, memory, shelves) = Default::default();
        Catalog { client, cache: Cache::at(data), slots: Semaphore::new(AT_ONCE), stages, memory, shelves }
    }

    /// How far it is with a repository since the server started.
    pub fn stage(&self, repository: &str) -> Option<RepositoryState> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).get(repository).cloned()
    }

    fn set_stage(&self, repository: &str, stage: RepositoryState) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).insert(repository.to_owned(), stage);
    }

    /// True for whoever may begin: one fetches a repository at a time, and the others see how far it is.
    pub fn begin(&self, repository: &str) -> bool {
        let mut stages = self.stages.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(stages.get(repository), Some(RepositoryState::Fetching { .. })) {
            return false;
        }
        stages.insert(repository.to_owned(), RepositoryState::Fetching { bytes: 0, total: None });
        true
    }

    /// Fetches the index anew, or greets a registry, and remembers how it went.
    pub async fn refresh(&self, source: &Source, now: Micros) -> Result<Arc<Kept>, Trouble> {
        let mut under_way = UnderWay { catalog: self, repository: &source.repository, ended_as: None };
        let fetched = self.fetch(source, now).await;
        under_way.ended_as = Some(match &fetched {
            Ok(_) => RepositoryState::Ready,
            Err(trouble) => RepositoryState::Failed { problem: trouble.problem() },
        });
        fetched
    }

    async fn fetch(&self, source: &Source, now: Micros) -> Result<Arc<Kept>, Trouble> {
        let _slot = self.slots.acquire().await;
        let repository = &source.repository;
        let index = if source.is_oci() {
            // A registry has no list of its charts.
            Registry::new(&self.client, source)?.greet().await?;
            Index::default()
        } else {
            let heard = |bytes: usize, total: Option<usize>| {
                let total = total.map(|total| total as u64);
                self.set_stage(repository, RepositoryState::Fetching { bytes: bytes as u64, total });
            };
            let ask = Ask { accept: None, credential: source.basic(), limit: MAX_INDEX };
            let answer = self.client.get(&source.file("index.yaml")?, &ask, &heard).await?;
            if answer.status != axum::http::StatusCode::OK {
                return Err(registry::refused(answer.status));
            }
            blocking(move || index::read(&answer.body)).await?
        };
        let kept = Arc::new(Kept { fetched_at: now, index });
        let (cache, name, copy) = (self.cache.clone(), repository.clone(), kept.clone());
        blocking(move || {
            if let Err(error) = cache.keep_index(&name, &copy) {
                tracing::warn!(%error, "An index of charts could not be kept");
            }
            Ok(())
        })
        .await?;
        self.remember(repository, &kept);
        Ok(kept)
    }

    /// What was fetched before, however old.
    pub async fn kept(&self, repository: &str) -> Option<Arc<Kept>> {
        let known = self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(repository).cloned();
        if known.is_some() {
            return known;
        }
        let (cache, name) = (self.cache.clone(), repository.to_owned());
        let read = tokio::task::spawn_blocking(move || cache.index(&name)).await.ok()??;
        let kept = Arc::new(read);
        self.remember(repository, &kept);
        Some(kept)
    }

    fn remember(&self, repository: &str, kept: &Arc<Kept>) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= IN_MEMORY
            && !memory.contains_key(repository)
            && let Some(oldest) = memory.iter().min_by_key(|(_, kept)| kept.fetched_at).map(|(name, _)| name.clone())
        {
            memory.remove(&oldest);
        }
        memory.insert(repository.to_owned(), kept.clone());
    }

    pub async fn forget(&self, repository: &str) {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner).remove(repository);
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).remove(repository);
        let (cache, name) = (self.cache.clone(), repository.to_owned());
        let _ = tokio::task::spawn_blocking(move || cache.forget(&name)).await;
    }

    /// The versions of one chart, the newest first.
    pub async fn versions(&self, source: &Source, chart: &str, now: Micros) -> Result<Listed, Trouble> {
        if source.is_oci() {
            let _slot = self.slots.acquire().await;
            let mut versions = Registry::new(&self.client, source)?.versions(chart).await?;
            versions.retain(|version| domain::catalog::version::is_version(version));
            versions.sort_by(|one, other| domain::catalog::version::compare(other, one));
            let version =
                |version| Version { version, app_version: None, created: None, deprecated: false, url: String::new(), digest: None };
            return Ok(Listed { description: String::new(), versions: versions.into_iter().map(version).collect() });
        }
        let kept = self.index(source, now).await?;
        kept.index.charts.get(chart).cloned().ok_or(Trouble::Missing("the repository has no such chart"))
    }

    /// The index, fetched where none is fresh; an older one serves where the host fails.
    async fn index(&self, source: &Source, now: Micros) -> Result<Arc<Kept>, Trouble> {
        let kept = self.kept(&source.repository).await;
        match kept {
            Some(kept) if now - kept.fetched_at < FRESH => Ok(kept),
            Some(kept) => Ok(self.refresh(source, now).await.unwrap_or(kept)),
            None => self.refresh(source, now).await,
        }
    }

    /// What is inside one version. An archive that is not what was asked for is not kept.
    pub async fn contents(&self, source: &Source, chart: &stack::Chart, now: Micros) -> Result<Contents, Trouble> {
        Ok(self.read(source, chart, now).await?.contents)
    }

    /// The archive of one version, once it was read through and is what was asked for.
    pub async fn archive(&self, source: &Source, chart: &stack::Chart, now: Micros) -> Result<Vec<u8>, Trouble> {
        Ok(self.read(source, chart, now).await?.packed)
    }

    async fn read(&self, source: &Source, chart: &stack::Chart, now: Micros) -> Result<Read, Trouble> {
        let kept = self.packed(chart).await;
        let is_new = kept.is_none();
        let packed = match kept {
            Some(packed) => packed,
            None => self.download(source, chart, now).await?,
        };
        let (cache, chart) = (self.cache.clone(), chart.clone());
        blocking(move || {
            let files = archive::open(&packed)?;
            let crds = files.crds.clone();
            let contents = contents::read(&chart, files, hex(&Sha256::digest(&packed)))?;
            if is_new && let Err(error) = cache.keep_archive(&chart.repository, &chart.name, &chart.version, &packed) {
                tracing::warn!(%error, "A chart's archive could not be kept");
            }
            Ok(Read { packed, contents, crds })
        })
        .await
    }

    async fn packed(&self, chart: &stack::Chart) -> Option<Vec<u8>> {
        let (cache, chart) = (self.cache.clone(), chart.clone());
        tokio::task::spawn_blocking(move || cache.archive(&chart.repository, &chart.name, &chart.version)).await.ok()?
    }

    async fn download(&self, source: &Source, chart: &stack::Chart, now: Micros) -> Result<Vec<u8>, Trouble> {
        if source.is_oci() {
            let _slot = self.slots.acquire().await;
            return Registry::new(&self.client, source)?.archive(&chart.name, &chart.version).await;
        }
        let listed = self.versions(source, &chart.name, now).await?;
        let version = listed.versions.into_iter().find(|version| version.version == chart.version);
        let version = version.ok_or(Trouble::Missing("the repository has no such version of the chart"))?;
        let _slot = self.slots.acquire().await;
        self.file(source, &version).await
    }

    async fn file(&self, source: &Source, version: &Version) -> Result<Vec<u8>, Trouble> {
        let url = source.file(&version.url)?;
        // An index may name any host; the password is for its own alone.
        let credential = source.basic().filter(|_| source.url().is_ok_and(|own| own.origin() == url.origin()));
        let answer = self.client.get(&url, &Ask { accept: None, credential, limit: MAX_PACKED }, &|_, _| ()).await?;
        if answer.status != axum::http::StatusCode::OK {
            return Err(registry::refused(answer.status));
        }
        match &version.digest {
            Some(digest) if hex(&Sha256::digest(&answer.body)) != *digest => {
                Err(Trouble::archive("it is not the one that the repository's index names"))
            }
            _ => Ok(answer.body),
        }
    }
}

/// An archive that was read through.
struct Read {
    packed: Vec<u8>,
    contents: Contents,
    /// The files with custom resources.
    crds: Vec<Vec<u8>>,
}

/// A fetch whose asker went away must not look as if it went on for ever.
struct UnderWay<'a> {
    catalog: &'a Catalog,
    repository: &'a str,
    ended_as: Option<RepositoryState>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        match self.ended_as.take() {
            Some(stage) => self.catalog.set_stage(self.repository, stage),
            None => drop(self.catalog.stages.lock().unwrap_or_else(PoisonError::into_inner).remove(self.repository)),
        }
    }
}

/// Reading what others packed takes time that requests do not have.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Trouble::archive("reading it failed on our side")))
}
