//! Says what was found: a table for people, JSON for machines.

use std::fmt::Write as _;

use domain::{record, visible};
use serde_json::json;

use super::TakenOnTrust;
use super::chain::{Report, Row, Unproven, What};

/// One line per commit, oldest first, and what it comes to.
pub fn text(report: &Report) -> String {
    let head = ["№", "COMMIT", "ABOUT", "VERDICT", "BY"].map(str::to_owned);
    let lines: Vec<[String; 5]> = std::iter::once(head).chain(report.rows.iter().map(cells)).collect();
    let widths: Vec<usize> = (0..5).map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default()).collect();
    let mut out = String::new();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    let entries = || report.rows.iter().filter(|row| row.bad.is_none() && matches!(row.what, What::Entry { .. }));
    let count = |n: usize, what: &str| format!("{n} {} {what}", if n == 1 { "entry is" } else { "entries are" });
    let _ = writeln!(out, "\n{}", count(entries().filter(|row| row.unproven.is_empty()).count(), "good."));
    let by = |is: fn(&Unproven) -> bool| entries().filter(|row| row.unproven.iter().any(is)).count();
    match by(|one| matches!(one, Unproven::Password { .. })) {
        0 => {}
        n => drop(writeln!(out, "{}", count(n, "not countersigned: a password was given, and nothing here proves it."))),
    }
    match by(|one| matches!(one, Unproven::NewRoot { .. })) {
        0 => {}
        n => drop(writeln!(out, "{}", count(n, "a new root that is not pinned: everything after it rests on it."))),
    }
    match by(|one| matches!(one, Unproven::LogCut { .. })) {
        0 => {}
        n => drop(writeln!(out, "{}", count(n, "on a log that lost its end, as after an older backup was restored."))),
    }
    if report.not_judged > 0 {
        let what = if report.not_judged == 1 { "later commit was" } else { "later commits were" };
        let _ = writeln!(out, "{} {what} not judged: what it builds on is not good.", report.not_judged);
    }
    let root = match report.is_pinned {
        true => "The root is pinned by --trust.",
        false => "Self-consistent, root not pinned: whoever made the whole repository could have made this. Give --trust FILE|DIGEST.",
    };
    let _ = writeln!(out, "{root}");
    if let Some(digest) = &report.root {
        let _ = writeln!(out, "The first roster's digest: {digest}");
    }
    if let Some((number, log)) = report.checkpoints.last() {
        let _ = writeln!(out, "The audit log {} had {} lines at {}.", visible::one_line(&log.origin), log.size, record::number(*number));
    }
    out
}

fn cells(row: &Row) -> [String; 5] {
    let commit = row.commit.get(..12).unwrap_or(&row.commit).to_owned();
    let (number, about, by) = match &row.what {
        What::Entry { number, about, by } => (record::number(*number), visible::one_line(about), by.join(", ")),
        What::Foreign { subject } => (String::from("–"), String::from("–"), format!("“{}”", visible::one_line(subject))),
        What::Broken => (String::from("?"), String::from("?"), String::from("–")),
    };
    [number, commit, about, verdict_of(row).to_owned(), by]
}

fn verdict_of(row: &Row) -> &'static str {
    match (&row.bad, &row.what, row.unproven.first()) {
        (Some(_), _, _) => "NOT GOOD",
        (None, What::Entry { .. }, Some(Unproven::Password { .. })) => "NOT COUNTERSIGNED",
        (None, What::Entry { .. }, Some(Unproven::NewRoot { .. })) => "NEW ROOT",
        (None, What::Entry { .. }, Some(Unproven::LogCut { .. })) => "LOG CUT",
        (None, What::Entry { .. }, None) => "good",
        (None, _, _) => "not ours",
    }
}

/// Why the record is not good, if it is not: in one line.
pub fn verdict(report: &Report, taken: &TakenOnTrust<'_>) -> Option<String> {
    if let Some(row) = report.first_bad() {
        return Some(format!("the first that is not good: {}", reason(row)));
    }
    if let Some((row, unproven)) = first_unproven(report, taken) {
        return Some(format!("the first that is not proven: {}: {}", name(row), why(unproven)));
    }
    report.missing.as_ref().map(|missing| format!("the record is not whole: {missing}"))
}

/// The first thing that nothing here proves and that the caller has not said to take on trust.
fn first_unproven<'a>(report: &'a Report, taken: &TakenOnTrust<'_>) -> Option<(&'a Row, &'a Unproven)> {
    let counts = |row: &Row, one: &Unproven| match (one, &row.what) {
        (Unproven::Password { .. }, _) => !taken.passwords,
        (Unproven::LogCut { .. }, What::Entry { number, .. }) => !taken.log_cut_at.contains(number),
        _ => true,
    };
    report.rows.iter().find_map(|row| Some((row, row.unproven.iter().find(|one| counts(row, one))?)))
}

pub fn why(unproven: &Unproven) -> String {
    match unproven {
        Unproven::Password { by } => format!(
            "not countersigned: {} gave a password, which only the server could check. --accept-passwords takes its word",
            by.join(" and ")
        ),
        Unproven::NewRoot { digest } => {
            format!("its roster begins a new root: nobody of the one before signed it. If it is the right one, --trust {digest} pins it")
        }
        Unproven::LogCut { after } => format!(
            "the audit log {}: the lines since are lost, as after an older backup was restored. If you know of that, \
             --log-cut-at with its number says so",
            goes_on_from(*after)
        ),
    }
}

/// From where a log goes on whose end is lost.
fn goes_on_from(after: u64) -> String {
    match after {
        0 => String::from("begins anew"),
        number => format!("goes on from where {} saw it", record::number(number)),
    }
}

fn name(row: &Row) -> String {
    match &row.what {
        What::Entry { number, .. } => format!("{}, commit {}", record::number(*number), row.commit),
        _ => format!("commit {}", row.commit),
    }
}

pub fn reason(row: &Row) -> String {
    format!("{}: {}", name(row), visible::one_line(row.bad.as_deref().unwrap_or_default()))
}

/// The same for machines.
pub fn json(report: &Report, taken: &TakenOnTrust<'_>) -> String {
    let row = |row: &Row| {
        let verdict = match verdict_of(row) {
            "NOT GOOD" => "not_good",
            "good" => "good",
            "NOT COUNTERSIGNED" => "not_countersigned",
            "NEW ROOT" => "new_root",
            "LOG CUT" => "log_cut",
            _ => "not_ours",
        };
        let mut shown = json!({ "commit": row.commit, "verdict": verdict });
        match &row.what {
            What::Entry { number, about, by } => {
                shown["number"] = json!(number);
                shown["about"] = json!(about);
                shown["countersigned_by"] = json!(by);
            }
            What::Foreign { subject } => shown["subject"] = json!(subject),
            What::Broken => {}
        }
        if let Some(bad) = &row.bad {
            shown["reason"] = json!(bad);
        }
        shown
    };
    let log =
        report.checkpoints.last().map(|(_, log)| json!({ "origin": log.origin, "size": log.size, "root": domain::text::hex(&log.root) }));
    let said = json!({
        "good": verdict(report, taken).is_none(),
        "reason": verdict(report, taken),
        "entries": report.checkpoints.len(),
        "root": { "pinned": report.is_pinned, "digest": report.root },
        "log": log,
        "not_judged": report.not_judged,
        "commits": report.rows.iter().map(row).collect::<Vec<_>>(),
    });
    format!("{said:#}")
}
