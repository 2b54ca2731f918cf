//! Helm repositories and OCI registries of people's own: added, fetched in the background, removed.

use domain::api::catalog::{ChartRepository, RepositoryState};
use domain::audit::Act;
use domain::name::Name;
use domain::principal::{self, Target};
use domain::problem::Problem;
use domain::stack::field;

use super::People;
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::audited;
use crate::catalog::{Credentials, Source};
use crate::server::Server;
use crate::store;
use crate::vault::{Plaintext, StoredSecret, Vault};

/// The name under which a password is bound to its repository in the vault.
const NAME: &str = "chart repository password";
const MAX_REPOSITORIES: usize = 100;
const MAX_CREDENTIAL: usize = 4096;

/// [`domain::api::catalog::NewChartRepository`] with a password that cannot be printed.
pub struct New {
    pub name: String,
    pub url: String,
    pub plain_http: bool,
    pub credentials: Option<Credentials>,
}

pub async fn list(server: &Server) -> Result<Vec<ChartRepository>, Problem> {
    let mut db = server.store.read().await?;
    let people = super::names(&mut db).await?;
    let rows = store::chart_repository::list(&mut db).await?;
    drop(db);
    let mut seen = Vec::new();
    for row in rows {
        seen.push(shown(server, &people, row).await);
    }
    Ok(seen)
}

async fn shown(server: &Server, people: &People, row: store::chart_repository::ChartRepository) -> ChartRepository {
    let kept = server.catalog.kept(&row.url).await;
    let before = if kept.is_some() { RepositoryState::Ready } else { RepositoryState::NotFetched };
    let is_oci = row.url.starts_with("oci://");
    ChartRepository {
        state: server.catalog.stage(&row.url).unwrap_or(before),
        charts: kept.as_ref().filter(|_| !is_oci).map(|kept| kept.index.charts.len()),
        fetched_at: kept.map(|kept| kept.fetched_at),
        added_by: people.of(&row.added_by),
        name: row.name,
        url: row.url,
        plain_http: row.plain_http,
        username: row.username,
        added_at: row.added_at,
    }
}

/// Adds a repository and begins to fetch it. Whether it answers is seen then, in its state.
pub async fn add(server: &Server, caller: &Caller, new: New) -> Result<ChartRepository, Problem> {
    let name = Name::new(&new.name).map_err(|error| Problem::invalid("name", domain::text::sentence(&error.to_string())).at("name"))?;
    let url = new.url.trim().trim_end_matches('/').to_owned();
    field::chart_repository(&url).map_err(|why| Problem::invalid("chart_address", domain::text::sentence(&why)).at("url"))?;
    if url.contains(['?', '#']) {
        return Err(Problem::invalid("chart_address", "A chart repository's address has no `?` and no `#`.").at("url"));
    }
    if new.plain_http && !url.starts_with("oci://") {
        return Err(Problem::invalid("chart_address", "Plain http is chosen for registries alone; others say it in their address.")
            .at("plain_http"));
    }
    let in_the_clear = new.plain_http || url.starts_with("http://");
    if in_the_clear && new.credentials.is_some() && server.config.allow_inside.is_empty() {
        return Err(Problem::invalid("chart_credentials_in_the_clear", "Over plain http everybody on the way reads the password.")
            .at("url")
            .hint("Use https, or leave user and password away."));
    }
    let id = server.ids.next();
    let (username, sealed) = match &new.credentials {
        None => (None, None),
        Some(credentials) => (Some(credentials.username.clone()), Some(seal(server, &id, credentials)?)),
    };
    let row = audited(server, caller, Act::AddChartRepository(name.to_string()), async |tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        if store::chart_repository::list(tx).await?.len() >= MAX_REPOSITORIES {
            return Err(Problem::invalid("too_many", "There may be 100 chart repositories at most."));
        }
        let row = store::chart_repository::ChartRepository {
            id,
            name: name.to_string(),
            url,
            plain_http: new.plain_http,
            username,
            sealed,
            added_at: server.clock.now(),
            added_by: caller.author().1,
        };
        store::chart_repository::insert(tx, &row).await?;
        tx.note("url", &row.url);
        Ok(row)
    })
    .await?;
    begin(server, &row)?;
    let people = super::names(&mut *server.store.read().await?).await?;
    Ok(shown(server, &people, row).await)
}

