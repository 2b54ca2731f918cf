//! What can go wrong with the database, and the problem it is for people.

use domain::problem::Problem;

use super::violation;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A named rule of the schema says no.
    #[error("the rule {0} of the database was broken")]
    Violated(String),
    /// A stored row does not make sense: named by table, row and what is wrong with it.
    #[error("{table} {row}: {reason}")]
    Inconsistent { table: &'static str, row: String, reason: String },
    #[error(transparent)]
    Sql(sqlx::Error),
}

impl Error {
    pub fn inconsistent(table: &'static str, row: &str, reason: impl ToString) -> Error {
        Error::Inconsistent { table, row: row.to_owned(), reason: reason.to_string() }
    }

    /// Did this write break that named rule?
    pub fn breaks(&self, constraint: &str) -> bool {
        matches!(self, Error::Violated(name) if name == constraint)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Error {
        match error.as_database_error().and_then(|error| violation::name(error.message())) {
            Some(name) => Error::Violated(name),
            None => Error::Sql(error),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match &error {
            Error::Violated(name) => violation::problem(name),
            Error::Inconsistent { .. } => {
                tracing::error!(%error, "A stored row does not make sense");
                Problem::internal("A stored row does not make sense; the server's log names it.")
            }
            Error::Sql(sqlx::Error::PoolTimedOut) => Problem::new(503, "busy", "The database is busy.").hint("Try again in a moment."),
            Error::Sql(sql) => {
                tracing::error!(error = %sql, "The database failed");
                Problem::internal("The database failed; the server's log says how.")
            }
        }
    }
}
