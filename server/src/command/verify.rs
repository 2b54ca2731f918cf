//! `countersign verify`: whether a repository's record is what people countersigned. Offline, from Git alone.

mod chain;
mod entry;
mod files;
mod trust;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::Args;
use domain::record;
use domain::visible;

use crate::git::Mirror;
use chain::{Report, Row, Unproven};
use trust::Trust;

/// Checks every entry of a repository's record: signatures, approvals, plan, tree. Nothing is fetched or written.
#[derive(Debug, Args)]
pub struct Verify {
    /// A clone or a bare repository on this machine.
    #[arg(value_name = "REPOSITORY")]
    repository: PathBuf,
    /// The roster that the first entry is judged by: a copy of `allowed_signers`, or its first SHA-256. Once more for
    /// each roster that begins a new root.
    #[arg(long, value_name = "FILE|DIGEST")]
    trust: Vec<String>,
    /// Takes the platform's word where a password was given in place of a signature. Without it such an entry fails.
    #[arg(long)]
    accept_passwords: bool,
    /// The branch to walk; what is checked out if not given.
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
}

/// 0: every entry is good. 1: one is not, or is not proven. 2: there is nothing to judge.
pub fn verify(arguments: &Verify) -> ExitCode {
    match run(arguments) {
        Ok(report) => {
            say(&mut std::io::stdout(), &text(&report));
            let said = match (report.first_bad(), first_unproven(&report, arguments.accept_passwords)) {
                (Some(row), _) => format!("the first that is not good: {}", reason(row)),
                (None, Some((row, unproven))) => format!("the first that is not proven: {}: {}", name(row), why(unproven)),
                (None, None) => return ExitCode::SUCCESS,
            };
            say(&mut std::io::stderr(), &format!("countersign: {said}"));
            ExitCode::from(1)
        }
        Err(error) => {
            say(&mut std::io::stderr(), &format!("countersign: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Verify) -> anyhow::Result<Report> {
    let trust = arguments.trust.iter().map(|text| Trust::read(text)).collect::<anyhow::Result<Vec<_>>>()?;
    let path = &arguments.repository;
    let mirror = Mirror::read_only(path).with_context(|| format!("opening {}", path.display()))?;
    let head = match &arguments.branch {
        Some(branch) => mirror.head(branch)?,
        None => mirror.checked_out()?,
    };
    let head = head.ok_or_else(|| anyhow!("{}: the branch has no commits; there is nothing to judge", path.display()))?;
    let report = chain::walk(&mirror, head, &trust)?;
    if !report.rows.iter().any(|row| matches!(row.what, chain::What::Entry { .. })) && report.first_bad().is_none() {
        return Err(anyhow!("{}: no commit on this branch is an entry of a record", path.display()));
    }
    Ok(report)
}

/// A closed pipe is no failure of the work.
fn say(to: &mut dyn std::io::Write, text: &str) {
    let _ = writeln!(to, "{}", text.trim_end());
}

fn text(report: &Report) -> String {
    let mut out = String::from("№       commit        about                 by\n");
    for row in &report.rows {
        let (number, about, by) = match &row.what {
            chain::What::Entry { number, about, by } => (record::number(*number), about.clone(), by.join(", ")),
            chain::What::Foreign { subject } => (String::from("–"), String::from("not ours"), format!("“{}”", visible::one_line(subject))),
            chain::What::Broken => (String::from("?"), String::from("?"), String::from("–")),
        };
        let verdict = match (&row.bad, &row.what, row.unproven.first()) {
            (Some(_), _, _) => "NOT GOOD",
            (None, chain::What::Entry { .. }, Some(Unproven::Password { .. })) => "NOT COUNTERSIGNED",
            (None, chain::What::Entry { .. }, Some(Unproven::NewRoot { .. })) => "NEW ROOT",
            (None, chain::What::Entry { .. }, None) => "good",
            (None, _, _) => "listed",
        };
        let commit = row.commit.get(..12).unwrap_or(&row.commit);
        let _ = writeln!(out, "{number:<7} {commit}  {about:<20}  {by}  {verdict}");
    }
    let entries = || report.rows.iter().filter(|row| row.bad.is_none() && matches!(row.what, chain::What::Entry { .. }));
    let count = |n: usize, what: &str| format!("{n} {} {what}", if n == 1 { "entry is" } else { "entries are" });
    let _ = writeln!(out, "{}", count(entries().filter(|row| row.unproven.is_empty()).count(), "good."));
    let by = |is: fn(&Unproven) -> bool| entries().filter(|row| row.unproven.iter().any(is)).count();
    match by(|one| matches!(one, Unproven::Password { .. })) {
        0 => {}
        n => drop(writeln!(out, "{}", count(n, "not countersigned: a password was given, and nothing here proves it."))),
    }
    match by(|one| matches!(one, Unproven::NewRoot { .. })) {
        0 => {}
        n => drop(writeln!(out, "{}", count(n, "a new root that is not pinned: everything after it rests on it."))),
    }
    if report.not_judged > 0 {
        let _ = writeln!(out, "{} later commits were not judged: what they build on is not good.", report.not_judged);
    }
    let root = match report.is_pinned {
        true => "The root is pinned by --trust.",
        false => "Self-consistent, root not pinned: give --trust FILE|DIGEST.",
    };
    let _ = writeln!(out, "{root}");
    if let Some(digest) = &report.root {
        let _ = writeln!(out, "The first roster's digest: {digest}");
    }
    out
}

/// The first thing that nothing here proves and that the caller has not said to take on trust.
fn first_unproven(report: &Report, accept_passwords: bool) -> Option<(&Row, &Unproven)> {
    let counts = |one: &&Unproven| !(accept_passwords && matches!(one, Unproven::Password { .. }));
    report.rows.iter().find_map(|row| Some((row, row.unproven.iter().find(counts)?)))
}

fn why(unproven: &Unproven) -> String {
    match unproven {
        Unproven::Password { by } => format!(
            "not countersigned: {} gave a password, which only the server could check. --accept-passwords takes its word",
            by.join(" and ")
        ),
        Unproven::NewRoot { digest } => {
            format!("its roster begins a new root: nobody of the one before signed it. If it is the right one, --trust {digest} pins it")
        }
    }
}

fn name(row: &Row) -> String {
    match &row.what {
        chain::What::Entry { number, .. } => format!("{}, commit {}", record::number(*number), row.commit),
        _ => format!("commit {}", row.commit),
    }
}

fn reason(row: &Row) -> String {
    format!("{}: {}", name(row), visible::one_line(row.bad.as_deref().unwrap_or_default()))
}
