//! Passwords: argon2id, on the blocking pool and a few at a time, never inside the writer.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use domain::problem::Problem;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::api::problem::OrInternal;
use crate::store::{self, Store};

/// Each hash takes 19 MiB for a moment; a crowd waits rather than filling the memory.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

const SHORTEST: usize = 12;
const LONGEST: usize = 256;

/// A password on its way through a request; it cannot be printed and is wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl From<String> for Password {
    fn from(text: String) -> Password {
        Password(Zeroizing::new(text))
    }
}

/// Long rather than odd: length is the only rule.
pub fn check(password: &Password) -> Result<(), Problem> {
    let length = password.0.chars().count();
    if length < SHORTEST {
        return Err(Problem::invalid("password_short", format!("A password has at least {SHORTEST} characters."))
            .at("password")
            .hint("Three or four words do."));
    }
    if length > LONGEST {
        return Err(Problem::invalid("password_long", format!("A password has at most {LONGEST} characters.")).at("password"));
    }
    Ok(())
}

pub async fn hash(password: Password) -> Result<String, Problem> {
    blocking(move || Ok(Argon2::default().hash_password(password.0.as_bytes()).map_err(|error| anyhow::anyhow!("{error}"))?.to_string()))
        .await
        .or_internal("hashing a password")
}

/// Does it match? Somebody unknown takes as long to refuse as somebody known.
pub async fn verify(password: Password, phc: Option<String>) -> Result<bool, Problem> {
    let known = phc.is_some();
    let phc = phc.unwrap_or_else(|| String::from(NOBODY));
    let matches = blocking(move || {
        let parsed = PasswordHash::new(&phc).map_err(|error| anyhow::anyhow!("a stored hash does not parse: {error}"))?;
        Ok(Argon2::default().verify_password(password.0.as_bytes(), &parsed).is_ok())
    })
    .await
    .or_internal("checking a password")?;
    Ok(matches && known)
}

/// Somebody whose password has just matched. Only [`prove`] makes one, so an approval by password cannot come from a
/// session alone.
pub struct Proven {
    person: String,
}

impl Proven {
    pub fn person(&self) -> &str {
        &self.person
    }
}

/// Checks a person's password; nothing if it is another, or if they have none. Call it outside every transaction.
pub async fn prove(store: &Store, person: &str, password: Password) -> Result<Option<Proven>, Problem> {
    let phc = store::password::phc(&mut *store.read().await?, person).await?;
    Ok(verify(password, phc).await?.then(|| Proven { person: person.to_owned() }))
}

/// A hash with today's parameters, of a password that nobody has.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    let _turn = AT_ONCE.acquire().await?;
    tokio::task::spawn_blocking(work).await?
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_matches_and_nobody_has_one() {
        let phc = hash(String::from("correct horse battery").into()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify(String::from("correct horse battery").into(), Some(phc.clone())).await.unwrap());
        assert!(!verify(String::from("correct horse batterx").into(), Some(phc)).await.unwrap());
        assert!(!verify(String::from("anything at all").into(), None).await.unwrap());
    }

    #[test]
    fn length_is_the_only_rule() {
        assert!(check(&String::from("short").into()).is_err());
        assert!(check(&"x".repeat(257).into()).is_err());
        assert!(check(&String::from("three plain words").into()).is_ok());
    }
}
