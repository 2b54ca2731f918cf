//! Several people in one draft: each hears of every edit, nothing is overwritten, and the past can be named and taken up.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use domain::principal::Role;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// Longer than anything takes here: a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

const STACK: &str = "apiVersion: countersign.dev/v1alpha1
kind: Stack
metadata: {name: web}
spec:
  components:
    - name: settings
      namespace: web
      manifest: |
        # What visitors read.
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: settings
        data:
          title: Shop
          colour: blue
    - name: other
      namespace: web
      manifest: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: other}
";

struct Room {
    server: TestServer,
    ada: Client,
    bo: Client,
    draft: String,
}

impl Room {
    async fn new() -> Room {
        let (server, mut ada) = TestServer::set_up().await;
        let bo = server.person(&mut ada, "bo", Role::Editor).await;
        let pair = ada.post("/api/v1/clusters/key-pair", json!({})).await.ok();
        let cluster =
            json!({ "name": "nl-dev-1", "environment": "dev", "repository": { "kind": "embedded" }, "recipients": [pair["recipient"]] });
        ada.post("/api/v1/clusters", cluster).await.expect_status(201);
        let new = json!({ "start": "source", "text": STACK });
        let draft = ada.post("/api/v1/clusters/nl-dev-1/drafts", new).await.expect_status(201).ok();
        Room { server, ada, bo, draft: draft["id"].as_str().unwrap().to_owned() }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/drafts/{}{rest}", self.draft)
    }

    async fn read(&mut self) -> Value {
        let path = self.path("");
        self.ada.get(&path).await.ok()
    }

    async fn text(&mut self) -> String {
        self.read().await["content"]["components"][0]["content"]["manifest"]["text"].as_str().unwrap().to_owned()
    }
}

/// Text as a page sends it: `page` is its name, and the id begins with it.
fn typed(base: u64, id: &str, text: &str) -> Value {
    let changes = json!([{ "change": "set_manifest_text", "component": "settings", "text": text }]);
    json!({ "base_revision": base, "change_id": id, "page": &id[..8], "changes": changes })
}

fn change(base: u64, id: &str, change: Value) -> Value {
    json!({ "base_revision": base, "change_id": id, "changes": [change] })
}

fn namespace(component: &str, namespace: &str) -> Value {
    json!({ "change": "set_namespace", "component": component, "namespace": namespace })
}

/// What an open stream says, event by event.
struct Stream {
    body: hyper::body::Incoming,
    said: String,
}

