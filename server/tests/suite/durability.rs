//! What was acknowledged is stored, what was not is stored wholly or not at all.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use domain::api::Page;
use domain::api::person::Person;
use domain::audit::{Act, Frontier, leaf_hash};
use domain::problem::Problem;
use domain::text::hex;
use serde_json::json;
use server::api::caller::Caller;
use server::audit::{Tx, audited};
use server::server::Shared;

use crate::support::{Client, PASSWORD, TestServer};

fn person(server: &Shared, name: String) -> server::store::person::Person {
    server::store::person::Person {
        id: server.ids.next(),
        full_name: name.clone(),
        name,
        created_at: server.clock.now(),
        disabled_at: None,
    }
}

async fn add(server: &Shared, name: String) -> Result<(), Problem> {
    let person = person(server, name);
    audited(server, &Caller::host(), Act::AddPerson(person.id.clone()), async |tx: &mut Tx| {
        server::store::person::insert(tx, &person).await?;
        Ok(())
    })
    .await
}

async fn names(server: &Shared) -> Vec<String> {
    let mut db = server.store.read().await.unwrap();
    server::store::person::list(&mut db, "", 10_000).await.unwrap().into_iter().map(|person| person.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_acts_at_once_take_few_commits_and_each_has_its_leaf() {
    let server = TestServer::fresh().await;
    let inside = server.inside();
    let before = inside.store.commits();
    let acts = (0..64).map(|n| {
        let inside = inside.clone();
        tokio::spawn(async move { add(&inside, format!("p{n:02}")).await })
    });
    for act in futures_util::future::join_all(acts).await {
        act.unwrap().unwrap();
    }
    let commits = inside.store.commits() - before;
    assert!(commits <= 16, "{commits} commits for 64 acts");
    assert_eq!(names(inside).await.len(), 64);
    let mut db = inside.store.read().await.unwrap();
    assert_eq!(server::store::audit::size(&mut db).await.unwrap(), 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_act_of_a_batch_that_fails_takes_only_itself_back() {
    let server = TestServer::fresh().await;
    let inside = server.inside();
    let acts = (0..40).map(|n| {
        let inside = inside.clone();
        // Every second one asks for a name that is taken by the one before.
        tokio::spawn(async move { add(&inside, format!("p{}", n / 2)).await })
    });
    let (mut done, mut refused) = (0, 0);
    for act in futures_util::future::join_all(acts).await {
        match act.unwrap() {
            Ok(()) => done += 1,
            Err(problem) => {
                assert_eq!(problem.code, "name_taken");
                refused += 1;
            }
        }
    }
    assert_eq!((done, refused), (20, 20));
    assert_eq!(names(inside).await.len(), 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_that_is_dropped_half_way_is_not_stored_and_holds_nobody_up() {
    let server = TestServer::fresh().await;
    let inside = server.inside().clone();
    let (written, is_written) = tokio::sync::oneshot::channel();
    let half = {
        let inside = inside.clone();
        tokio::spawn(async move {
            let person = person(&inside, "half".into());
            audited(&inside, &Caller::host(), Act::AddPerson(person.id.clone()), async |tx: &mut Tx| {
                server::store::person::insert(tx, &person).await?;
                written.send(()).unwrap();
                std::future::pending::<()>().await;
                Ok(())
            })
            .await
        })
    };
    is_written.await.unwrap();
    let behind = {
        let inside = inside.clone();
        tokio::spawn(async move { add(&inside, "behind".into()).await })
    };
    half.abort();
    behind.await.unwrap().unwrap();
    assert_eq!(names(&inside).await, ["behind"]);
    let mut db = inside.store.read().await.unwrap();
    assert_eq!(server::store::audit::size(&mut db).await.unwrap(), 1);
}

/// The browser hangs up while the act waits for its turn: the act is finished all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_browser_went_away_is_finished() {
    let (server, ada) = TestServer::set_up().await;
    let inside = server.inside().clone();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let (begun, has_begun) = tokio::sync::oneshot::channel::<()>();
    let first = {
        let inside = inside.clone();
        tokio::spawn(async move {
            audited(&inside, &Caller::host(), Act::ChangeSettings("x".into()), async |_: &mut Tx| {
                begun.send(()).unwrap();
                may_go.await.unwrap();
                Ok(())
            })
            .await
        })
    };
    has_begun.await.unwrap();
    let waiting = tokio::spawn({
        let mut ada = ada.clone();
        async move { ada.post("/api/v1/people", json!({ "name": "gone" })).await }
    });
    while inside.store.waiting() == 0 {
        tokio::task::yield_now().await;
    }
    // The client's connection is dropped with its task.
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    while inside.metrics.in_flight() > 0 {
        tokio::task::yield_now().await;
    }
    go.send(()).unwrap();
    first.await.unwrap().unwrap();
    // Whoever queues now stands behind it.
    add(&inside, "behind".into()).await.unwrap();
    assert_eq!(names(&inside).await, ["ada", "behind", "gone"]);
}

async fn leaves(server: &Shared) -> u64 {
    server::store::audit::size(&mut server.store.read().await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn the_log_cannot_be_changed_cut_or_left_with_a_gap() {
    let server = TestServer::fresh().await;
    let inside = server.inside();
    add(inside, "one".into()).await.unwrap();
    for wrong in [
        "update audit set actor = 'somebody else'",
        "delete from audit",
        "insert into audit (n, leaf, hash, at, actor, action, object) values (7, x'', x'', 0, '', '', '')",
    ] {
        let problem = audited(inside, &Caller::host(), Act::ChangePerson("x".into()), async |tx: &mut Tx| {
            sqlx::query(wrong).execute(&mut **tx).await.map_err(server::store::Error::from)?;
            Ok(())
        })
        .await
        .unwrap_err();
        assert_eq!(problem.status, 500, "{wrong}");
    }
    assert_eq!(leaves(inside).await, 1);
}

#[tokio::test]
async fn the_head_covers_the_bytes_as_they_are_stored_and_text_stands_beside_them() {
    let (server, mut ada) = TestServer::set_up().await;
    ada.post("/api/v1/people", json!({ "name": "grace", "full_name": "Grace H." })).await.expect_status(201);
    let mut db = server.inside().store.read().await.unwrap();
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("select n, leaf from audit order by n").fetch_all(&mut *db).await.unwrap();
    let mut expected = Frontier::default();
    for (n, leaf) in &rows {
        assert!(!String::from_utf8_lossy(leaf).contains("Grace"), "leaf {n} holds a person's name");
        expected.push(leaf_hash(leaf));
    }
    let head = server.inside().store.head().await.unwrap();
    assert_eq!((head.size(), hex(&head.root())), (rows.len() as u64, hex(&expected.root())));
    let (last, leaf) = rows.last().unwrap();
    let (salt, text): (Vec<u8>, String) = sqlx::query_as("select salt, text from audit_text where n = $1 and field = 'full_name'")
        .bind(last)
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(text, "Grace H.");
    assert!(String::from_utf8_lossy(leaf).contains(&domain::audit::commitment(&salt, &text)));
}

/// The real binary, killed without warning while it answers: whatever it answered is there after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut acknowledged = Vec::new();
    let mut port = 0;
    for round in 0..5 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data"])
            .arg(&data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let origin = lines.find_map(|line| line.strip_prefix("Open: ").map(str::to_owned)).unwrap();
        port = origin.rsplit_once(':').unwrap().1.parse().unwrap();
        let mut ada = Client::new(([127, 0, 0, 1], port).into(), origin.clone());
        if round == 0 {
            let code = lines.find_map(|line| line.strip_prefix("Set-up code: ").map(str::to_owned)).unwrap();
            let link: domain::api::person::EnrolmentLink = ada
                .post("/api/v1/setup", json!({ "code": code, "organisation": "Example", "public_url": origin, "name": "ada" }))
                .await
                .expect_status(201)
                .json();
            ada.post("/api/v1/session/enrolment", json!({ "code": link.code })).await.expect_status(204);
            ada.put("/api/v1/me/password", json!({ "password": PASSWORD, "code": link.code })).await.expect_status(204);
        } else {
            ada.post("/api/v1/session", json!({ "name": "ada", "password": PASSWORD })).await.expect_status(204);
        }
        let mut tasks = tokio::task::JoinSet::new();
        for writer in 0..8 {
            let mut ada = ada.clone();
            tasks.spawn(async move {
                let mut mine = Vec::new();
                for n in 0.. {
                    let name = format!("r{round}w{writer}n{n}");
                    match ada.try_post("/api/v1/people", json!({ "name": name })).await {
                        Some(answer) => {
                            answer.expect_status(201);
                            mine.push(name);
                        }
                        None => return mine,
                    }
                }
                mine
            });
        }
        // Killed in the middle of answering, at another count each round.
        while_some_are_answered(&mut ada, 10 + round * 7).await;
        child.kill().unwrap();
        child.wait().unwrap();
        while let Some(mine) = tasks.join_next().await {
            acknowledged.extend(mine.unwrap());
        }
    }
    assert!(acknowledged.len() > 50, "only {} writes", acknowledged.len());
    let config = server::config::Config::at(data);
    let store = server::store::Store::open(&config.database()).await.unwrap();
    let mut db = store.read().await.unwrap();
    let stored: std::collections::HashSet<String> =
        server::store::person::list(&mut db, "", 1_000_000).await.unwrap().into_iter().map(|person| person.name).collect();
    for name in &acknowledged {
        assert!(stored.contains(name), "{name} was acknowledged and is gone");
    }
    let added: i64 = sqlx::query_scalar("select count(*) from audit where action = 'person.add'").fetch_one(&mut *db).await.unwrap();
    assert_eq!(added, stored.len() as i64 - 1, "a leaf for each person but the first, and none besides");
}

async fn while_some_are_answered(ada: &mut Client, more: usize) {
    let count = async |ada: &mut Client| -> usize {
        let mut after = String::new();
        let mut count = 0;
        loop {
            let page: Page<Person> = ada.get(&format!("/api/v1/people?after={after}")).await.expect_status(200).json();
            count += page.items.len();
            match page.next {
                Some(next) => after = next,
                None => return count,
            }
        }
    };
    let start = count(ada).await;
    while count(ada).await < start + more {}
}
