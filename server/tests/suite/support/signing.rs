//! People with passkeys and a cluster bound to an embedded repository, all through the API.

use std::path::PathBuf;

use domain::principal::{Grant, Role, Target};
use serde_json::{Value, json};
use server::config::Config;

use super::authenticator::Browser;
use super::{Answer, Client, TestServer};

/// A public URL as in production: a key made on `localhost` would be marked.
pub const ORIGIN: &str = "https://cs.example.com";
pub const CLUSTER: &str = "nl-prod-1";
/// A secret's value that must appear nowhere in the clear.
pub const CANARY: &str = "canary-7Yq2vLx9/Rk4T+zPw8&Nb3M";

/// A person at a browser that holds their passkey.
pub struct Signer {
    pub client: Client,
    pub key: Browser,
}

/// A server whose first cluster is bound: № 1 is recorded.
pub struct Bound {
    pub test: TestServer,
    pub ada: Signer,
    /// The cluster's age identity, which the server does not keep.
    pub identity: String,
}

impl Signer {
    /// Redeems a code and enrols a key with it.
    pub async fn enrol(mut client: Client, origin: &str, code: &str) -> Signer {
        client.origin = Some(origin.to_owned());
        let mut key = Browser::at(origin);
        client.post("/api/v1/session/enrolment", json!({ "code": code })).await.ok();
        let asked = client.post("/api/v1/passkey/enrol/start", json!({ "code": code })).await.ok();
        let created = key.create(&asked["create"]).await;
        let finish = json!({ "ceremony": asked["ceremony"], "code": code, "created": created, "name": "Phone" });
        client.post("/api/v1/passkey/enrol/finish", finish).await.ok();
        Signer { client, key }
    }

    /// A new session by the key.
    pub async fn log_in(&mut self) {
        let asked = self.client.post("/api/v1/passkey/login/start", json!({})).await.ok();
        let answer = self.key.get(&asked["options"]).await;
        let finish = json!({ "ceremony": asked["ceremony"], "answer": answer });
        self.client.post("/api/v1/passkey/login/finish", finish).await.expect_status(204);
    }

    /// The body of an approval: the passkey's answer to the plan's ceremony.
    pub async fn sign(&mut self, plan: &str) -> Value {
        let asked = self.client.post(&format!("/api/v1/plans/{plan}/ceremony"), json!({})).await.ok();
        let allowed: Vec<Value> =
            asked["allow_credentials"].as_array().unwrap().iter().map(|id| json!({ "type": "public-key", "id": id })).collect();
        let options = json!({
            "challenge": asked["challenge"], "rpId": asked["rp_id"], "userVerification": "required", "allowCredentials": allowed,
        });
        let answer = self.key.get(&options).await;
        let shown = self.client.get(&format!("/api/v1/plans/{plan}")).await.ok();
        let typed: Vec<&Value> = shown["slip"]["confirm"].as_array().unwrap().iter().map(|confirm| &confirm["word"]).collect();
        json!({
            "by": "passkey",
            "typed": typed,
            "credential_id": answer["id"],
            "authenticator_data": answer["response"]["authenticatorData"],
            "client_data_json": answer["response"]["clientDataJSON"],
            "signature": answer["response"]["signature"],
        })
    }

    pub async fn send(&mut self, plan: &str, approval: &Value) -> Answer {
        self.client.post(&format!("/api/v1/plans/{plan}/approvals"), approval.clone()).await
    }

    pub async fn approve(&mut self, plan: &str) -> Answer {
        let approval = self.sign(plan).await;
        self.send(plan, &approval).await
    }

    /// Signs as the last one needed; gives the number that it was recorded under.
    pub async fn deploy(&mut self, plan: &str) -> u64 {
        let answer = self.approve(plan).await.expect_status(201).ok();
        assert_eq!(answer["deployment"]["state"], "recorded", "{answer}");
        answer["deployment"]["entry"].as_u64().unwrap()
    }

