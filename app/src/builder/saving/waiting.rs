//! An edit that is not saved yet.

use domain::api::draft::{Edit, Settled};
use domain::change::Change;

#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub id: String,
    pub changes: Vec<Change>,
    /// The revision that the person saw while making it: whatever others did since, the server holds it against.
    pub base: u64,
    /// What the person chose where it met something of others.
    pub settled: Option<Settled>,
    /// It went out once, so the server may have it already: what it says may not change any more.
    pub is_sent: bool,
}

impl Waiting {
    pub fn edit(&self, page: &str) -> Edit {
        Edit {
            base_revision: self.base,
            change_id: self.id.clone(),
            changes: self.changes.clone(),
            page: Some(page.to_owned()),
            settled: self.settled,
        }
    }

    /// Text that was not sent yet is replaced by a newer one of the same component.
    pub fn takes(&mut self, new: &[Change]) -> bool {
        let same = match (self.changes.as_slice(), new) {
            ([Change::SetValuesText { component: a, .. }], [Change::SetValuesText { component: b, .. }])
            | ([Change::SetManifestText { component: a, .. }], [Change::SetManifestText { component: b, .. }])
            | ([Change::SetLayout { component: a, .. }], [Change::SetLayout { component: b, .. }]) => a == b,
            _ => false,
        };
        if same && !self.is_sent {
            self.changes = new.to_vec();
        }
        same && !self.is_sent
    }
}
