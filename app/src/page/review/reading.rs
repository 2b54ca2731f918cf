//! What the page shows: the plan's bytes, what surrounds them, and the files that change.

use domain::api::plan::Plan as Around;
use domain::api::session::Me;
use domain::plan::diff::{Hunk, hunks};
use domain::plan::{FileChange, FileDigest, Plan};
use domain::problem::Problem;

use crate::api::ApiClient;

/// The most changed lines that the server draws; the browser draws all once it has checked the bytes.
const LINES: u32 = 300;
/// A larger file is left to the browser.
const BYTES: u64 = 256 * 1024;

pub struct Reading {
    pub around: Around,
    pub plan: Plan,
    pub files: Vec<ReadFile>,
    pub me: Option<Me>,
}

pub struct ReadFile {
    pub change: FileChange,
    /// `None`: too long to be drawn here.
    pub hunks: Option<Vec<Hunk>>,
}

pub async fn read(api: ApiClient, id: String) -> Result<Reading, Problem> {
    let around = api.plan(&id).await?;
    let text = api.plan_json(&id).await?;
    let plan: Plan = serde_json::from_str(&text)
        .map_err(|error| Problem::internal(format!("The plan does not read as one: {error}.")).hint("Plan the draft again."))?;
    let me = api.session().await.ok().and_then(|state| state.person);
    let mut room = LINES;
    let mut files = Vec::new();
    for change in plan.changed_files() {
        let lines = change.added.saturating_add(change.removed);
        let size = [&change.before, &change.after].into_iter().flatten().map(|digest| digest.size).max().unwrap_or_default();
        let hunks = if lines <= room && size <= BYTES {
            room -= lines;
            let before = side(&api, &id, change.before.as_ref()).await?;
            let after = side(&api, &id, change.after.as_ref()).await?;
            Some(hunks(before.as_bytes(), after.as_bytes()))
        } else {
            None
        };
        files.push(ReadFile { change: change.clone(), hunks });
    }
    Ok(Reading { around, plan, files, me })
}

async fn side(api: &ApiClient, plan: &str, digest: Option<&FileDigest>) -> Result<String, Problem> {
    match digest {
        Some(digest) => api.plan_file(plan, &digest.sha256).await,
        None => Ok(String::new()),
    }
}
