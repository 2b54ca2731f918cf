//! Environments and their policies.

use domain::api::environment::{Environment, EnvironmentEdit, NewEnvironment};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode};

impl ApiClient {
    pub fn environments(&self) -> BoxFut<Result<Vec<Environment>, Problem>> {
        self.get("/environments")
    }

    pub fn add_environment(&self, new: &NewEnvironment) -> BoxFut<Result<Environment, Problem>> {
        self.post("/environments", new)
    }

    pub fn edit_environment(&self, name: &str, edit: &EnvironmentEdit) -> BoxFut<Result<Environment, Problem>> {
        self.patch(format!("/environments/{}", encode(name)), edit)
    }
}
