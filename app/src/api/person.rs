//! People and their keys.

use domain::api::Page;
use domain::api::passkey::{Passkey, PasskeyList, RenamePasskey};
use domain::api::person::{ChangePerson, EnrolmentLink, NewPerson, Person};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode, query};

impl ApiClient {
    /// By name; `after` is the `next` of the page before.
    pub fn people(&self, after: Option<&str>) -> BoxFut<Result<Page<Person>, Problem>> {
        self.get(format!("/people{}", query(&[("after", after)])))
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

    /// One's own keys, or somebody else's for those who administer.
    pub fn keys(&self, person: Option<&str>) -> BoxFut<Result<PasskeyList, Problem>> {
        self.get(format!("/passkey/keys{}", query(&[("person", person)])))
    }

    pub fn rename_key(&self, id: &str, name: &str) -> BoxFut<Result<Passkey, Problem>> {
        self.patch(format!("/passkey/keys/{}", encode(id)), &RenamePasskey { name: name.to_owned() })
    }

    pub fn revoke_key(&self, id: &str) -> BoxFut<Result<(), Problem>> {
        self.tell("DELETE", format!("/passkey/keys/{}", encode(id)), None)
    }
}
