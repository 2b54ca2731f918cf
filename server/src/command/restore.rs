//! `countersign restore`: a backup becomes a data folder again.

use std::fs::File;
use std::io::{Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::backup::told;
use crate::backup::restore::restore as put;
use crate::vault::envelope::{Opener, passphrase};

/// Restores a backup into an empty folder. It is checked as a whole first; then the folder is there at once.
#[derive(Debug, Args)]
pub struct Restore {
    /// What `countersign backup` wrote; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data folder: an empty one, or one that is not there yet.
    #[arg(long, env = "COUNTERSIGN_DATA", value_name = "DIR")]
    data: PathBuf,
    /// A file with the age identity that it was encrypted to.
    #[arg(long, value_name = "FILE", conflicts_with = "passphrase_file")]
    identity: Option<PathBuf>,
    /// A file whose first line is the passphrase that it was encrypted with; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub async fn restore(arguments: Restore) -> anyhow::Result<()> {
    let opener = match (&arguments.identity, &arguments.passphrase_file) {
        (Some(file), _) => Opener::identity_file(file)?,
        (None, Some(file)) => Opener::Passphrase(passphrase(file)?),
        (None, None) => Opener::Nothing,
    };
    let shown = arguments.file.display();
    let file: Box<dyn Read> = match arguments.file.as_os_str() == "-" {
        true => Box::new(std::io::stdin()),
        false => Box::new(File::open(&arguments.file).with_context(|| format!("opening {shown}"))?),
    };
    let opened = opener.of(file).with_context(|| format!("opening {shown}"))?;
    let about = put(opened, &arguments.data).await.with_context(|| format!("restoring {shown}"))?;
    writeln!(
        std::io::stdout().lock(),
        "{}\nIt stands in {}. Stop the server that it was made from for good: two of them must never work on one record.\n\
         What was changed since then is not in it: people, keys, secrets and variables are as they were. Where a branch holds\n\
         later entries, nothing is deployed until you have accepted them (countersign record accept CLUSTER).",
        told("Restored", &about),
        arguments.data.display()
    )?;
    Ok(())
}