    /// Adds the cluster on an embedded repository and deploys its binding; gives the age identity.
    pub async fn bind(&mut self, environment: &str) -> String {
        self.bind_to(environment, json!({ "kind": "embedded" })).await
    }

    pub async fn bind_to(&mut self, environment: &str, repository: Value) -> String {
        self.bind_as(environment, repository, "6f1c0f6e-0000-4000-8000-000000000000").await
    }

    /// The same with the identity of any cluster.
    pub async fn bind_as(&mut self, environment: &str, repository: Value, uid: &str) -> String {
        self.bind_with(environment, json!({ "repository": repository, "kube_system_uid": uid })).await
    }

    async fn bind_with(&mut self, environment: &str, mut new: Value) -> String {
        let pair = self.client.post("/api/v1/clusters/key-pair", json!({})).await.ok();
        new["name"] = json!(CLUSTER);
        new["environment"] = json!(environment);
        new["recipients"] = json!([pair["recipient"]]);
        self.client.post("/api/v1/clusters", new).await.expect_status(201);
        let plan = self.plan_cluster("plans").await;
        assert_eq!(self.deploy(&plan).await, 1);
        pair["identity"].as_str().unwrap().to_owned()
    }

    /// `plans` or `roster-plans`
    pub async fn plan_cluster(&mut self, kind: &str) -> String {
        let plan = self.client.post(&format!("/api/v1/clusters/{CLUSTER}/{kind}"), json!({})).await.expect_status(201).ok();
        plan["id"].as_str().unwrap().to_owned()
    }

    pub async fn set_secret(&mut self, value: &str) {
        let secret = json!({ "scope": { "kind": "cluster", "cluster": CLUSTER }, "name": "password", "value": value });
        self.client.put("/api/v1/secrets", secret).await.expect_status(204);
    }

    /// A draft of a new stack.
    pub async fn draft(&mut self, stack: &str) -> String {
        let new = json!({ "start": "source", "text": stack_yaml(stack) });
        let draft = self.client.post(&format!("/api/v1/clusters/{CLUSTER}/drafts"), new).await.expect_status(201).ok();
        draft["id"].as_str().unwrap().to_owned()
    }

    /// A draft of what is recorded.
    pub async fn draft_of(&mut self, stack: &str) -> String {
        self.draft_from(json!({ "start": "record", "stack": stack })).await
    }

    pub async fn draft_from(&mut self, new: Value) -> String {
        let draft = self.client.post(&format!("/api/v1/clusters/{CLUSTER}/drafts"), new).await.expect_status(201).ok();
        draft["id"].as_str().unwrap().to_owned()
    }

    pub async fn revision(&mut self, draft: &str) -> u64 {
        self.client.get(&format!("/api/v1/drafts/{draft}")).await.ok()["revision"].as_u64().unwrap()
    }

    /// Sets the greeting in the addon's values.
    pub async fn greet(&mut self, draft: &str, greeting: &str) {
        let change = json!({ "change": "set_value", "component": "podinfo", "path": "ui.message", "value": greeting });
        self.change(draft, change).await;
    }

    pub async fn change(&mut self, draft: &str, change: Value) {
        let revision = self.revision(draft).await;
        let edit = json!({ "base_revision": revision, "change_id": format!("{draft}-{revision}"), "changes": [change] });
        self.client.post(&format!("/api/v1/drafts/{draft}/changes"), edit).await.expect_status(200);
    }

    pub async fn plan(&mut self, draft: &str) -> String {
        let revision = self.revision(draft).await;
        let plan = self.client.post(&format!("/api/v1/drafts/{draft}/plans"), json!({ "revision": revision })).await;
        plan.expect_status(201).ok()["id"].as_str().unwrap().to_owned()
    }
}