fn seal(server: &Server, id: &str, credentials: &Credentials) -> Result<Vec<u8>, Problem> {
    let plain = |text: &str| !text.is_empty() && text.len() <= MAX_CREDENTIAL && !text.chars().any(char::is_control);
    if !plain(&credentials.username) || credentials.username.contains(':') {
        return Err(Problem::invalid("chart_username", "A user's name is one line without a colon.").at("username"));
    }
    if !plain(credentials.password.expose()) {
        return Err(Problem::invalid("chart_password", "A password is one line, and not empty.").at("password"));
    }
    let stored = server.vault.seal_secret(&scope(id), NAME, &credentials.password).or_internal("sealing the password")?;
    Ok(stored.packed())
}

/// Fetches once more, in the background.
pub async fn fetch(server: &Server, caller: &Caller, name: &str) -> Result<ChartRepository, Problem> {
    caller.may(principal::Act::Edit, &Target::Organisation)?;
    let mut db = server.store.read().await?;
    let row = store::chart_repository::by_name(&mut db, name).await?.ok_or_else(|| Problem::not_found("chart repository"))?;
    let people = super::names(&mut db).await?;
    drop(db);
    begin(server, &row)?;
    Ok(shown(server, &people, row).await)
}

pub async fn remove(server: &Server, caller: &Caller, name: &str) -> Result<(), Problem> {
    let row = audited(server, caller, Act::RemoveChartRepository(name.to_owned()), async |tx| {
        caller.may(principal::Act::Administer, &Target::Organisation)?;
        let row = store::chart_repository::by_name(tx, name).await?.ok_or_else(|| Problem::not_found("chart repository"))?;
        store::chart_repository::delete(tx, &row.id).await?;
        Ok(row)
    })
    .await?;
    server.catalog.forget(&row.url).await;
    Ok(())
}

/// Whoever asks for it is answered at once; one fetch of a repository runs at a time.
fn begin(server: &Server, row: &store::chart_repository::ChartRepository) -> Result<(), Problem> {
    let source = source(&server.vault, row)?;
    if !server.catalog.begin(&row.url) {
        return Ok(());
    }
    let (catalog, now) = (server.catalog.clone(), server.clock.now());
    let mut fetches = server.fetches.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    while fetches.try_join_next().is_some() {}
    fetches.spawn(async move {
        if let Err(trouble) = catalog.refresh(&source, now).await {
            tracing::info!(repository = %source.repository, error = %trouble, "A chart repository could not be fetched");
        }
    });
    Ok(())
}

/// The repository as it is asked, with its password in the clear for that moment.
pub fn source(vault: &Vault, row: &store::chart_repository::ChartRepository) -> Result<Source, Problem> {
    let password = stored(row).or_internal("opening the password of a chart repository")?;
    let password = password.map(|stored| vault.open(&stored)).transpose().or_internal("opening the password of a chart repository")?;
    let credentials =
        row.username.clone().zip(password).map(|(username, password): (String, Plaintext)| Credentials { username, password });
    Ok(Source { repository: row.url.clone(), plain_http: row.plain_http, credentials })
}

/// The same password under the next vault's key.
pub fn rotate(vault: &Vault, next: &Vault, row: &store::chart_repository::ChartRepository) -> anyhow::Result<Option<Vec<u8>>> {
    stored(row)?.map(|stored| Ok(vault.rotate(next, &stored)?.packed())).transpose()
}

fn stored(row: &store::chart_repository::ChartRepository) -> anyhow::Result<Option<StoredSecret>> {
    row.sealed.as_ref().map(|sealed| StoredSecret::unpacked(&scope(&row.id), NAME, sealed)).transpose()
}

fn scope(id: &str) -> String {
    format!("chart_repository/{id}")
}
