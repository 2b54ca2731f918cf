//! Finding the place an act happens at: a cluster or an environment by its name, as permission sees it.

use domain::api::variable::Scope;
use domain::name::Name;
use domain::principal::{Act, Target};
use domain::problem::Problem;
use domain::repository::Tree;

use crate::api::caller::Caller;
use crate::store::{self, Conn};

pub fn target(cluster: &store::cluster::Cluster) -> Target {
    Target::Cluster { environment: cluster.environment.clone(), cluster: cluster.name.clone() }
}

/// Where things stand in a cluster's repository.
pub fn tree(cluster: &store::cluster::Cluster) -> Result<Tree, Problem> {
    let name = Name::new(&cluster.name).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)))?;
    Ok(Tree::new(&cluster.path_prefix, name))
}

/// The cluster, if the caller may do this there; one that may not even be seen is not found.
pub async fn cluster(db: &mut Conn, caller: &Caller, act: Act, name: &str) -> Result<store::cluster::Cluster, Problem> {
    let found = store::cluster::by_name(db, name).await?.ok_or_else(|| Problem::not_found("cluster"))?;
    permit(caller, act, &target(&found), "cluster")?;
    Ok(found)
}

pub async fn cluster_by_id(db: &mut Conn, caller: &Caller, act: Act, id: &str) -> Result<store::cluster::Cluster, Problem> {
    let found = store::cluster::get(db, id).await?.ok_or_else(|| Problem::not_found("cluster"))?;
    permit(caller, act, &target(&found), "cluster")?;
    Ok(found)
}

pub async fn environment(db: &mut Conn, caller: &Caller, act: Act, name: &str) -> Result<store::environment::Environment, Problem> {
    let found = store::environment::by_name(db, name).await?.ok_or_else(|| Problem::not_found("environment"))?;
    permit(caller, act, &Target::Environment { environment: found.name.clone() }, "environment")?;
    Ok(found)
}

/// Not found before not allowed: a name that may not be seen is not confirmed to exist.
fn permit(caller: &Caller, act: Act, target: &Target, what: &str) -> Result<(), Problem> {
    if caller.may(Act::See, target).is_err() {
        return Err(Problem::not_found(what));
    }
    caller.may(act, target)
}

/// A scope as rows name it, once the caller may do this there.
pub struct ScopeRow {
    pub scope: &'static str,
    pub id: String,
}

pub async fn scope(db: &mut Conn, caller: &Caller, act: Act, scope: &Scope) -> Result<ScopeRow, Problem> {
    Ok(match scope {
        Scope::Organisation => {
            caller.may(act, &Target::Organisation)?;
            ScopeRow { scope: "organisation", id: String::new() }
        }
        Scope::Environment { environment: name } => ScopeRow { scope: "environment", id: environment(db, caller, act, name).await?.id },
        Scope::Cluster { cluster: name } => ScopeRow { scope: "cluster", id: cluster(db, caller, act, name).await?.id },
        Scope::Stack { cluster: name, stack } => {
            let place = cluster(db, caller, act, name).await?;
            let found = store::stack::by_stack_id(db, &place.id, stack).await?.ok_or_else(|| Problem::not_found("stack"))?;
            ScopeRow { scope: "stack", id: found.id }
        }
    })
}

/// The names behind the scopes of rows, read once for a list.
pub struct Scopes {
    environments: Vec<store::environment::Environment>,
    clusters: Vec<store::cluster::Cluster>,
    stacks: Vec<store::stack::Stack>,
}

impl Scopes {
    pub async fn load(db: &mut Conn) -> Result<Scopes, Problem> {
        Ok(Scopes {
            environments: store::environment::list(db).await?,
            clusters: store::cluster::list(db).await?,
            stacks: store::stack::list(db).await?,
        })
    }

    /// The scope and where it lies; `None` if what it names is gone.
    pub fn of(&self, scope: &str, id: &str) -> Option<(Scope, Target)> {
        match scope {
            "organisation" => Some((Scope::Organisation, Target::Organisation)),
            "environment" => {
                let environment = self.environments.iter().find(|environment| environment.id == id)?.name.clone();
                Some((Scope::Environment { environment: environment.clone() }, Target::Environment { environment }))
            }
            "cluster" => {
                let cluster = self.clusters.iter().find(|cluster| cluster.id == id)?;
                Some((Scope::Cluster { cluster: cluster.name.clone() }, target(cluster)))
            }
            "stack" => {
                let stack = self.stacks.iter().find(|stack| stack.id == id)?;
                let cluster = self.clusters.iter().find(|cluster| cluster.id == stack.cluster)?;
                let scope = Scope::Stack { cluster: cluster.name.clone(), stack: stack.stack_id.clone() };
                Some((scope, target(cluster)))
            }
            _ => None,
        }
    }
}
