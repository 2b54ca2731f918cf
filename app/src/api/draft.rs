//! Drafts, their examples and their plans.

use domain::api::Page;
use domain::api::compare::{Comparison, Version};
use domain::api::draft::{Draft, DraftEdit, DraftSummary, Edit, Edited, Example, NewDraft, PastEdit, Rebase};
use domain::api::plan::{Freeze, Plan, RemoveStack};
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode, query};

impl ApiClient {
    pub fn examples(&self) -> BoxFut<Result<Vec<Example>, Problem>> {
        self.get("/examples")
    }

    pub fn open_drafts(&self) -> BoxFut<Result<Vec<DraftSummary>, Problem>> {
        self.get("/drafts")
    }

    pub fn discarded_drafts(&self) -> BoxFut<Result<Vec<DraftSummary>, Problem>> {
        self.get("/drafts?state=discarded")
    }

    pub fn restore_draft(&self, id: &str) -> BoxFut<Result<Draft, Problem>> {
        self.post(format!("/drafts/{}/restore", encode(id)), &())
    }

    pub fn rebase_draft(&self, id: &str, rebase: &Rebase) -> BoxFut<Result<Draft, Problem>> {
        self.post(format!("/drafts/{}/rebase", encode(id)), rebase)
    }

    pub fn new_draft(&self, cluster: &str, new: &NewDraft) -> BoxFut<Result<Draft, Problem>> {
        self.post(format!("/clusters/{}/drafts", encode(cluster)), new)
    }

    pub fn draft(&self, id: &str) -> BoxFut<Result<Draft, Problem>> {
        self.get(format!("/drafts/{}", encode(id)))
    }

    pub fn edit_draft(&self, id: &str, edit: &DraftEdit) -> BoxFut<Result<Draft, Problem>> {
        self.patch(format!("/drafts/{}", encode(id)), edit)
    }

    pub fn discard_draft(&self, id: &str) -> BoxFut<Result<(), Problem>> {
        self.tell("DELETE", format!("/drafts/{}", encode(id)), None)
    }

    pub fn change_draft(&self, id: &str, edit: &Edit) -> BoxFut<Result<Edited, Problem>> {
        self.post(format!("/drafts/{}/changes", encode(id)), edit)
    }

    /// Newest first; `after` is the `next` of the page before.
    pub fn edits(&self, id: &str, after: Option<&str>) -> BoxFut<Result<Page<PastEdit>, Problem>> {
        self.get(format!("/drafts/{}/edits{}", encode(id), query(&[("after", after)])))
    }

    /// What of a stack can be compared.
    pub fn versions(&self, cluster: &str, stack: &str) -> BoxFut<Result<Vec<Version>, Problem>> {
        self.get(format!("/clusters/{}/stacks/{}/versions", encode(cluster), encode(stack)))
    }

    pub fn compare(&self, cluster: &str, stack: &str, from: &str, to: &str) -> BoxFut<Result<Comparison, Problem>> {
        let two = query(&[("from", Some(from)), ("to", Some(to))]);
        self.get(format!("/clusters/{}/stacks/{}/compare{two}", encode(cluster), encode(stack)))
    }

    pub fn freeze_draft(&self, id: &str, freeze: &Freeze) -> BoxFut<Result<Plan, Problem>> {
        self.post(format!("/drafts/{}/plans", encode(id)), freeze)
    }

    pub fn freeze_removal(&self, cluster: &str, stack: &str, remove: &RemoveStack) -> BoxFut<Result<Plan, Problem>> {
        self.post(format!("/clusters/{}/stacks/{}/removal-plans", encode(cluster), encode(stack)), remove)
    }

    pub fn plan(&self, id: &str) -> BoxFut<Result<Plan, Problem>> {
        self.get(format!("/plans/{}", encode(id)))
    }

    /// The frozen plan, as it is signed.
    pub fn plan_json(&self, id: &str) -> BoxFut<Result<String, Problem>> {
        self.call("GET", &format!("/plans/{}/plan.json", encode(id)), None)
    }

    /// A file that the plan names by digest; bytes that are no text read as `�`.
    pub fn plan_file(&self, id: &str, sha256: &str) -> BoxFut<Result<String, Problem>> {
        self.call("GET", &format!("/plans/{}/files/{}", encode(id), encode(sha256)), None)
    }
}
