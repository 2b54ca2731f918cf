//! The record: how entries are numbered, where they stand, and what their commits say.

use crate::visible;

/// The most characters that the first line of a commit message has.
pub const SUBJECT: usize = 72;

/// `№ 0412`
pub fn number(seq: u64) -> String {
    format!("№ {seq:04}")
}

/// The folder of an entry below `.countersign/`: `0412-1f2e3d4c5b6a7988`. `plan` is the plan's digest in hex.
pub fn folder(seq: u64, plan: &str) -> String {
    format!("{seq:04}-{}", plan.get(..16).unwrap_or(plan))
}

/// Reads [`folder`] back: the number and the first digits of the plan's digest.
pub fn read_folder(name: &str) -> Option<(u64, &str)> {
    let (seq, plan) = name.split_once('-')?;
    let seq: u64 = seq.parse().ok()?;
    let hex = plan.len() == 16 && plan.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (hex && folder(seq, plan) == name).then_some((seq, plan))
}

/// The trailers of an entry's commit, in the order in which they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trailers {
    /// Absent for entries about the cluster or the roster.
    pub stack: Option<String>,
    pub record: u64,
    /// `draft-id rev 12`
    pub draft: Option<String>,
    pub drafted_by: Vec<String>,
    pub countersigned_by: Vec<String>,
    /// By password, which proves nothing to whoever reads it.
    pub approved_by: Vec<String>,
    pub ticket: Option<String>,
    /// The plan's digest in hex.
    pub plan: String,
}

const STACK: &str = "Stack";
const RECORD: &str = "Record";
const DRAFT: &str = "Draft";
const DRAFTED_BY: &str = "Drafted-by";
const COUNTERSIGNED_BY: &str = "Countersigned-by";
const APPROVED_BY: &str = "Approved-by";
/// Stands behind the name wherever an approval by password is named.
pub const BY_PASSWORD: &str = " (password, not countersigned)";
const TICKET: &str = "Ticket";
const PLAN: &str = "Plan";

/// The whole message: subject, why, trailers. Nothing that a person wrote can pose as a trailer.
pub fn message(subject_line: &str, why: &str, trailers: &Trailers) -> String {
    let mut out = subject(subject_line);
    out.push_str("\n\n");
    let body = body(why);
    if !body.is_empty() {
        out.push_str(&body);
        out.push_str("\n\n");
    }
    for (key, value) in lines(trailers) {
        out.push_str(key);
        out.push_str(": ");
        out.push_str(&visible::one_line(&value));
        out.push('\n');
    }
    out
}

fn lines(trailers: &Trailers) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    lines.extend(trailers.stack.iter().map(|stack| (STACK, stack.clone())));
    lines.push((RECORD, format!("{:04}", trailers.record)));
    lines.extend(trailers.draft.iter().map(|draft| (DRAFT, draft.clone())));
    lines.extend(trailers.drafted_by.iter().map(|person| (DRAFTED_BY, person.clone())));
    lines.extend(trailers.countersigned_by.iter().map(|person| (COUNTERSIGNED_BY, person.clone())));
    lines.extend(trailers.approved_by.iter().map(|person| (APPROVED_BY, format!("{person}{BY_PASSWORD}"))));
    lines.extend(trailers.ticket.iter().map(|ticket| (TICKET, ticket.clone())));
    lines.push((PLAN, format!("sha256:{}", trailers.plan)));
    // An empty value would read as the start of a folded line.
    lines.retain(|(_, value)| !visible::one_line(value).is_empty());
    lines
}

/// One line of at most [`SUBJECT`] characters.
pub fn subject(text: &str) -> String {
    let line = visible::one_line(text);
    if line.is_empty() {
        return "Untitled".to_owned();
    }
    if line.chars().count() <= SUBJECT {
        return line;
    }
    let cut: String = line.chars().take(SUBJECT - 1).collect();
    format!("{}…", cut.trim_end())
}

/// A person's text as paragraphs of a commit message. A line that a reader could take for a trailer, a divider or
/// a continuation is set in.
fn body(why: &str) -> String {
    let why = why.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::new();
    let mut blank = 0;
    for line in why.trim().split('\n') {
        let line = visible::shown(line.trim_end()).replace('\t', "    ");
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        if poses(&line) {
            out.push_str("> ");
        }
        out.push_str(&line);
    }
    out
}

fn poses(line: &str) -> bool {
    let key = line.split_once(':').map_or("", |(key, _)| key.trim());
    let trailer = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    trailer || line.starts_with("---") || line.starts_with("(cherry picked from")
}

/// Reads the trailers of an entry's commit; a message without all that an entry needs has none.
pub fn read_trailers(message: &str) -> Option<Trailers> {
    let block = message.trim_end_matches('\n').rsplit("\n\n").next()?;
    let mut trailers = Trailers::default();
    let mut seen = Vec::new();
    for line in block.split('\n') {
        let (key, value) = line.split_once(": ")?;
        let many = matches!(key, DRAFTED_BY | COUNTERSIGNED_BY | APPROVED_BY);
        if !many && seen.contains(&key) {
            return None;
        }
        seen.push(key);
        let value = value.to_owned();
        match key {
            STACK => trailers.stack = Some(value),
            RECORD => trailers.record = value.parse().ok()?,
            DRAFT => trailers.draft = Some(value),
            DRAFTED_BY => trailers.drafted_by.push(value),
            COUNTERSIGNED_BY => trailers.countersigned_by.push(value),
            APPROVED_BY => trailers.approved_by.push(value.strip_suffix(BY_PASSWORD)?.to_owned()),
            TICKET => trailers.ticket = Some(value),
            PLAN => trailers.plan = value.strip_prefix("sha256:")?.to_owned(),
            _ => return None,
        }
    }
    (seen.contains(&RECORD) && seen.contains(&PLAN)).then_some(trailers)
}

#[cfg(test)]
mod tests;
