//! Judges the approvals of a plan: the new one as of now, the stored ones as of their acceptance.

use std::collections::{BTreeMap, BTreeSet};

use domain::plan::{Kind, Plan, WriterKind};
use domain::principal::{Act, Target, may};
use domain::problem::Problem;
use jiff::Timestamp;

use super::entry::Evidence;
use crate::identity::approval::{Approval, Consent, Deployers, Rules, Site, Terms, password, verify_file};
use crate::identity::roster::{Roster, Signer};
use crate::store::{self, Conn};

/// Everything an approval of one plan is judged by.
pub struct Court {
    pub roster: Roster,
    /// Who may deploy there, with their ids.
    pub deployers: BTreeMap<Signer, String>,
    pub not_after: Timestamp,
    pub writers: Vec<String>,
    pub four_eyes: bool,
    pub needed: usize,
}

impl Court {
    pub async fn of(db: &mut Conn, row: &store::plan::Plan, plan: &Plan, target: &Target) -> Result<Court, Problem> {
        let not_after = plan.expires_at().ok_or_else(|| Problem::internal(format!("plan {}: no time to expire", row.id)))?;
        let writers = plan.writers.iter().map(|writer| match writer.kind {
            WriterKind::Person => writer.id.clone(),
            WriterKind::Agent => writer.owner.clone().unwrap_or_else(|| writer.id.clone()),
        });
        Ok(Court {
            roster: roster(db, row, plan).await?,
            deployers: deployers(db, target).await?,
            not_after,
            writers: writers.collect(),
            four_eyes: plan.policy.four_eyes,
            needed: usize::try_from(plan.policy.approvals).unwrap_or(1).max(1),
        })
    }

    pub fn terms<'a>(&'a self, plan: &'a [u8]) -> Terms<'a> {
        Terms { plan, not_after: self.not_after, writers: &self.writers }
    }

    pub fn rules<'a>(&'a self, at: Timestamp, site: Site<'a>, approved_by: &'a BTreeSet<Signer>) -> Rules<'a> {
        Rules { at, site, roster: &self.roster, deployers: Deployers::Only(&self.deployers), four_eyes: self.four_eyes, approved_by }
    }

    /// The stored approvals, each judged again as of its acceptance.
    pub fn stored(&self, bytes: &[u8], plan: &Plan, approvals: &[store::approval::Approval]) -> Result<Vec<Approval>, Problem> {
        let mut approved = Vec::new();
        let mut by = BTreeSet::new();
        let terms = self.terms(bytes);
        for approval in approvals {
            let rules = self.rules(moment(approval.accepted_at)?, Site::OfTheKey, &by);
            let one = match approval.kind.as_str() {
                "password" => password::recorded(&terms, plan, &approval.bytes, &rules).map(Approval::ByPassword),
                _ => verify_file(&terms, &approval.bytes, &rules).map(Approval::Signed),
            };
            let one = one.map_err(Problem::from)?;
            by.insert(one.signer().clone());
            approved.push(one);
        }
        Ok(approved)
    }

    pub fn consent(&self, plan: &[u8], approved: Vec<Approval>) -> Result<(Consent<Vec<u8>>, Vec<Evidence>), Problem> {
        let evidence = approved.iter().map(|one| Evidence {
            signer: one.signer().to_string(),
            file: one.file(),
            countersigned: one.is_countersigned(),
        });
        let evidence = evidence.collect();
        let consent = Consent::of(plan.to_vec(), approved, self.needed).map_err(Problem::from)?;
        Ok((consent, evidence))
    }
}

pub fn moment(micros: i64) -> Result<Timestamp, Problem> {
    Timestamp::from_microsecond(micros).map_err(|error| Problem::internal(format!("a stored time: {error}")))
}

/// The roster that judges a plan: its parent's, except where the plan brings its own. The first binding does, and so
/// does the first roster after the server's address moved away from every key; trust in either is pinned outside
/// (`--trust`).
async fn roster(db: &mut Conn, row: &store::plan::Plan, plan: &Plan) -> Result<Roster, Problem> {
    let own = async |db: &mut Conn| parse(&after(db, plan, &plan.tree().allowed_signers()).await?.unwrap_or_default());
    if plan.begins_a_new_root() {
        return own(db).await;
    }
    match (standing(db, &row.cluster, &plan.tree().allowed_signers()).await?, plan.kind) {
        (Some(roster), _) => Ok(roster),
        (None, Kind::Cluster) => own(db).await,
        (None, _) => Ok(Roster::default()),
    }
}

/// The roster as the last entry that wrote it left it.
pub async fn standing(db: &mut Conn, cluster: &str, path: &str) -> Result<Option<Roster>, Problem> {
    for entry in store::entry::of_kinds(db, cluster, "cluster", "roster").await? {
        let Some(written) = store::plan::get(db, &entry.plan).await? else { continue };
        let written = super::intend::read(&written)?;
        if let Some(text) = after(db, &written, path).await? {
            return parse(&text).map(Some);
        }
    }
    Ok(None)
}

/// What a plan writes at a path.
async fn after(db: &mut Conn, plan: &Plan, path: &str) -> Result<Option<String>, Problem> {
    let Some(digest) = plan.files.iter().find(|file| file.path == path).and_then(|file| file.after.as_ref()) else { return Ok(None) };
    let bytes = store::plan::file(db, &digest.sha256)
        .await?
        .ok_or_else(|| Problem::internal(format!("the planned file {} is missing", digest.sha256)))?;
    String::from_utf8(bytes).map(Some).map_err(|_| Problem::internal("allowed_signers is no text"))
}

fn parse(text: &str) -> Result<Roster, Problem> {
    Roster::parse(text).map_err(|error| Problem::internal(format!("the roster cannot be read: {error}")))
}

/// Everybody who may deploy at a place, by their name in the roster.
pub async fn deployers(db: &mut Conn, target: &Target) -> Result<BTreeMap<Signer, String>, Problem> {
    let mut deployers = BTreeMap::new();
    let mut after = String::new();
    loop {
        let page = store::person::list(db, &after, 500).await?;
        let Some(last) = page.last() else { return Ok(deployers) };
        after.clone_from(&last.name);
        for person in page {
            let Some(principal) = store::person::principal(db, &person.id).await? else { continue };
            if may(&principal, Act::Deploy, target)
                && let Ok(signer) = Signer::new(&person.name)
            {
                deployers.insert(signer, person.id);
            }
        }
    }
}
