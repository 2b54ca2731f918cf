//! `countersign verify`: whether a repository's record is what people countersigned. Offline, from Git alone.

pub mod chain;
mod entry;
mod files;
mod log;
pub mod show;
pub mod trust;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use domain::name::Name;
use domain::record;
use domain::repository::Tree;

use crate::git::Mirror;
use crate::identity::roster::Roster;
use chain::Report;
use log::Kept;
use trust::Trust;

/// Checks every entry of a repository's record: signatures, approvals, plan, tree, audit log. Nothing is fetched or
/// written.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status:\n  0  every entry is good\n  1  one is not, or is not proven, or the record's end is cut off: the first is named\n  \
                        2  there is nothing to judge: no repository, no record, unreadable arguments"
)]
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
    /// Takes it that the audit log lost its lines before this entry: an older backup was restored. Without it such an
    /// entry fails.
    #[arg(long, value_name = "NUMBER")]
    log_cut_at: Vec<u64>,
    /// The branch to walk; what is checked out if not given.
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// Where in the repository the record stands, if not at its root; found out if not given.
    #[arg(long, value_name = "FOLDER")]
    path: Option<String>,
    /// The number of an entry that is known to exist: entries cut from the end cannot be seen otherwise.
    #[arg(long, value_name = "NUMBER")]
    at_least: Option<u64>,
    /// A `checkpoint` that was kept from an entry: some entry must still carry it.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<String>,
    /// How to say it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What nothing in the repository proves, and the caller says to go by.
pub struct TakenOnTrust<'a> {
    passwords: bool,
    /// Entries.
    log_cut_at: &'a [u64],
}

/// What is known from outside the repository.
#[derive(Default)]
pub struct Expected {
    pub trust: Vec<Trust>,
    /// The folder of the entries, ending in a slash.
    evidence: Option<String>,
    at_least: Option<u64>,
    checkpoint: Option<Kept>,
}

impl Expected {
    fn of(arguments: &Verify) -> anyhow::Result<Expected> {
        // The folder does not depend on the cluster's name.
        let tree = |path: &String| Name::new("any").map(|name| Tree::new(path, name).entries());
        Ok(Expected {
            trust: arguments.trust.iter().map(|text| Trust::read(text)).collect::<anyhow::Result<_>>()?,
            evidence: arguments.path.as_ref().map(tree).transpose()?,
            at_least: arguments.at_least,
            checkpoint: arguments.checkpoint.as_deref().map(Kept::read).transpose()?,
        })
    }

    /// Of a record whose folder is known, the slash at its end included.
    pub fn of_folder(trust: Vec<Trust>, evidence: String) -> Expected {
        Expected { trust, evidence: Some(evidence), ..Expected::default() }
    }

    /// What does not hold of a record whose entries are all good; `roster` is as its last entry left it.
    fn missing(&self, report: &Report, roster: Option<&Roster>) -> Option<String> {
        let last = report.last();
        if let Some(number) = self.at_least.filter(|number| *number > last) {
            return Some(match last {
                0 => format!("{} was expected, and there is no entry", record::number(number)),
                _ => format!("{} was expected, and the record ends at {}", record::number(number), record::number(last)),
            });
        }
        let (kept, roster) = (self.checkpoint.as_ref()?, roster?);
        kept.is_carried(roster, &report.checkpoints).err().map(|error| format!("{error:#}"))
    }
}

/// 0: every entry is good. 1: one is not, or is not proven, or some are missing. 2: there is nothing to judge.
pub fn verify(arguments: &Verify) -> ExitCode {
    let taken = TakenOnTrust { passwords: arguments.accept_passwords, log_cut_at: &arguments.log_cut_at };
    match run(arguments) {
        Ok(report) => {
            let text = match arguments.format {
                Format::Text => show::text(&report),
                Format::Json => show::json(&report, &taken),
            };
            say(&mut std::io::stdout(), &text);
            if let Some(reason) = show::verdict(&report, &taken) {
                say(&mut std::io::stderr(), &format!("countersign: {reason}"));
                return ExitCode::from(1);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&mut std::io::stderr(), &format!("countersign: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Verify) -> anyhow::Result<Report> {
    let expected = Expected::of(arguments)?;
    let path = &arguments.repository;
    let mirror = Mirror::read_only(path).with_context(|| format!("opening {}", path.display()))?;
    let head = match &arguments.branch {
        Some(branch) => mirror.head(branch)?,
        None => mirror.checked_out()?,
    };
    let head = head.ok_or_else(|| anyhow!("{}: the branch has no commits; there is nothing to judge", path.display()))?;
    let report = chain::walk(&mirror, head, &expected)?;
    if report.checkpoints.is_empty() && report.is_good() {
        return Err(anyhow!("{}: no commit on this branch is an entry of a record", path.display()));
    }
    Ok(report)
}

/// A closed pipe is no failure of the work.
fn say(to: &mut dyn std::io::Write, text: &str) {
    let _ = writeln!(to, "{}", text.trim_end());
}
