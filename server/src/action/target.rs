//! A stack on its way to a cluster: the rows behind it, as the domain wants them.

use std::collections::BTreeMap;

use domain::cluster::{Cluster, Repository};
use domain::name::Name;
use domain::problem::Problem;
use domain::secret::{Fingerprint, Level};
use domain::variable::Levels;

use crate::store::{self, Conn};
use crate::vault::StoredSecret;

/// The cluster as plans see it, with the variables that count for this stack.
pub async fn cluster(db: &mut Conn, row: &store::cluster::Cluster, stack: Option<&str>) -> Result<Cluster, Problem> {
    let mut levels = Levels::default();
    for variable in store::variable::for_target(db, &row.environment_id, &row.id, stack.unwrap_or_default()).await? {
        let level = match variable.scope.as_str() {
            "organisation" => &mut levels.organisation,
            "environment" => &mut levels.environment,
            "cluster" => &mut levels.cluster,
            _ => &mut levels.stack,
        };
        level.insert(variable.name, variable.value);
    }
    let name = |text: &str| Name::new(text).map_err(|error| Problem::internal(format!("cluster {}: {error}", row.id)));
    Ok(Cluster {
        name: name(&row.name)?,
        environment: name(&row.environment)?,
        engine: row.engine,
        repository: Repository { url: row.url.clone(), branch: row.branch.clone(), path: row.path_prefix.clone() },
        recipients: row.recipients.clone(),
        kube_system_uid: row.kube_system_uid.clone(),
        flux: row.flux.clone(),
        variables: levels,
    })
}

/// The secrets that win for a stack on a cluster: the strongest scope of each name.
#[derive(Default)]
pub struct Secrets {
    pub stored: BTreeMap<String, StoredSecret>,
    pub levels: BTreeMap<String, Level>,
}

impl Secrets {
    pub async fn of(db: &mut Conn, row: &store::cluster::Cluster, stack: &str) -> Result<Secrets, Problem> {
        let mut secrets = Secrets::default();
        // The strongest scope comes last and replaces the weaker ones.
        for secret in store::secret::for_target(db, &row.environment_id, &row.id, stack).await? {
            let level = match secret.scope.as_str() {
                "environment" => Level::Environment,
                "cluster" => Level::Cluster,
                _ => Level::Stack,
            };
            let fingerprint =
                Fingerprint::parse(&secret.fingerprint).map_err(|error| Problem::internal(format!("secret {}: {error}", secret.id)))?;
            let scope = format!("{}/{}", secret.scope, secret.scope_id);
            let stored = StoredSecret { scope, name: secret.name.clone(), ciphertext: secret.sealed, fingerprint };
            secrets.levels.insert(secret.name.clone(), level);
            secrets.stored.insert(secret.name, stored);
        }
        Ok(secrets)
    }

    pub fn fingerprint(&self, name: &str) -> Option<&Fingerprint> {
        self.stored.get(name).map(|stored| &stored.fingerprint)
    }
}
