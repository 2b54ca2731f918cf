//! Stacks that differ from their record: a variable or secret that they use is no longer what it was.

use domain::api::overview::{Differs, StackOn};
use domain::api::variable::Scope;
use domain::plan::differs::{self, Moved};
use domain::principal;
use domain::problem::Problem;
use domain::secret::Fingerprint;
use std::collections::BTreeMap;

use super::target::{self, Secrets};
use super::{draft, place};
use crate::api::caller::Caller;
use crate::deploy::intend;
use crate::store::{self, Conn};

/// What a recorded stack uses and what moved since, each with the level that it comes from now.
pub async fn of_stack(db: &mut Conn, cluster: &store::cluster::Cluster, stack: &store::stack::Stack) -> Result<Moved, Problem> {
    let Some(entry) = store::entry::last_of_stack(db, &stack.id).await? else { return Ok(Moved::default()) };
    let Some((_, content)) = draft::recorded(db, stack, Some(entry.number)).await? else { return Ok(Moved::default()) };
    let Some(row) = store::plan::get(db, &entry.plan).await? else { return Ok(Moved::default()) };
    let plan = intend::read(&row)?;
    let recorded: BTreeMap<String, Fingerprint> =
        serde_json::from_str(&row.secrets).map_err(|error| Problem::internal(format!("plan {}: {error}", row.id)))?;
    let levels = target::cluster(db, cluster, Some(&stack.id)).await?.variables;
    let secrets = Secrets::of(db, cluster, &stack.id).await?;
    let now = |name: &str| Some((secrets.fingerprint(name)?.clone(), *secrets.levels.get(name)?));
    Ok(differs::moved(&content, &plan.variables, &levels, &recorded, now))
}

/// By name alone, as lists of stacks show it.
pub fn shown(moved: &Moved) -> Differs {
    Differs { variables: moved.variables.keys().cloned().collect(), secrets: moved.secrets.keys().cloned().collect() }
}

/// All recorded stacks that the caller may see and that differ.
pub struct Differing(Vec<(StackOn, String, Moved)>);

impl Differing {
    pub async fn load(db: &mut Conn, caller: &Caller) -> Result<Differing, Problem> {
        let mut differing = Vec::new();
        for stack in store::stack::list(db).await? {
            let Some(cluster) = store::cluster::get(db, &stack.cluster).await? else { continue };
            if caller.may(principal::Act::See, &place::target(&cluster)).is_err() {
                continue;
            }
            let moved = of_stack(db, &cluster, &stack).await?;
            if !moved.is_empty() {
                let on = StackOn { cluster: cluster.name, stack: stack.stack_id };
                differing.push((on, cluster.environment, moved));
            }
        }
        Ok(Differing(differing))
    }

    /// Those for which this very row is what moved.
    pub fn by_variable(&self, scope: &Scope, name: &str) -> Vec<StackOn> {
        self.by(scope, |moved| moved.variables.get(name).copied().flatten() == Some(scope.level()))
    }

    pub fn by_secret(&self, scope: &Scope, name: &str) -> Vec<StackOn> {
        use domain::secret::Level;
        let level = match scope {
            Scope::Organisation => return Vec::new(),
            Scope::Environment { .. } => Level::Environment,
            Scope::Cluster { .. } => Level::Cluster,
            Scope::Stack { .. } => Level::Stack,
        };
        self.by(scope, |moved| moved.secrets.get(name).copied().flatten() == Some(level))
    }

    fn by(&self, scope: &Scope, is_moved: impl Fn(&Moved) -> bool) -> Vec<StackOn> {
        let reaches = |on: &StackOn, of: &str| match scope {
            Scope::Organisation => true,
            Scope::Environment { environment } => environment == of,
            Scope::Cluster { cluster } => *cluster == on.cluster,
            Scope::Stack { cluster, stack } => *cluster == on.cluster && *stack == on.stack,
        };
        let found = self.0.iter().filter(|(on, environment, moved)| reaches(on, environment) && is_moved(moved));
        found.map(|(on, _, _)| on.clone()).collect()
    }
}
