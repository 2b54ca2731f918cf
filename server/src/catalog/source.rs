//! A place where charts come from, with what it asks to be shown.

use url::Url;

use super::trouble::Trouble;
use crate::egress::{self, Credential};
use crate::vault::Plaintext;

pub struct Source {
    /// As a component names it: `https://…`, or the `oci://…` parent.
    pub repository: String,
    /// The registry speaks plain http; for those inside a network that an administrator allowed.
    pub plain_http: bool,
    pub credentials: Option<Credentials>,
}

pub struct Credentials {
    pub username: String,
    pub password: Plaintext,
}

impl Source {
    pub fn is_oci(&self) -> bool {
        self.repository.starts_with("oci://")
    }

    /// Where it is fetched from.
    pub fn url(&self) -> Result<Url, Trouble> {
        let address = match self.repository.strip_prefix("oci://") {
            Some(rest) => format!("{}://{rest}", if self.plain_http { "http" } else { "https" }),
            None => self.repository.clone(),
        };
        let unreadable = || egress::Error::NotAnAddress(domain::visible::one_line(&self.repository));
        Ok(Url::parse(&address).map_err(|_| unreadable())?)
    }

    /// A file of a Helm repository; an index may name it from its own folder on, or anywhere.
    pub fn file(&self, name: &str) -> Result<Url, Trouble> {
        let mut folder = self.url()?;
        if !folder.path().ends_with('/') {
            folder.set_path(&format!("{}/", folder.path()));
        }
        folder.join(name).map_err(|_| Trouble::Index(String::from("the repository's index names what is no address")))
    }

    pub fn basic(&self) -> Option<Credential> {
        let Credentials { username, password } = self.credentials.as_ref()?;
        Credential::basic(username, password.expose())
    }
}
