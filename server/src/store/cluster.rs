//! Clusters: settings, repository binding and the sealed credential for it.

use domain::cluster::{Engine, FluxNames};

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone)]
pub struct Cluster {
    pub id: String,
    pub name: String,
    pub environment_id: String,
    pub environment: String,
    pub engine: Engine,
    pub url: String,
    pub branch: String,
    pub path_prefix: String,
    pub embedded: bool,
    pub recipients: Vec<String>,
    pub kube_system_uid: Option<String>,
    pub flux: FluxNames,
    pub host_key: Option<String>,
    pub ca_certificate: Option<String>,
    pub deploy_key: Option<String>,
    /// Sealed to the vault.
    pub credential: Option<Vec<u8>>,
    pub bound_at: Option<Micros>,
    /// Why nothing is deployed there, if that is so.
    pub halted: Option<String>,
    pub revision: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    environment_id: String,
    environment: String,
    url: String,
    branch: String,
    path_prefix: String,
    embedded: bool,
    recipients: String,
    kube_system_uid: Option<String>,
    flux: String,
    host_key: Option<String>,
    ca_certificate: Option<String>,
    deploy_key: Option<String>,
    credential: Option<Vec<u8>>,
    bound_at: Option<Micros>,
    halted: Option<String>,
    revision: i64,
}

const COLUMNS: &str = "select cluster.id, cluster.name, cluster.environment as environment_id, environment.name as environment,
        cluster.url, cluster.branch, cluster.path_prefix, cluster.embedded, cluster.recipients, cluster.kube_system_uid,
        cluster.flux, cluster.host_key, cluster.ca_certificate, cluster.deploy_key, cluster.credential, cluster.bound_at,
        cluster.halted, cluster.revision
 from cluster join environment on environment.id = cluster.environment";

impl TryFrom<Row> for Cluster {
    type Error = Error;

    fn try_from(row: Row) -> Result<Cluster> {
        let broken = |what: &str, error: serde_json::Error| Error::inconsistent("cluster", &row.id, format!("{what}: {error}"));
        Ok(Cluster {
            recipients: serde_json::from_str(&row.recipients).map_err(|error| broken("recipients", error))?,
            flux: serde_json::from_str(&row.flux).map_err(|error| broken("flux", error))?,
            id: row.id,
            name: row.name,
            environment_id: row.environment_id,
            environment: row.environment,
            engine: Engine::Flux,
            url: row.url,
            branch: row.branch,
            path_prefix: row.path_prefix,
            embedded: row.embedded,
            kube_system_uid: row.kube_system_uid,
            host_key: row.host_key,
            ca_certificate: row.ca_certificate,
            deploy_key: row.deploy_key,
            credential: row.credential,
            bound_at: row.bound_at,
            halted: row.halted,
            revision: row.revision,
        })
    }
}

pub async fn insert(tx: &mut Tx, cluster: &Cluster, now: Micros) -> Result<()> {
    sqlx::query(
        "insert into cluster (id, environment, name, engine, url, branch, path_prefix, embedded, recipients, kube_system_uid,
                              flux, host_key, ca_certificate, deploy_key, credential, revision, created_at)
         values ($1, $2, $3, 'flux', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(&cluster.id)
    .bind(&cluster.environment_id)
    .bind(&cluster.name)
    .bind(&cluster.url)
    .bind(&cluster.branch)
    .bind(&cluster.path_prefix)
    .bind(cluster.embedded)
    .bind(json(&cluster.recipients))
    .bind(&cluster.kube_system_uid)
    .bind(json(&cluster.flux))
    .bind(&cluster.host_key)
    .bind(&cluster.ca_certificate)
    .bind(&cluster.deploy_key)
    .bind(&cluster.credential)
    .bind(cluster.revision)
    .bind(now)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Writes what may be edited; false if somebody else did since `cluster.revision - 1`.
pub async fn update(tx: &mut Tx, cluster: &Cluster) -> Result<bool> {
    let done = sqlx::query(
        "update cluster
         set recipients = $2, kube_system_uid = $3, flux = $4, revision = $5
         where id = $1 and revision = $5 - 1",
    )
    .bind(&cluster.id)
    .bind(json(&cluster.recipients))
    .bind(&cluster.kube_system_uid)
    .bind(json(&cluster.flux))
    .bind(cluster.revision)
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The same credential under the vault's next key.
pub async fn seal_anew(tx: &mut Tx, id: &str, credential: &[u8]) -> Result<()> {
    sqlx::query("update cluster set credential = $2 where id = $1").bind(id).bind(credential).execute(&mut **tx).await?;
    Ok(())
}

pub async fn set_bound(tx: &mut Tx, id: &str, now: Micros) -> Result<()> {
    sqlx::query("update cluster set bound_at = $2 where id = $1 and bound_at is null").bind(id).bind(now).execute(&mut **tx).await?;
    Ok(())
}

pub async fn set_halted(tx: &mut Tx, id: &str, why: Option<&str>) -> Result<()> {
    sqlx::query("update cluster set halted = $2 where id = $1").bind(id).bind(why).execute(&mut **tx).await?;
    Ok(())
}

/// In the order of their environments.
pub async fn list(db: &mut Conn) -> Result<Vec<Cluster>> {
    let sql = format!("{COLUMNS} order by environment.position, environment.name, cluster.name");
    let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(db).await?;
    rows.into_iter().map(Cluster::try_from).collect()
}

pub async fn by_name(db: &mut Conn, name: &str) -> Result<Option<Cluster>> {
    let sql = format!("{COLUMNS} where cluster.name = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(name).fetch_optional(db).await?;
    row.map(Cluster::try_from).transpose()
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Cluster>> {
    let sql = format!("{COLUMNS} where cluster.id = $1");
    let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(db).await?;
    row.map(Cluster::try_from).transpose()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("texts in lists and structs always serialise")
}