impl Stream {
    async fn open(client: &Client, path: &str, last: Option<&str>) -> Stream {
        let mut request = client.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = client.begin(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Stream { body: response.into_body(), said: String::new() }
    }

    /// The next event: its name, id and data. Nothing where the stream has ended.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some(end) = self.said.find("\n\n") {
                let block: String = self.said.drain(..end + 2).collect();
                let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                if let Ok(data) = serde_json::from_str(&field("data:")) {
                    return Some((field("event:"), field("id:"), data));
                }
                continue;
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.expect("the stream says nothing")?;
            if let Some(data) = frame.ok()?.data_ref() {
                self.said.push_str(std::str::from_utf8(data).unwrap());
            }
        }
    }

    /// The next event of this name.
    async fn wait(&mut self, name: &str) -> (String, Value) {
        loop {
            let (event, id, data) = self.next().await.expect("the stream ended");
            if event == name {
                return (id, data);
            }
        }
    }

    async fn ends(mut self) {
        while let Some((event, ..)) = self.next().await {
            assert_eq!(event, "here", "nothing of the draft is told any more");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_edit_is_told_with_who_and_what_and_after_a_gap_nothing_is_missing() {
    let mut room = Room::new().await;
    let (events, changes) = (room.path("/events?after=1"), room.path("/changes"));
    let mut heard = Stream::open(&room.ada, &events, None).await;
    assert_eq!(heard.wait("here").await.1, json!([]));
    room.bo.post(&changes, change(1, "a", namespace("settings", "shop"))).await.expect_status(200);
    let (id, edit) = heard.wait("edit").await;
    assert_eq!((id.as_str(), &edit["revision"], &edit["change_id"], &edit["by"]["name"]), ("2", &json!(2), &json!("a"), &json!("bo")));
    assert_eq!(edit["words"], "put settings into the namespace shop");
    drop(heard);
    room.bo.post(&changes, change(2, "b", json!({ "change": "rename_component", "component": "settings", "name": "texts" }))).await.ok();
    room.bo.post(&changes, change(3, "c", namespace("other", "shop"))).await.ok();
    // The browser comes back with the last it heard, which counts more than what the address says.
    let mut again = Stream::open(&room.ada, &events, Some("2")).await;
    let told = [again.wait("edit").await.1, again.wait("edit").await.1];
    assert_eq!(told.map(|edit| edit["revision"].clone()), [json!(3), json!(4)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_without_an_edit_is_told_as_well_and_who_else_looks() {
    let mut room = Room::new().await;
    let events = room.path("/events");
    let mut ada = Stream::open(&room.ada, &events, None).await;
    assert_eq!(ada.wait("here").await.1, json!([]));
    let mut bo = Stream::open(&room.bo, &events, None).await;
    assert_eq!(bo.wait("here").await.1, json!(["ada"]));
    assert_eq!(ada.wait("here").await.1, json!(["bo"]));
    let path = room.path("");
    room.bo.patch(&path, json!({ "title": "Another" })).await.expect_status(200);
    ada.wait("draft").await;
    drop(bo);
    assert_eq!(ada.wait("here").await.1, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_the_session_and_tells_nothing_of_what_came_after() {
    let mut room = Room::new().await;
    let (events, changes) = (room.path("/events"), room.path("/changes"));
    let mut heard = Stream::open(&room.bo, &events, None).await;
    heard.wait("here").await;
    room.bo.delete("/api/v1/session").await.expect_status(204);
    room.ada.post(&changes, change(1, "a", namespace("settings", "shop"))).await.expect_status(200);
    heard.ends().await;
    room.bo.get(&events).await.expect_problem(401, "unauthenticated");

    // Half an hour of silence ends a session too, however long its page listens.
    let mut ada = Stream::open(&room.ada, &events, None).await;
    ada.wait("here").await;
    room.server.clock.advance(server::clock::HOUR);
    room.server.inside().together.look_again();
    ada.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_stop_does_not_wait_for_those_who_listen() {
    let room = Room::new().await;
    let mut heard = Stream::open(&room.ada, &room.path("/events"), None).await;
    heard.wait("here").await;
    let Room { server, .. } = room;
    tokio::time::timeout(Duration::from_secs(8), server.stop()).await.expect("the stop waited for an open stream");
    heard.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_type_in_one_text_both_keep_their_values_and_the_comments() {
    let mut room = Room::new().await;
    let (changes, text) = (room.path("/changes"), room.text().await);
    room.bo.post(&changes, typed(1, "page-bo-.1", &text.replace("blue", "green"))).await.expect_status(200);
    let edited = room.ada.post(&changes, typed(1, "page-ada.1", &text.replace("Shop", "Sho"))).await.expect_status(200).ok();
    let merged = edited["content"]["components"][0]["content"]["manifest"]["text"].as_str().unwrap().to_owned();
    assert_eq!(merged, text.replace("blue", "green").replace("Shop", "Sho"));
    // She typed on before the answer came: on what she saw, her own edit included and Bo's not.
    room.ada.post(&changes, typed(1, "page-ada.2", &text.replace("Shop", "Shoes"))).await.expect_status(200);
    assert_eq!(room.text().await, text.replace("blue", "green").replace("Shop", "Shoes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_typed_the_same_value_a_person_chooses_and_the_rest_of_both_holds() {
    for (take, title) in [("mine", "Market"), ("theirs", "Store")] {
        let mut room = Room::new().await;
        let (changes, text) = (room.path("/changes"), room.text().await);
        let theirs = text.replace("Shop", "Store").replace("blue", "green");
        room.bo.post(&changes, typed(1, "page-bo-.1", &theirs)).await.expect_status(200);
        let mine = format!("{}  size: big\n", text.replace("Shop", "Market"));
        let mut edit = typed(1, "page-ada.1", &mine);
        let problem = room.ada.post(&changes, edit.clone()).await.expect_problem(409, "edit_overlaps");
        assert!(problem.detail.starts_with("bo changed settings: [0].data.title"), "{}", problem.detail);
        assert_eq!((&problem.more["mine"]["value"], &problem.more["theirs"]["value"]), (&json!("Market"), &json!("Store")));
        assert_eq!(room.text().await, theirs, "nothing is written before somebody chose");

        // What comes after the person looked is not chosen about.
        room.bo.post(&changes, typed(2, "page-bo-.2", &theirs.replace("Store", "Bazaar"))).await.expect_status(200);
        edit["settled"] = json!({ "revision": problem.more["revision"], "take": take });
        let problem = room.ada.post(&changes, edit.clone()).await.expect_problem(409, "edit_overlaps");
        assert_eq!(problem.more["theirs"]["value"], "Bazaar");
        edit["settled"]["revision"] = problem.more["revision"].clone();
        room.ada.post(&changes, edit).await.expect_status(200);
        let holds = room.text().await;
        let title = if take == "mine" { title } else { "Bazaar" };
        for line in [format!("title: {title}"), "colour: green".into(), "size: big".into(), "# What visitors read.".into()] {
            assert!(holds.contains(&line), "{take}: {line} in\n{holds}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_edit_of_the_same_person_in_another_window_is_somebody_elses() {
    let mut room = Room::new().await;
    let changes = room.path("/changes");
    room.ada.post(&changes, change(1, "window-1.1", namespace("settings", "one"))).await.expect_status(200);
    let mut other = change(1, "window-2.1", namespace("settings", "two"));
    other["page"] = json!("window-2");
    room.ada.post(&changes, other.clone()).await.expect_problem(409, "edit_overlaps");
    other["page"] = json!("window-1");
    room.ada.post(&changes, other).await.expect_problem(422, "page");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_says_who_did_what_and_a_rename_is_told_as_a_rename() {
    let mut room = Room::new().await;
    let (changes, text) = (room.path("/changes"), room.text().await);
    let rename = json!({ "change": "rename_component", "component": "settings", "name": "texts" });
    room.bo.post(&changes, change(1, "a", rename)).await.expect_status(200);
    room.ada.post(&changes, typed(2, "page-ada.1", &text.replace("blue", "green"))).await.expect_status(200);
    let edits = room.ada.get(&room.path("/edits")).await.ok();
    let told: Vec<(u64, &str, &str)> = edits["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| (edit["revision"].as_u64().unwrap(), edit["by"]["name"].as_str().unwrap(), edit["words"][0].as_str().unwrap()))
        .collect();
    let expected = [
        (3, "ada", "set data.colour in texts's manifest to green"),
        (2, "bo", "renamed settings to texts"),
        (1, "ada", "opened the draft"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_comes_in_pages_and_every_revision_of_it_can_be_had_again() {
    let mut room = Room::new().await;
    let changes = room.path("/changes");
    for revision in 1..=120 {
        let edit = change(revision, &format!("e{revision}"), namespace("settings", &format!("ns-{revision}")));
        room.ada.post(&changes, edit).await.expect_status(200);
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = room.ada.get(&format!("{}{after}", room.path("/edits"))).await.ok();
        seen.extend(page["items"].as_array().unwrap().iter().map(|edit| edit["revision"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("?after={next}");
    }
    assert_eq!(seen, (1..=121).rev().collect::<Vec<u64>>());
    for to in [77, 3] {
        let revision = room.read().await["revision"].as_u64().unwrap();
        let back = json!({ "to": to, "base_revision": revision, "change_id": format!("back-{to}") });
        let draft = room.ada.post(&room.path("/back"), back).await.expect_status(200).ok();
        assert_eq!(
            (&draft["revision"], &draft["content"]["components"][0]["namespace"]),
            (&json!(revision + 1), &json!(format!("ns-{}", to - 1)))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_gets_a_name_and_going_back_to_it_is_one_more_edit() {
    let mut room = Room::new().await;
    let (changes, checkpoints, back) = (room.path("/changes"), room.path("/checkpoints"), room.path("/back"));
    let before = room.read().await;
    let made = room.ada.post(&checkpoints, json!({ "name": " before the move " })).await.expect_status(201).ok();
    assert_eq!((&made["name"], &made["revision"], &made["by"]["name"]), (&json!("before the move"), &json!(1), &json!("ada")));
    room.bo.post(&checkpoints, json!({ "name": "before the move" })).await.expect_problem(409, "name_taken");
    room.bo.post(&checkpoints, json!({ "name": "x", "revision": 9 })).await.expect_problem(404, "not_found");
    room.bo.post(&checkpoints, json!({ "name": " " })).await.expect_problem(422, "name_needed");
    room.bo.post(&changes, change(1, "a", json!({ "change": "remove_component", "component": "settings" }))).await.expect_status(200);

    let wanted = json!({ "to": 1, "base_revision": 1, "change_id": "back" });
    room.ada.post(&back, wanted).await.expect_problem(409, "draft_moved");
    let wanted = json!({ "to": 1, "base_revision": 2, "change_id": "back" });
    let draft = room.ada.post(&back, wanted.clone()).await.expect_status(200).ok();
    assert_eq!((&draft["revision"], &draft["content"]), (&json!(3), &before["content"]));
    assert_eq!(room.ada.post(&back, wanted).await.expect_status(200).ok()["revision"], 3, "the same id is the same edit");
    let again = json!({ "to": 1, "base_revision": 3, "change_id": "more" });
    room.ada.post(&back, again).await.expect_problem(409, "nothing_to_take_back");

    let edits = room.ada.get(&room.path("/edits")).await.ok();
    assert_eq!((&edits["items"][0]["words"][0], &edits["items"][1]["words"][0]), (&json!("added settings"), &json!("removed settings")));
    assert_eq!(edits["items"][2]["checkpoints"][0]["name"], "before the move");
    let one = format!("{checkpoints}/{}", made["id"].as_str().unwrap());
    room.ada.delete(&one).await.expect_status(204);
    room.ada.delete(&one).await.expect_problem(404, "not_found");
    let log = room.ada.get("/api/v1/audit").await.ok();
    let acts: Vec<&str> = log["items"].as_array().unwrap().iter().filter_map(|line| line["leaf"]["action"].as_str()).collect();
    for act in ["draft.take_back", "draft.add_checkpoint", "draft.remove_checkpoint"] {
        assert!(acts.contains(&act), "{act} in {acts:?}");
    }
}
