//! A whole server on a free port with a folder of its own, and people to use it.

pub mod authenticator;
pub mod authority;
pub mod chart_host;
mod client;
pub mod flux;
pub mod git;
pub mod git_http;
pub mod host;
pub mod line;
pub mod machine;
pub mod needs;
pub mod notification;
pub mod signing;
pub mod sshd;

use domain::api::person::EnrolmentLink;
use domain::audit::Act;
use domain::principal::{Grant, Role, Target};
use serde_json::json;
use server::api::caller::Caller;
use server::audit::{Tx, audited};
use server::clock::Clock;
use server::command::serve::{self, Serving};
use server::config::Config;
use server::server::Shared;
use server::store;

pub use client::{Answer, Client};

/// What every person of the tests has for a password.
pub const PASSWORD: &str = "a password for tests";

pub struct TestServer {
    serving: Serving,
    pub clock: Clock,
    folder: tempfile::TempDir,
}

impl TestServer {
    /// Fresh: nobody has set it up.
    pub async fn fresh() -> TestServer {
        TestServer::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> TestServer {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::at(folder.path().join("data"));
        // What a host is asked is the test's own doing, unless it wants to be looked around.
        config.fetch_every = 3600;
        change(&mut config);
        let clock = Clock::default();
        let serving = serve::start(config, clock.clone()).await.unwrap();
        TestServer { serving, clock, folder }
    }

    /// Set up, with an administrator called `ada` who is logged in by password.
    pub async fn set_up() -> (TestServer, Client) {
        TestServer::set_up_with(|_| {}).await
    }

    pub async fn set_up_with(change: impl FnOnce(&mut Config)) -> (TestServer, Client) {
        let server = TestServer::with(change).await;
        let mut ada = server.client();
        let link: EnrolmentLink = ada
            .post(
                "/api/v1/setup",
                json!({
                    "code": server.set_up_code(), "organisation": "Example", "public_url": server.origin(), "name": "ada",
                }),
            )
            .await
            .expect_status(201)
            .json();
        server.take_in(&mut ada, &link.code).await;
        (server, ada)
    }

    /// A server on what another left.
    pub async fn resumed(config: Config, folder: tempfile::TempDir) -> TestServer {
        let clock = Clock::default();
        let serving = serve::start(config, clock.clone()).await.unwrap();
        TestServer { serving, clock, folder }
    }

    /// The same folder again, as after a restart.
    pub async fn restarted(self) -> TestServer {
        let TestServer { serving, clock, folder } = self;
        let mut config = serving.server.config.clone();
        // The old port is part of the public URL that set-up fixed, so it is kept; SO_REUSEADDR makes that possible.
        config.public_url = None;
        serving.stop().await;
        let serving = serve::start(config, clock.clone()).await.unwrap();
        TestServer { serving, clock, folder }
    }

    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.serving.address.port())
    }

    pub fn set_up_code(&self) -> &str {
        self.serving.set_up_code.as_deref().unwrap()
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// The server's inside, for what no request can bring about.
    pub fn inside(&self) -> &Shared {
        &self.serving.server
    }

    /// A browser that nobody is logged in with yet.
    pub fn client(&self) -> Client {
        Client::new(self.serving.address, self.origin())
    }

    /// Redeems an enrolment code and sets the tests' password with it; the client is logged in afterwards.
    pub async fn take_in(&self, client: &mut Client, code: &str) {
        client.post("/api/v1/session/enrolment", json!({ "code": code })).await.expect_status(204);
        client.put("/api/v1/me/password", json!({ "password": PASSWORD, "code": code })).await.expect_status(204);
    }

    /// A person with one role on the whole organisation, logged in.
    pub async fn person(&self, admin: &mut Client, name: &str, role: Role) -> Client {
        self.person_with(admin, name, vec![Grant { role, on: Target::Organisation }]).await
    }

    pub async fn person_with(&self, admin: &mut Client, name: &str, grants: Vec<Grant>) -> Client {
        let link: EnrolmentLink = admin.post("/api/v1/people", json!({ "name": name, "grants": grants })).await.expect_status(201).json();
        let mut client = self.client();
        self.take_in(&mut client, &link.code).await;
        client
    }

    /// An agent of the first administrator's, by its token.
    pub async fn agent(&self, name: &str, scope: Vec<Target>) -> String {
        let inside = self.inside();
        let owner = store::person::by_name(&mut inside.store.read().await.unwrap(), "ada").await.unwrap().unwrap().id;
        let token = server::ids::token();
        let now = inside.clock.now();
        let agent = store::agent::Agent { id: inside.ids.next(), name: name.to_owned(), owner, scope, created_at: now, revoked_at: None };
        audited(inside, &Caller::host(), Act::AddAgent(agent.id.clone()), async |tx: &mut Tx| {
            store::agent::insert(tx, &agent).await?;
            let id = inside.ids.next();
            let hash = server::ids::hash(&token);
            let new = store::agent::NewToken {
                id: &id,
                hash: &hash,
                person: None,
                agent: Some(&agent.id),
                name,
                created_at: now,
                expires_at: None,
            };
            store::agent::insert_token(tx, &new).await?;
            Ok(())
        })
        .await
        .unwrap();
        token
    }

    /// Stopped; what it was started with and its folder, to start another on.
    pub async fn into_folder(self) -> (Config, tempfile::TempDir) {
        let config = self.serving.server.config.clone();
        self.serving.stop().await;
        (config, self.folder)
    }

    pub async fn stop_within(self, grace: std::time::Duration) {
        self.serving.stop_within(grace).await;
    }

    pub async fn stop(self) {
        self.serving.stop().await;
    }
}
