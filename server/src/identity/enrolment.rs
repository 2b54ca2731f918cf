//! The right to store a key. A session gives none: it takes a one-time code, or a key the person has.

use domain::problem::Problem;

use super::passkey::Asserted;
use crate::{audit::Tx, clock::Micros, ids, store};

/// The right to store one key for one person. [`store::credential::insert`] takes it, and only the two
/// functions below make it, so no handler can enrol a key because somebody is logged in.
pub struct Right {
    person: String,
    by: By,
}

enum By {
    Code,
    Key,
}

impl Right {
    /// By a one-time code, which is used up in the same transaction as the key is stored.
    pub async fn by_code(tx: &mut Tx, person: &str, code: &str, now: Micros) -> Result<Right, Problem> {
        let hash = ids::hash(&ids::normal_code(code));
        if store::enrolment::use_up(tx, &hash, person, now).await? {
            Ok(Right { person: person.to_owned(), by: By::Code })
        } else {
            Err(Problem::new(403, "code_unknown", "This code is not known, was used, or has expired.")
                .at("code")
                .hint("Ask for a new link."))
        }
    }

    /// By a key of theirs that has just said yes, and that is still theirs.
    pub async fn by_key(tx: &mut Tx, person: &str, asserted: &Asserted) -> Result<Right, Problem> {
        let row = store::credential::by_credential_id(tx, asserted.credential_id()).await?;
        match row {
            Some(row) if row.person == person && row.revoked_at.is_none() => Ok(Right { person: person.to_owned(), by: By::Key }),
            _ => Err(Problem::new(403, "key_revoked", "The key that said yes is no longer yours.")),
        }
    }

    pub fn person(&self) -> &str {
        &self.person
    }

    /// For the audit log.
    pub fn by(&self) -> &'static str {
        match self.by {
            By::Code => "code",
            By::Key => "key",
        }
    }
}
