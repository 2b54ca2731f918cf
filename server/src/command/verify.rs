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
use chain::{Report, Row};
use trust::Trust;

/// Checks every entry of a repository's record: signatures, approvals, plan, tree. Nothing is fetched or written.
#[derive(Debug, Args)]
pub struct Verify {
    /// A clone or a bare repository on this machine.
    #[arg(value_name = "REPOSITORY")]
    repository: PathBuf,
    /// The roster that the first entry is judged by: a copy of `allowed_signers`, or its first SHA-256.
    #[arg(long, value_name = "FILE|DIGEST")]
    trust: Option<String>,
    /// The branch to walk; what is checked out if not given.
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
}

/// 0: every entry is good. 1: one is not. 2: there is nothing to judge.
pub fn verify(arguments: &Verify) -> ExitCode {
    match run(arguments) {
        Ok(report) => {
            say(&mut std::io::stdout(), &text(&report));
            match report.first_bad() {
                None => ExitCode::SUCCESS,
                Some(row) => {
                    say(&mut std::io::stderr(), &format!("countersign: the first that is not good: {}", reason(row)));
                    ExitCode::from(1)
                }
            }
        }
        Err(error) => {
            say(&mut std::io::stderr(), &format!("countersign: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Verify) -> anyhow::Result<Report> {
    let trust = arguments.trust.as_deref().map(Trust::read).transpose()?;
    let path = &arguments.repository;
    let mirror = Mirror::read_only(path).with_context(|| format!("opening {}", path.display()))?;
    let head = match &arguments.branch {
        Some(branch) => mirror.head(branch)?,
        None => mirror.checked_out()?,
    };
    let head = head.ok_or_else(|| anyhow!("{}: the branch has no commits; there is nothing to judge", path.display()))?;
    let report = chain::walk(&mirror, head, trust)?;
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
    let mut out = String::from("№       commit        about                 countersigned by\n");
    for row in &report.rows {
        let (number, about, by) = match &row.what {
            chain::What::Entry { number, about, by } => (record::number(*number), about.clone(), by.join(", ")),
            chain::What::Foreign { subject } => (String::from("–"), String::from("not ours"), format!("“{}”", visible::one_line(subject))),
            chain::What::Broken => (String::from("?"), String::from("?"), String::from("–")),
        };
        let verdict = match (&row.bad, &row.what) {
            (Some(_), _) => "NOT GOOD",
            (None, chain::What::Entry { .. }) => "good",
            (None, _) => "listed",
        };
        let commit = row.commit.get(..12).unwrap_or(&row.commit);
        let _ = writeln!(out, "{number:<7} {commit}  {about:<20}  {by}  {verdict}");
    }
    let good = report.rows.iter().filter(|row| row.bad.is_none() && matches!(row.what, chain::What::Entry { .. })).count();
    let _ = writeln!(out, "{good} {} good.", if good == 1 { "entry is" } else { "entries are" });
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

fn reason(row: &Row) -> String {
    let name = match &row.what {
        chain::What::Entry { number, .. } => format!("{}, commit {}", record::number(*number), row.commit),
        _ => format!("commit {}", row.commit),
    };
    format!("{name}: {}", visible::one_line(row.bad.as_deref().unwrap_or_default()))
}
