//! Clusters and the overview.

use domain::api::cluster::{Bootstrap, Cluster, ClusterEdit, HookSecret, KeyPair, NewBinding, NewCluster, Probe, PullToken};
use domain::api::overview::Overview;
use domain::api::plan::Plan;
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode};

impl ApiClient {
    pub fn overview(&self) -> BoxFut<Result<Overview, Problem>> {
        self.get("/overview")
    }

    pub fn clusters(&self) -> BoxFut<Result<Vec<Cluster>, Problem>> {
        self.get("/clusters")
    }

    pub fn cluster(&self, name: &str) -> BoxFut<Result<Cluster, Problem>> {
        self.get(format!("/clusters/{}", encode(name)))
    }

    pub fn add_cluster(&self, new: &NewCluster) -> BoxFut<Result<Cluster, Problem>> {
        self.post("/clusters", new)
    }

    pub fn edit_cluster(&self, name: &str, edit: &ClusterEdit) -> BoxFut<Result<Cluster, Problem>> {
        self.patch(format!("/clusters/{}", encode(name)), edit)
    }

    pub fn make_key_pair(&self) -> BoxFut<Result<KeyPair, Problem>> {
        self.post("/clusters/key-pair", &serde_json::json!({}))
    }

    pub fn probe(&self, binding: &NewBinding) -> BoxFut<Result<Probe, Problem>> {
        self.post("/clusters/probe", binding)
    }

    pub fn make_pull_token(&self, name: &str) -> BoxFut<Result<PullToken, Problem>> {
        self.post(format!("/clusters/{}/pull-token", encode(name)), &serde_json::json!({}))
    }

    pub fn make_hook_secret(&self, name: &str) -> BoxFut<Result<HookSecret, Problem>> {
        self.post(format!("/clusters/{}/hook-secret", encode(name)), &serde_json::json!({}))
    }

    pub fn bootstrap(&self, name: &str) -> BoxFut<Result<Bootstrap, Problem>> {
        self.get(format!("/clusters/{}/bootstrap", encode(name)))
    }

    /// Freezes what binds the cluster to its repository, or changes its recipients there.
    pub fn freeze_cluster(&self, name: &str) -> BoxFut<Result<Plan, Problem>> {
        self.post(format!("/clusters/{}/plans", encode(name)), &serde_json::json!({}))
    }

    /// Freezes the change of who may sign, as the repository is to say it.
    pub fn freeze_roster(&self, name: &str) -> BoxFut<Result<Plan, Problem>> {
        self.post(format!("/clusters/{}/roster-plans", encode(name)), &serde_json::json!({}))
    }
}