impl Bound {
    pub async fn new() -> Bound {
        Bound::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Bound {
        let (test, mut ada) = Bound::unbound(change).await;
        let identity = ada.bind("production").await;
        ada.set_secret(CANARY).await;
        Bound { test, ada, identity }
    }

    /// The same on a repository elsewhere, for the cluster with this UID; without secrets.
    #[allow(dead_code, reason = "the tests against a real Flux use it")]
    pub async fn to(repository: Value, uid: &str) -> Bound {
        let (test, mut ada) = Bound::unbound(|_| {}).await;
        let identity = ada.bind_as("production", repository, uid).await;
        Bound { test, ada, identity }
    }

    /// The same where the server's public URL is the one at which it really is reached, and Flux's objects have these names.
    #[allow(dead_code, reason = "the tests against a real Flux use it")]
    pub async fn at_home(repository: Value, uid: &str, flux: Value) -> Bound {
        let test = TestServer::fresh().await;
        let origin = test.origin();
        let mut ada = Bound::first(&test, &origin).await;
        let identity = ada.bind_with("production", json!({ "repository": repository, "kube_system_uid": uid, "flux": flux })).await;
        Bound { test, ada, identity }
    }

    async fn unbound(change: impl FnOnce(&mut Config)) -> (TestServer, Signer) {
        let test = TestServer::with(|config| {
            config.public_url = Some(ORIGIN.to_owned());
            change(config);
        })
        .await;
        let ada = Bound::first(&test, ORIGIN).await;
        (test, ada)
    }

    /// Sets up; gives the first administrator with a key.
    async fn first(test: &TestServer, origin: &str) -> Signer {
        let wanted = json!({
            "code": test.set_up_code(), "organisation": "Example", "public_url": origin, "name": "ada", "full_name": "Ada Lovelace",
        });
        let mut client = test.client();
        client.origin = Some(origin.to_owned());
        let link = client.post("/api/v1/setup", wanted).await.expect_status(201).ok();
        Signer::enrol(client, origin, link["code"].as_str().unwrap()).await
    }

    /// Somebody with a key of their own; the roster does not know it yet.
    pub async fn person(&mut self, name: &str, role: Role) -> Signer {
        let new = json!({ "name": name, "grants": [Grant { role, on: Target::Organisation }] });
        let link = self.ada.client.post("/api/v1/people", new).await.expect_status(201).ok();
        Signer::enrol(self.test.client(), ORIGIN, link["code"].as_str().unwrap()).await
    }

    /// Carries everybody's keys to the repository.
    pub async fn deploy_roster(&mut self) -> u64 {
        let plan = self.ada.plan_cluster("roster-plans").await;
        self.ada.deploy(&plan).await
    }

    /// A new stack with one edit, planned.
    pub async fn planned(&mut self, stack: &str) -> String {
        let draft = self.ada.draft(stack).await;
        self.ada.greet(&draft, "good day").await;
        self.ada.plan(&draft).await
    }

    pub async fn policy(&mut self, policy: Value) {
        self.ada.client.patch("/api/v1/environments/production", policy).await.expect_status(200);
    }

    pub fn repository(&self) -> PathBuf {
        self.test.data().join("repositories").join(format!("{CLUSTER}.git"))
    }
}

/// A Secret, and an addon that waits for it and holds the secret as well.
pub fn stack_yaml(name: &str) -> String {
    format!(
        r#"apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata:
  name: {name}
spec:
  variables:
    replicas: {{type: number, default: 2}}
  components:
    - name: login
      namespace: {name}
      manifest: |
        apiVersion: v1
        kind: Secret
        metadata:
          name: login
        stringData:
          password: ${{{{ secrets.password }}}}
    - name: podinfo
      namespace: {name}
      dependsOn: [login]
      addon:
        chart: {{repository: "https://stefanprodan.github.io/podinfo", name: podinfo, version: 6.7.0}}
        values: |
          # Two are enough.
          replicaCount: ${{{{ vars.replicas }}}}
          ui:
            message: hello
          redis:
            password: ${{{{ secrets.password }}}}
"#
    )
}
