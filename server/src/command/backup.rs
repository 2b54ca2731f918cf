//! `countersign backup`: everything that an installation needs, in one encrypted file, while the server runs.

use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use domain::record;

use crate::backup::archive::About;
use crate::backup::make::make;
use crate::backup::source::DATABASE;
use crate::vault::Recipients;
use crate::vault::envelope::{Closed, passphrase};

/// Writes one file with everything that this installation needs: database, keys, embedded repositories. The server may
/// run meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "The file holds the vault's key and the platform's, so it is encrypted with age: to --recipient, or with a \
                        passphrase. Stock tools open it: age -d FILE | tar -x. Restore it with `countersign restore`.")]
pub struct Backup {
    /// The new file; `-` for standard output.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The data folder.
    #[arg(long, env = "COUNTERSIGN_DATA", default_value = "data", value_name = "DIR")]
    data: PathBuf,
    /// Whoever has the identity of this age recipient can open it. May be given several times.
    #[arg(long, value_name = "AGE1…", conflicts_with_all = ["passphrase_file", "keys_in_the_clear"])]
    recipient: Vec<String>,
    /// A file whose first line is the passphrase; `-` for standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "keys_in_the_clear")]
    passphrase_file: Option<PathBuf>,
    /// Writes the keys unencrypted: whoever reads the file can decrypt every secret and sign as this platform.
    #[arg(long)]
    keys_in_the_clear: bool,
}

pub async fn backup(arguments: Backup) -> anyhow::Result<()> {
    let data = &arguments.data;
    ensure!(data.join(DATABASE).exists(), "there is no database in {}; name the data folder with --data", data.display());
    let closed = closed(&arguments)?;
    let to_stdout = arguments.file.as_os_str() == "-";
    // What goes to standard output is made first: it may have to be taken twice, and a half would look like a whole.
    let above = if to_stdout { data.clone() } else { folder_of(&arguments.file) };
    ensure!(to_stdout || !arguments.file.exists(), "{} is there already; a backup is written over nothing", arguments.file.display());
    let mut making = tempfile::Builder::new()
        .prefix(".countersign-backup-")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(&above)
        .with_context(|| format!("making a file in {}", above.display()))?;
    let about = make(data, &closed, making.as_file_mut()).await?;
    making.as_file().sync_all()?;
    if to_stdout {
        std::io::Seek::rewind(making.as_file_mut())?;
        let mut out = std::io::stdout().lock();
        std::io::copy(making.as_file_mut(), &mut out)?;
        out.flush()?;
    } else {
        making.persist_noclobber(&arguments.file).with_context(|| format!("writing {}", arguments.file.display()))?;
        File::open(&above)?.sync_all()?;
    }
    writeln!(std::io::stderr().lock(), "{}{}", told("Backed up", &about), warning(&closed))?;
    Ok(())
}

fn closed(arguments: &Backup) -> anyhow::Result<Closed> {
    match &arguments.passphrase_file {
        Some(file) => Closed::by_passphrase(passphrase(file)?),
        None if !arguments.recipient.is_empty() => Ok(Closed::To(Recipients::parse(&arguments.recipient)?)),
        None if arguments.keys_in_the_clear => Ok(Closed::InTheClear),
        None => bail!(
            "a backup holds the keys to every secret; say who can open it: --recipient AGE1… or --passphrase-file FILE, \
             or --keys-in-the-clear if the place you keep it is trusted with them"
        ),
    }
}

fn folder_of(file: &Path) -> PathBuf {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// Whose backup it is, and how far each record goes in it.
pub fn told(done: &str, about: &About) -> String {
    let whose = match about.organisation.as_str() {
        "" => "an installation that was not set up yet",
        organisation => organisation,
    };
    let mut text = format!("{done}: {}, as of {}.", domain::visible::one_line(whose), about.made_at);
    for cluster in &about.clusters {
        let upto = cluster.entry.map_or_else(|| String::from("nothing recorded"), |number| format!("up to {}", record::number(number)));
        text.push_str(&format!("\n  {}: {upto}", domain::visible::one_line(&cluster.name)));
    }
    text
}

fn warning(closed: &Closed) -> &'static str {
    match closed {
        Closed::InTheClear => "\nThe keys stand in it unencrypted, as you asked: whoever reads it can decrypt every secret.",
        Closed::To(_) => "\nKeep the recipients' identity elsewhere: without it nobody opens this file.",
        Closed::ByPassphrase(_) => "\nKeep the passphrase elsewhere: without it nobody opens this file.",
    }
}
