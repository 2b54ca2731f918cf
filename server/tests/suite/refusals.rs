//! What somebody known is refused stands in the log, and nobody can make the log grow with it as they please.

use domain::audit::{Leaf, Outcome};
use domain::principal::Role;
use serde_json::json;
use server::clock::MINUTE;

use crate::support::{Client, TestServer};

async fn refusals(server: &TestServer) -> Vec<Leaf> {
    let mut db = server.inside().store.read().await.unwrap();
    let leaves = server::store::audit::page(&mut db, None, 10_000).await.unwrap();
    leaves.into_iter().rev().filter(|leaf| leaf.outcome == Outcome::Refused).collect()
}

fn left_out(leaves: &[Leaf]) -> usize {
    leaves.iter().filter_map(|leaf| leaf.facts.get("left_out")).map(|n| n.parse::<usize>().unwrap()).sum()
}

async fn ask_for_what_is_not_theirs(client: &mut Client, times: usize) {
    for n in 0..times {
        client.post("/api/v1/people", json!({ "name": format!("p{n}") })).await.expect_problem(403, "forbidden");
    }
}

#[tokio::test]
async fn the_same_refusal_is_told_once_and_counted_after_that() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut auditor = server.person(&mut ada, "audrey", Role::Auditor).await;
    let mut edith = server.person(&mut ada, "edith", Role::Editor).await;
    ask_for_what_is_not_theirs(&mut auditor, 40).await;
    ask_for_what_is_not_theirs(&mut edith, 1).await;
    let told = refusals(&server).await;
    assert_eq!((told.len(), left_out(&told)), (2, 0), "one of each person: {told:?}");
    assert_ne!(told[0].actor, told[1].actor);
    // Another kind of refusal is news.
    auditor.patch("/api/v1/settings", json!({ "organisation": "Mallory" })).await.expect_problem(403, "forbidden");
    assert_eq!(refusals(&server).await.len(), 3);
    // When the quarter of an hour is over, the next leaf says how many there were.
    server.clock.advance(15 * MINUTE);
    ask_for_what_is_not_theirs(&mut auditor, 1).await;
    let told = refusals(&server).await;
    assert_eq!((told.len(), left_out(&told)), (4, 39), "{told:?}");
}

#[tokio::test]
async fn many_different_refusals_are_told_up_to_a_limit_and_none_is_lost_count_of() {
    let (server, mut ada) = TestServer::set_up().await;
    let mut edith = server.person(&mut ada, "edith", Role::Editor).await;
    // The object of each is another environment, which whoever asks may choose freely.
    let target = |n: usize| json!({ "scope": { "kind": "environment", "environment": format!("e{n}") }, "name": "a", "value": 1 });
    let mut refused = 0;
    for n in 0..60 {
        refused += usize::from(edith.put("/api/v1/variables", target(n)).await.status == 403);
        let path = format!("/api/v1/people/p{n}");
        refused += usize::from(edith.patch(&path, json!({ "name": "x" })).await.status == 403);
        let path = format!("/api/v1/environments/e{n}");
        refused += usize::from(edith.patch(&path, json!({})).await.status == 403);
    }
    assert!(refused >= 120, "{refused}");
    let told = refusals(&server).await;
    assert!((1..=20).contains(&told.len()), "{}", told.len());
    // A server that is told to stop says the rest.
    let server = server.restarted().await;
    let told = refusals(&server).await;
    let last = told.last().unwrap();
    assert_eq!((last.action.as_str(), last.reason.as_deref()), ("request.refuse", Some("repeated")));
    assert_eq!(told.len() - 1 + left_out(&told), refused, "every refusal is in the log, by itself or in a count");
}
