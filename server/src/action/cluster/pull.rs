//! Pulling an embedded repository: what git says to whoever was let in.

use std::path::Path;

use domain::problem::Problem;

use crate::git::{Answer, Protocol, ServeError};
use crate::server::Server;

/// What branches there are. `protocol` is the header's text.
pub async fn list(server: &Server, folder: &Path, protocol: Option<&str>) -> Result<Vec<u8>, Problem> {
    let list = server.uploads.list(folder, protocol.and_then(Protocol::parse)).await;
    list.map_err(|error| problem(&error))
}

/// The objects that a request asks for.
pub async fn answer(server: &Server, folder: &Path, protocol: Option<&str>, request: Vec<u8>) -> Result<Answer, Problem> {
    let said = server.uploads.answer(folder, protocol.and_then(Protocol::parse), request).await;
    said.map_err(|error| problem(&error))
}

fn problem(error: &ServeError) -> Problem {
    match error {
        ServeError::NoGit => Problem::new(503, "git_missing", "The server has no git, which serves this repository.")
            .hint("Install git beside Countersign, version 2.18 or later."),
        ServeError::Busy => Problem::new(503, "busy", "Too many pull at this moment.").with("retry_after", 5),
        ServeError::Failed(why) => {
            tracing::error!(why, "Cannot serve an embedded repository");
            Problem::internal("The repository cannot be read; the server's log says why.")
        }
    }
}
