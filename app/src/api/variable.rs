//! Variables of all levels.

use domain::api::variable::{NamedAt, Scope, SetVariable, Variable};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, json, query};

impl ApiClient {
    pub fn variables(&self, cluster: Option<&str>, stack: Option<&str>) -> BoxFut<Result<Vec<Variable>, Problem>> {
        self.get(format!("/variables{}", query(&[("cluster", cluster), ("stack", stack)])))
    }

    pub fn set_variable(&self, set: &SetVariable) -> BoxFut<Result<(), Problem>> {
        self.tell("PUT", "/variables", Some(json(set)))
    }

    pub fn remove_variable(&self, scope: &Scope, name: &str) -> BoxFut<Result<(), Problem>> {
        self.tell("DELETE", "/variables", Some(json(&NamedAt { scope: scope.clone(), name: name.to_owned() })))
    }
}
