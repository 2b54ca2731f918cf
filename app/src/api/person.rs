//! People and their keys.

use domain::api::Page;
use domain::api::person::{ChangePerson, EnrolmentLink, NewPerson, Person};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode};

impl ApiClient {
    pub fn people(&self) -> BoxFut<Result<Page<Person>, Problem>> {
        self.get("/people")
    }

    pub fn add_person(&self, new: &NewPerson) -> BoxFut<Result<EnrolmentLink, Problem>> {
        self.post("/people", new)
    }

    pub fn change_person(&self, id: &str, change: &ChangePerson) -> BoxFut<Result<Person, Problem>> {
        self.patch(format!("/people/{}", encode(id)), change)
    }

    /// A fresh one-time link for somebody who has no key or lost theirs.
    pub fn invite(&self, id: &str) -> BoxFut<Result<EnrolmentLink, Problem>> {
        self.post(format!("/people/{}/enrolment", encode(id)), &serde_json::json!({}))
    }
}
