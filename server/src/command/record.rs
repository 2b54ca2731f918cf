//! `countersign record accept CLUSTER`: the way on after an older backup than the record was restored.

use std::io::{BufRead, Write};

use anyhow::{Context, anyhow, bail, ensure};
use clap::Args;
use domain::name::Name;
use domain::record;
use domain::repository::Tree;

use super::verify::chain::{Report, Unproven, What};
use super::verify::trust::Trust;
use super::verify::{Expected, chain, show};
use crate::action;
use crate::action::repository::Repository;
use crate::api::caller::Caller;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::deploy::read_back::{self, ReadBack};
use crate::git::{ObjectId, verify_commit};
use crate::server::Server;
use crate::store::{self, cluster::Cluster};

/// Takes entries into the database that stand in the repository and that it does not know: after an older backup was
/// restored. Every entry is verified first. The server must be stopped.
#[derive(Debug, Args)]
pub struct Accept {
    /// The cluster's name.
    cluster: String,
    /// Pins a roster that begins a new root among these entries, as for `verify`.
    #[arg(long, value_name = "FILE|DIGEST")]
    trust: Vec<String>,
    /// Takes entries that were approved by password as well.
    #[arg(long)]
    accept_passwords: bool,
    /// Asks nothing.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    config: Config,
}

pub async fn accept(arguments: Accept) -> anyhow::Result<()> {
    let config = arguments.config.clone();
    ensure!(config.database().exists(), "there is no database in {}; name the data folder with --data", config.data.display());
    let _alone = DataLock::take(&config.data)?;
    let server = Server::open(config, Clock::default()).await?;
    let mut db = server.store.read().await?;
    let cluster = store::cluster::by_name(&mut db, &arguments.cluster)
        .await?
        .with_context(|| format!("there is no cluster called {}", arguments.cluster))?;
    ensure!(
        store::deployment::unfinished_of(&mut db, &cluster.id).await?.is_none(),
        "what became of a deployment is not known yet; start the server once, wait until it is, and stop it again"
    );
    let known = Known::of(&mut db, &cluster).await?;
    drop(db);
    let found = find(&server, &cluster, &known, &arguments)?;
    let mut out = std::io::stdout().lock();
    let (Some(first), Some(last)) = (found.entries.first(), found.entries.last()) else {
        writeln!(out, "{} knows every entry of its record already; nothing was changed.", cluster.name)?;
        return Ok(());
    };
    writeln!(out, "{}", found.shown)?;
    if !arguments.yes {
        write!(out, "Type the cluster's name, {}, to accept them: ", cluster.name)?;
        out.flush()?;
        let mut typed = String::new();
        std::io::stdin().lock().read_line(&mut typed)?;
        ensure!(typed.trim() == cluster.name, "that is not {}; nothing was changed", cluster.name);
    }
    action::record::accept::accept(&server, &Caller::host(), &cluster, &found.entries).await?;
    server.store.close().await;
    let (from, to) = (record::number(first.number), record::number(last.number));
    writeln!(
        out,
        "Accepted {from} to {to}. Secrets, variables, people and keys that were changed since the backup are not in any\n\
         repository: set them again before you sign the next plan, and look at what it changes. The next entry's log begins\n\
         where the backup left it; `countersign verify` says so, and --log-cut-at NUMBER tells it that you know."
    )?;
    Ok(())
}

/// What the database has of the record.
struct Known {
    last: Option<(u64, String)>,
    root: Option<String>,
}

impl Known {
    async fn of(db: &mut store::Conn, cluster: &Cluster) -> anyhow::Result<Known> {
        let last = store::entry::last(db, &cluster.id).await?;
        let last = last.map(|entry| (entry.number.unsigned_abs(), entry.commit_id));
        Ok(Known { last, root: action::record::root(db, &cluster.id).await? })
    }

    fn number(&self) -> u64 {
        self.last.as_ref().map_or(0, |(number, _)| *number)
    }
}

struct Found {
    entries: Vec<ReadBack>,
    /// The same for people.
    shown: String,
}

/// Judges the whole branch from its first commit, and reads what is new.
fn find(server: &Server, cluster: &Cluster, known: &Known, arguments: &Accept) -> anyhow::Result<Found> {
    let mut trust = arguments.trust.iter().map(|text| Trust::read(text)).collect::<anyhow::Result<Vec<_>>>()?;
    trust.extend(known.root.as_deref().map(Trust::read).transpose()?);
    ensure!(!trust.is_empty(), "this database knows no entry of {}; say whom to trust with --trust FILE|DIGEST", cluster.name);
    let repository = Repository::of(&server.config.data, &server.vault, cluster)?;
    let mirror = repository.mirror()?;
    let head = mirror.fetch(&repository.remote, &repository.branch)?;
    let head = head.with_context(|| format!("the branch {} is empty; there is nothing to accept", cluster.branch))?;
    let folder = Tree::new(&cluster.path_prefix, Name::new(&cluster.name)?).entries();
    let report = chain::walk(&mirror, head, &Expected::of_folder(trust, folder.clone()))?;
    if let Some(bad) = report.first_bad() {
        bail!("nothing was accepted: {}", show::reason(bad));
    }
    follows(&report, known, cluster)?;
    let mut found = Found { entries: Vec::new(), shown: format!("{} does not know these entries of its record:", cluster.name) };
    for row in &report.rows {
        let What::Entry { number, about, by } = &row.what else { continue };
        if *number <= known.number() {
            continue;
        }
        for unproven in &row.unproven {
            match unproven {
                Unproven::Password { .. } if arguments.accept_passwords => {}
                Unproven::LogCut { .. } => {}
                other => bail!("nothing was accepted: {}: {}", record::number(*number), show::why(other)),
            }
        }
        let entry =
            read_back::entry(&mirror, row.commit.parse::<ObjectId>().map_err(|_| anyhow!("{} is no commit", row.commit))?, &folder)?;
        ensure!(entry.plan.cluster.name.as_str() == cluster.name, "it is the record of {}", entry.plan.cluster.name);
        found.shown.push_str(&format!(
            "\n  {}  {}  “{}”  {}",
            record::number(*number),
            domain::visible::one_line(about),
            domain::visible::one_line(&entry.plan.subject),
            by.join(", ")
        ));
        found.entries.push(entry);
    }
    if let Some(last) = found.entries.last() {
        is_ours(server, last)?;
    }
    Ok(found)
}

/// The last entry that is known stands in this record at its place.
fn follows(report: &Report, known: &Known, cluster: &Cluster) -> anyhow::Result<()> {
    let Some((number, commit)) = &known.last else { return Ok(()) };
    let stands = |row: &chain::Row| row.commit == *commit && matches!(row.what, What::Entry { number: there, .. } if there == *number);
    ensure!(
        report.rows.iter().any(stands),
        "the branch {} does not hold {} as this database knows it; it is another record, and nothing was accepted",
        cluster.branch,
        record::number(*number)
    );
    Ok(())
}

/// Another installation's record is never taken for ours: its key would sign beside this one.
fn is_ours(server: &Server, entry: &ReadBack) -> anyhow::Result<()> {
    let keys = [server.platform_key.public_key().clone()];
    verify_commit(&entry.commit.bytes, &keys)
        .map(drop)
        .with_context(|| format!("{} was signed by another platform key than this installation's", record::number(entry.number)))
}
