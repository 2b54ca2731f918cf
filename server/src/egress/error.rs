//! What can go wrong on the way out, in words that repeat nothing a stranger wrote unbidden.

use super::guard::Inside;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("`{0}` is no address that can be fetched: write https://host/path")]
    NotAnAddress(String),
    #[error("`{host}` leads to where no chart may come from: {why}")]
    Refused { host: String, why: Inside },
    #[error("the name `{0}` leads nowhere")]
    Unresolved(String),
    #[error("`{host}` does not answer: {why}")]
    Unreachable { host: String, why: String },
    #[error("`{host}` does not prove who it is: {why}")]
    Tls { host: String, why: String },
    #[error("`{host}` does not speak HTTP as it should: {why}")]
    Protocol { host: String, why: String },
    #[error("`{0}` took too long")]
    Slow(String),
    #[error("`{host}` sent more than {} MiB", .limit >> 20)]
    TooLarge { host: String, limit: usize },
    #[error("`{0}` sends from one address to the next without end")]
    Circles(String),
    #[error("`{0}` sends on from https to plain http")]
    Downgrade(String),
}

/// Text of a library or a stranger, fit for one line.
pub(super) fn line(text: &impl ToString) -> String {
    domain::visible::one_line(&text.to_string().chars().take(200).collect::<String>())
}
