//! Bearer tokens: from the text in a header to the principal it stands for.

use domain::principal::Principal;
use domain::problem::Problem;

use crate::ids;
use crate::server::Server;
use crate::store;

pub async fn principal(server: &Server, token: &str) -> Result<Option<Principal>, Problem> {
    let mut db = server.store.read().await?;
    Ok(store::agent::principal_of_token(&mut db, &ids::hash(token), server.clock.now()).await?)
}
