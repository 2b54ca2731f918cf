//! A person's own application: a form's answers become a component of plain manifests, as one edit of the draft.

use domain::api::application::{AddedApplication, NewApplication};
use domain::api::draft::Edit;
use domain::change::Change;
use domain::principal;
use domain::problem::Problem;

use super::draft;
use crate::api::caller::Caller;
use crate::server::Server;

pub async fn add(server: &Server, caller: &Caller, id: &str, new: NewApplication) -> Result<AddedApplication, Problem> {
    let component = new.application.component()?;
    let found = draft::find(&mut *server.store.read().await?, caller, principal::Act::Edit, id).await?;
    let added = component.id.clone();
    let edit = Edit {
        // It meets nothing that is there: a name that is taken is refused by the edit itself.
        base_revision: u64::try_from(found.row.revision).unwrap_or_default(),
        change_id: new.change_id,
        changes: vec![Change::AddComponent { component }],
        page: None,
        settled: None,
    };
    let edited = draft::edit(server, caller, id, edit).await.map_err(|problem| match problem.at.as_deref() {
        Some("changes[0]") => problem.at("name"),
        _ => problem,
    })?;
    Ok(AddedApplication { component: added, revision: edited.revision })
}
