//! Edits that are not saved outlive their page: this browser keeps them, and the next page of the draft sends them. What may
//! be a secret is not among them.

use std::collections::VecDeque;

use domain::change::rebase::Side;

use super::waiting::Waiting;
use crate::builder::history::words;

/// What stands before an edit.
const EDIT: &str = "edit";

/// Line by line: what stands before each edit, its id, its revision, what was chosen, and its changes. With it, how many
/// edits are left out.
pub fn written(queue: &VecDeque<Waiting>) -> (String, usize) {
    let (mut lines, mut left_out) = (Vec::new(), 0);
    for waiting in queue {
        let changes: Option<Vec<String>> = waiting.changes.iter().map(words::written).collect();
        let Some(changes) = changes else {
            left_out += 1;
            continue;
        };
        let chosen = waiting.settled.map(|settled| match settled.take {
            Side::Mine => format!("mine {}", settled.revision),
            Side::Theirs => format!("theirs {}", settled.revision),
        });
        lines.extend([EDIT.to_owned(), waiting.id.clone(), waiting.base.to_string(), chosen.unwrap_or_default()]);
        lines.extend(changes);
    }
    if lines.is_empty() {
        return (String::new(), left_out);
    }
    (serde_json::to_string(&lines).unwrap_or_default(), left_out)
}

/// The edits as they were written; they may have arrived.
#[cfg(any(feature = "hydrate", test))]
pub fn read(text: &str) -> Option<VecDeque<Waiting>> {
    use domain::api::draft::Settled;
    let lines: Vec<String> = serde_json::from_str(text).ok()?;
    let (mut lines, mut queue) = (lines.into_iter(), VecDeque::<Waiting>::new());
    while let Some(line) = lines.next() {
        if line != EDIT {
            queue.back_mut()?.changes.push(words::read(&line)?);
            continue;
        }
        let (id, base, chosen) = (lines.next()?, lines.next()?.parse().ok()?, lines.next()?);
        let settled = match chosen.split_once(' ') {
            Some((take, revision)) => {
                let take = if take == "mine" { Side::Mine } else { Side::Theirs };
                Some(Settled { revision: revision.parse().ok()?, take })
            }
            None => None,
        };
        queue.push_back(Waiting { id, changes: Vec::new(), base, settled, is_sent: true });
    }
    Some(queue)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::api::draft::Settled;
    use domain::change::Change;
    use domain::name::Name;
    use domain::stack::{Component, Content, Manifest};

    use super::*;

    fn waiting(id: &str, changes: Vec<Change>) -> Waiting {
        Waiting { id: id.into(), changes, base: 7, settled: None, is_sent: true }
    }

    fn values(text: &str) -> Change {
        Change::SetValuesText { component: Name::new("web").unwrap(), text: text.into() }
    }

    #[test]
    fn edits_read_as_they_were_written_with_what_was_seen_and_chosen() {
        let place = Change::SetNamespace { component: Name::new("web").unwrap(), namespace: None };
        let chosen = Some(Settled { revision: 9, take: Side::Theirs });
        let queue = VecDeque::from([
            waiting("a", vec![values("a: 1\n# b\n"), place]),
            Waiting { settled: chosen, ..waiting("b", vec![values("")]) },
        ]);
        let (text, left_out) = written(&queue);
        assert_eq!((read(&text), left_out), (Some(queue), 0));
        assert_eq!(written(&VecDeque::new()), (String::new(), 0));
        assert_eq!(read("[\"values\"]"), None);
    }

    #[test]
    fn what_may_be_a_secret_is_left_out_and_counted() {
        let secret = Content::Manifest(Manifest { text: "apiVersion: v1\nkind: Secret\nstringData: {a: hunter2}\n".into() });
        let added = Change::AddComponent { component: Component::new(Name::new("login").unwrap(), secret) };
        let queue = VecDeque::from([
            waiting("a", vec![values("password: hunter2\n")]),
            waiting("b", vec![values("size: 1\n")]),
            waiting("c", vec![added]),
        ]);
        let (text, left_out) = written(&queue);
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!((left_out, read(&text).unwrap().len()), (2, 1));
    }

    #[test]
    fn an_edit_that_may_have_arrived_is_not_changed_any_more() {
        let mut last = Waiting { is_sent: false, ..waiting("a", vec![values("a")]) };
        assert!(last.takes(&[values("ab")]));
        assert_eq!(last.changes, [values("ab")]);
        last.is_sent = true;
        assert!(!last.takes(&[values("abc")]));
        assert_eq!(last.changes, [values("ab")]);
    }
}
