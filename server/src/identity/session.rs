//! Sessions: half an hour of silence or twelve hours in all end them, and only their hashed ids are stored.

use async_trait::async_trait;
use domain::principal::Principal;
use domain::problem::Problem;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::api::caller::Proof;
use crate::api::problem::OrInternal;
use crate::clock::{Clock, HOUR, MINUTE, Micros};
use crate::ids;
use crate::server::Server;
use crate::store::{self, Store};

/// Without a request for this long, a session is over.
pub const IDLE: Micros = 30 * MINUTE;
/// However busy, a session is over after this long.
pub const ABSOLUTE: Micros = 12 * HOUR;
/// How stale the time of last use may become before it is written again.
const TOUCH: Micros = MINUTE;

const LOGIN: &str = "login";

/// What a session remembers: who, since when and how. What they may do is asked anew at every request.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Login {
    person: String,
    since: Micros,
    seen: Micros,
    proof: String,
}

/// Starts a session for somebody who has just proved who they are. The id changes, so one planted before is worth nothing.
pub async fn open(server: &Server, session: &Session, person: &str, proof: Proof) -> std::result::Result<(), Problem> {
    let now = server.clock.now();
    session.clear().await;
    session.cycle_id().await.or_internal("changing the session's id")?;
    let login = Login { person: person.to_owned(), since: now, seen: now, proof: name(proof).to_owned() };
    session.insert(LOGIN, login).await.or_internal("opening the session")
}

/// Ends a session here and in the database.
pub async fn close(session: &Session) -> std::result::Result<(), Problem> {
    session.flush().await.or_internal("closing the session")
}

/// Who the session stands for, if it is still good and the person may still come in.
pub async fn principal(server: &Server, session: &Session) -> std::result::Result<Option<(Principal, Proof)>, Problem> {
    let Some(mut login) = session.get::<Login>(LOGIN).await.or_internal("reading the session")? else { return Ok(None) };
    let now = server.clock.now();
    let Some(proof) = proof(&login.proof).filter(|_| now - login.seen < IDLE && now - login.since < ABSOLUTE) else {
        close(session).await?;
        return Ok(None);
    };
    let Some(principal) = store::person::principal(&mut *server.store.read().await?, &login.person).await? else {
        close(session).await?;
        return Ok(None);
    };
    if now - login.seen >= TOUCH {
        login.seen = now;
        session.insert(LOGIN, login).await.or_internal("keeping the session")?;
    }
    Ok(Some((principal, proof)))
}

/// Who a session stands for now, for an answer that is still being said: asking keeps nobody logged in.
pub async fn still(server: &Server, id: &Id) -> std::result::Result<Option<(Principal, Proof)>, Problem> {
    let now = server.clock.now();
    let Some(record) = store::session::load(&server.store, &key(id), now).await? else { return Ok(None) };
    let data: serde_json::Value = serde_json::from_str(&record).or_internal("reading the session")?;
    let Some(login) = data.get(LOGIN).and_then(|login| serde_json::from_value::<Login>(login.clone()).ok()) else { return Ok(None) };
    let Some(proof) = proof(&login.proof).filter(|_| now - login.seen < IDLE && now - login.since < ABSOLUTE) else { return Ok(None) };
    let principal = store::person::principal(&mut *server.store.read().await?, &login.person).await?;
    Ok(principal.map(|principal| (principal, proof)))
}

fn name(proof: Proof) -> &'static str {
    match proof {
        Proof::Passkey => "passkey",
        Proof::Password => "password",
        Proof::Enrolment => "enrolment",
        Proof::None | Proof::Token | Proof::Here => "none",
    }
}

fn proof(name: &str) -> Option<Proof> {
    [Proof::Passkey, Proof::Password, Proof::Enrolment].into_iter().find(|proof| self::name(*proof) == name)
}

/// The layers that read and set the cookie: one for https, whose name no other host can plant, one for plain http.
#[derive(Clone)]
pub struct Layers {
    pub https: SessionManagerLayer<Sessions>,
    pub plain: SessionManagerLayer<Sessions>,
}

/// The cookie's name, by whether the public URL is https.
pub const HTTPS_COOKIE: &str = "__Host-countersign";
pub const PLAIN_COOKIE: &str = "countersign";

pub fn layers(store: Store, clock: Clock) -> Layers {
    let layer = |cookie: &'static str, secure: bool| {
        SessionManagerLayer::new(Sessions { store: store.clone(), clock: clock.clone() })
            .with_name(cookie)
            .with_secure(secure)
            .with_http_only(true)
            // A link from a chat or a ticket must find its reader logged in; what changes something also needs our origin.
            .with_same_site(SameSite::Lax)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(Duration::hours(12)))
    };
    Layers { https: layer(HTTPS_COOKIE, true), plain: layer(PLAIN_COOKIE, false) }
}

/// Sessions in our database, under the hash of their id.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Clock,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

fn key(id: &Id) -> String {
    ids::hash(&id.to_string())
}

impl Sessions {
    fn row(&self, record: &Record) -> Result<store::session::Row> {
        let login = record.data.get(LOGIN).map(|login| serde_json::from_value::<Login>(login.clone())).transpose();
        Ok(store::session::Row {
            id_hash: key(&record.id),
            person: login.map_err(|error| Error::Encode(error.to_string()))?.map(|login| login.person),
            record: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
            created_at: self.clock.now(),
            expires_at: self.clock.now() + IDLE,
        })
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let row = self.row(record)?;
        store::session::create(&self.store, row).await.map_err(|error| Error::Backend(error.to_string()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let row = self.row(record)?;
        store::session::save(&self.store, row).await.map_err(|error| Error::Backend(error.to_string()))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let record =
            store::session::load(&self.store, &key(id), self.clock.now()).await.map_err(|error| Error::Backend(error.to_string()))?;
        let Some(record) = record else { return Ok(None) };
        let data = serde_json::from_str(&record).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date: OffsetDateTime::now_utc() + Duration::hours(12) }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        store::session::delete(&self.store, &key(id)).await.map_err(|error| Error::Backend(error.to_string()))
    }
}
