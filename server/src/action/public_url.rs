//! Moving the server to another public URL: what was fixed at set-up, and every passkey with it.

use domain::api::person::EnrolmentLink;
use domain::audit::Act;
use domain::problem::Problem;

use super::enrolment::{self, Purpose};
use crate::api::caller::Caller;
use crate::audit::{Tx, audited};
use crate::public_url::PublicUrl;
use crate::server::Server;
use crate::store;

/// What a move did.
pub struct Moved {
    /// Keys that belong to another RP ID now.
    pub left_behind: u64,
    /// A way in for the one who does it, where their keys stayed behind.
    pub link: Option<EnrolmentLink>,
}

/// Whether keys of the old address work at the new one: a passkey belongs to an RP ID, not to a port or a scheme.
pub fn keeps_keys(from: &PublicUrl, to: &PublicUrl) -> bool {
    matches!((from.rp_id(), to.rp_id()), (Ok(from), Ok(to)) if from == to)
}

/// Keys are marked, not revoked: whoever moves back has them again. What they signed stays signed.
pub async fn move_to(server: &Server, caller: &Caller, url: &PublicUrl, person: &store::person::Person) -> Result<Moved, Problem> {
    let settings = server.settings();
    let mut moved = audited(server, caller, Act::MoveUrl(String::from("organisation")), async |tx: &mut Tx| {
        let now = server.clock.now();
        let rp_id = url.rp_id().ok();
        store::organisation::move_to(tx, &url.origin(), rp_id).await?;
        let left_behind = store::credential::settle_at(tx, rp_id.unwrap_or_default(), now).await?;
        // Cookies belong to a host; nobody is logged in at the new one.
        store::session::delete_all(tx).await?;
        tx.fact("from", settings.public_url.origin());
        tx.fact("to", url.origin());
        tx.fact("keys_left_behind", left_behind);
        let link = match keeps_keys(&settings.public_url, url) {
            true => None,
            false => Some(enrolment::open(server, tx, caller, person, Purpose::Recovery).await?),
        };
        Ok(Moved { left_behind, link })
    })
    .await?;
    if let Some(link) = &mut moved.link {
        link.url = format!("{}/enrol#{}", url.origin(), link.code);
    }
    Ok(moved)
}
