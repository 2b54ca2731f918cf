//! Going back to what a draft held before: one more edit, so that nothing of what came between is lost.

use domain::api::draft::{Draft, GoBack};
use domain::audit::Act;
use domain::change::between::between;
use domain::principal;
use domain::problem::Problem;
use domain::stack::source;

use super::past::content_at;
use super::{content, find, get, still_open};
use crate::api::caller::Caller;
use crate::audit::audited;
use crate::server::Server;
use crate::store;

pub async fn back(server: &Server, caller: &Caller, id: &str, wanted: GoBack) -> Result<Draft, Problem> {
    if wanted.change_id.is_empty() || wanted.change_id.len() > 64 {
        return Err(Problem::invalid("change_id", "An edit needs an id of its own, of at most 64 characters.").at("change_id"));
    }
    audited(server, caller, Act::TakeDraftBack(id.to_owned()), async |tx| {
        let found = find(tx, caller, principal::Act::Edit, id).await?;
        if store::draft::edit_by_client_id(tx, id, &wanted.change_id).await?.is_some() {
            return Ok(());
        }
        still_open(&found.row)?;
        let mut row = found.row;
        if u64::try_from(row.revision).ok() != Some(wanted.base_revision) {
            return Err(Problem::conflict("draft_moved", format!("This draft is at rev {} by now.", row.revision))
                .hint("Look at what changed, then go back again.")
                .with("revision", row.revision));
        }
        let now = content(&row)?;
        let then = content_at(tx, &row, i64::try_from(wanted.to).unwrap_or(i64::MAX)).await?;
        if then == now {
            return Err(Problem::conflict("nothing_to_take_back", format!("This draft holds what it held at rev {} already.", wanted.to)));
        }
        if then.name != now.name {
            store::stack::set_name(tx, &found.stack.id, then.name.as_str()).await?;
        }
        let (kind, author) = caller.author();
        row.revision += 1;
        row.content = source::emit(&then);
        row.edited_kind = kind.to_owned();
        row.edited_by.clone_from(&author);
        row.updated_at = server.clock.now();
        store::draft::write(tx, &row).await?;
        store::draft_text::keep(tx, &row).await?;
        tx.fact("to", wanted.to);
        let kept = store::draft::Edit {
            id: server.ids.next(),
            draft: row.id,
            revision: row.revision,
            author_kind: kind.to_owned(),
            author,
            client_change_id: wanted.change_id.clone(),
            changes: serde_json::to_string(&between(&now, &then)).map_err(|error| Problem::internal(error.to_string()))?,
            changed_at: row.updated_at,
            rebased_to: None,
        };
        store::draft::append(tx, &kept).await?;
        Ok(())
    })
    .await?;
    get(server, caller, id).await
}
