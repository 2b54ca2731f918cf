//! The built-in catalog through the API.

use domain::principal::Role;
use serde_json::Value;

use crate::support::TestServer;

#[tokio::test]
async fn whoever_may_see_finds_charts_by_what_they_do() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut audrey = server.person(&mut ada, "audrey", Role::Auditor).await;
    let found = audrey.get("/api/v1/catalog?query=certificates").await.ok();
    assert_eq!(found[0]["name"], "cert-manager");
    assert_eq!(found[0]["chart"]["repository"], "https://charts.jetstack.io");
    assert!(found[0]["gives"].as_array().unwrap().contains(&Value::from("certificates")));
    let all = audrey.get("/api/v1/catalog").await.ok();
    assert!(all.as_array().unwrap().len() >= 40);
    assert_eq!(audrey.get("/api/v1/catalog?query=zzzzzz").await.ok(), serde_json::json!([]));
}

#[tokio::test]
async fn a_chart_says_what_it_brings_and_where_its_values_sit() {
    let (_server, mut ada) = TestServer::set_up().await;
    let chart = ada.get("/api/v1/catalog/longhorn").await.ok();
    assert_eq!(chart["namespace"], "longhorn-system");
    assert_eq!(chart["fields"]["hosts"][0], "ingress.host");
    assert_eq!(chart["crds"][0]["group"], "longhorn.io");
    ada.get("/api/v1/catalog/no-such-chart").await.expect_problem(404, "not_found");
}
