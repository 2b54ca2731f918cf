//! Ids to names, for answers that say who did something.

use std::collections::BTreeMap;

use domain::api::{Author, AuthorKind};
use domain::problem::Problem;

use crate::store::{self, Conn};

/// Everybody's shown names, read once for an answer.
pub struct People(BTreeMap<String, String>);

pub async fn names(db: &mut Conn) -> Result<People, Problem> {
    let mut names = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = store::person::list(db, &after, 500).await?;
        let Some(last) = page.last() else { return Ok(People(names)) };
        after.clone_from(&last.name);
        names.extend(page.into_iter().map(|person| (person.id, person.full_name)));
    }
}

impl People {
    /// The name; the id itself for whoever is no person here.
    pub fn of(&self, id: &str) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_owned())
    }

    pub fn author(&self, kind: &str, id: &str) -> Author {
        let kind = if kind == "agent" { AuthorKind::Agent } else { AuthorKind::Person };
        Author { kind, id: id.to_owned(), name: self.of(id) }
    }
}
