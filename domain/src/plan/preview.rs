//! Rendered manifests as a plan shows them: a text for each side of a release, named by its digest.

use std::collections::BTreeMap;

use super::diff::{self, PLAIN_FILE};
use super::facts::HeadFile;
use super::{Preview, PreviewedRelease};
use crate::preview::{Previews, Release, Rendering};

/// What goes into the plan, and the texts by their digests.
pub fn preview(previews: &Previews, releases: &[Release<'_>]) -> (Option<Preview>, BTreeMap<String, Vec<u8>>) {
    if releases.is_empty() {
        return (None, BTreeMap::new());
    }
    let mut texts = BTreeMap::new();
    let one = |release: &Release<'_>| {
        let side = |rendering: Rendering<'_>| match rendering {
            Rendering::Objects(objects) => Some(objects.text().into_bytes()),
            Rendering::Nothing | Rendering::Unknown(_) => None,
        };
        let unknown = release.unknown().map(str::to_owned);
        // One side alone would read as if all of it came or went.
        let (before, after) = if unknown.is_some() { (None, None) } else { (side(release.before), side(release.after)) };
        let before = before.map(|bytes| HeadFile::new(PLAIN_FILE, bytes));
        let drawn = diff::file("", before.as_ref(), after.as_deref(), false);
        for (digest, bytes) in [(&drawn.before, before.map(|file| file.bytes)), (&drawn.after, after)] {
            texts.extend(digest.as_ref().map(|digest| digest.sha256.clone()).zip(bytes));
        }
        PreviewedRelease {
            component: release.component.clone(),
            before: drawn.before,
            after: drawn.after,
            added: drawn.added,
            removed: drawn.removed,
            unknown,
        }
    };
    let releases = releases.iter().map(one).collect();
    (Some(Preview { helm: previews.helm.clone(), releases }), texts)
}
