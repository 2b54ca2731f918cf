//! Secrets: set, replaced, removed; never read.

use domain::api::secret::{Secret, SetSecret};
use domain::api::variable::{NamedAt, Scope};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, json, query};

impl ApiClient {
    pub fn secrets(&self, cluster: Option<&str>, stack: Option<&str>) -> BoxFut<Result<Vec<Secret>, Problem>> {
        self.get(format!("/secrets{}", query(&[("cluster", cluster), ("stack", stack)])))
    }

    pub fn set_secret(&self, set: &SetSecret) -> BoxFut<Result<(), Problem>> {
        self.tell("PUT", "/secrets", Some(json(set)))
    }

    pub fn remove_secret(&self, scope: &Scope, name: &str) -> BoxFut<Result<(), Problem>> {
        self.tell("DELETE", "/secrets", Some(json(&NamedAt { scope: scope.clone(), name: name.to_owned() })))
    }
}
