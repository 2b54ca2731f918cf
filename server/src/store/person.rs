//! People and what they have been granted.

use domain::principal::{Grant, Principal, Role, Target};

use super::{Conn, Error, Result};
use crate::audit::Tx;
use crate::clock::Micros;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub full_name: String,
    pub created_at: Micros,
    pub disabled_at: Option<Micros>,
}

pub async fn insert(tx: &mut Tx, person: &Person) -> Result<()> {
    sqlx::query("insert into person (id, name, full_name, created_at) values ($1, $2, $3, $4)")
        .bind(&person.id)
        .bind(&person.name)
        .bind(&person.full_name)
        .bind(person.created_at)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn get(db: &mut Conn, id: &str) -> Result<Option<Person>> {
    Ok(sqlx::query_as("select id, name, full_name, created_at, disabled_at from person where id = $1").bind(id).fetch_optional(db).await?)
}

pub async fn by_name(db: &mut Conn, name: &str) -> Result<Option<Person>> {
    Ok(sqlx::query_as("select id, name, full_name, created_at, disabled_at from person where name = $1")
        .bind(name)
        .fetch_optional(db)
        .await?)
}

/// In the order of their names, from after `after` on.
pub async fn list(db: &mut Conn, after: &str, limit: i64) -> Result<Vec<Person>> {
    Ok(sqlx::query_as(
        "select id, name, full_name, created_at, disabled_at
         from person
         where name > $1
         order by name
         limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?)
}

pub async fn disable(tx: &mut Tx, id: &str, now: Micros) -> Result<bool> {
    let done = sqlx::query("update person set disabled_at = $2 where id = $1 and disabled_at is null")
        .bind(id)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn enable(tx: &mut Tx, id: &str) -> Result<bool> {
    let done =
        sqlx::query("update person set disabled_at = null where id = $1 and disabled_at is not null").bind(id).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

#[derive(sqlx::FromRow)]
struct GrantRow {
    id: String,
    role: String,
    scope: String,
    environment: Option<String>,
    cluster: Option<String>,
}

impl TryFrom<GrantRow> for Grant {
    type Error = Error;

    fn try_from(row: GrantRow) -> Result<Grant> {
        let role = Role::parse(&row.role).ok_or_else(|| Error::inconsistent("role_grant", &row.id, "unknown role"))?;
        let on = match (row.scope.as_str(), row.environment, row.cluster) {
            ("organisation", None, None) => Target::Organisation,
            ("environment", Some(environment), None) => Target::Environment { environment },
            ("cluster", Some(environment), Some(cluster)) => Target::Cluster { environment, cluster },
            _ => return Err(Error::inconsistent("role_grant", &row.id, "scope and place do not fit")),
        };
        Ok(Grant { role, on })
    }
}

pub async fn grants(db: &mut Conn, person: &str) -> Result<Vec<Grant>> {
    let rows: Vec<GrantRow> = sqlx::query_as("select id, role, scope, environment, cluster from role_grant where person = $1 order by id")
        .bind(person)
        .fetch_all(db)
        .await?;
    rows.into_iter().map(Grant::try_from).collect()
}

/// Replaces what a person may do.
pub async fn set_grants(tx: &mut Tx, person: &str, grants: &[(String, Grant)], by: Option<&str>, now: Micros) -> Result<()> {
    sqlx::query("delete from role_grant where person = $1").bind(person).execute(&mut **tx).await?;
    for (id, grant) in grants {
        let (scope, environment, cluster) = match &grant.on {
            Target::Organisation => ("organisation", None, None),
            Target::Environment { environment } => ("environment", Some(environment), None),
            Target::Cluster { environment, cluster } => ("cluster", Some(environment), Some(cluster)),
        };
        sqlx::query(
            "insert into role_grant (id, person, role, scope, environment, cluster, granted_at, granted_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(person)
        .bind(grant.role.as_str())
        .bind(scope)
        .bind(environment)
        .bind(cluster)
        .bind(now)
        .bind(by)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

/// People who may administer everything and have not been disabled: the last one must stay.
pub async fn administrators(db: &mut Conn) -> Result<i64> {
    Ok(sqlx::query_scalar(
        "select count(distinct person.id)
         from person join role_grant on role_grant.person = person.id
         where person.disabled_at is null and role_grant.role = 'admin' and role_grant.scope = 'organisation'",
    )
    .fetch_one(db)
    .await?)
}

/// The person as whoever asks; nobody if unknown or disabled.
pub async fn principal(db: &mut Conn, id: &str) -> Result<Option<Principal>> {
    let Some(person) = get(db, id).await?.filter(|person| person.disabled_at.is_none()) else { return Ok(None) };
    let grants = grants(db, id).await?;
    Ok(Some(Principal::Person { id: person.id, name: person.name, grants }))
}

pub async fn rename(tx: &mut Tx, id: &str, full_name: &str) -> Result<()> {
    sqlx::query("update person set full_name = $2 where id = $1").bind(id).bind(full_name).execute(&mut **tx).await?;
    Ok(())
}
