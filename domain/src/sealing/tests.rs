#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::json;

use super::*;

fn request() -> SealRequest {
    SealRequest {
        path: "stacks/web/components/grafana/grafana-values.enc.yaml".into(),
        stack: "web".into(),
        component: "grafana".into(),
        header: json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "grafana-values"}}),
        leaves: vec![Leaf {
            field: Field::StringData,
            key: "values.yaml".into(),
            content: Content::Values(ValuesTree::Map(vec![
                ("adminPassword".into(), ValuesTree::Text(Text::secret("grafana_admin"))),
                ("replicas".into(), json!(2).into()),
                (
                    "urls".into(),
                    ValuesTree::List(vec![
                        ValuesTree::Text(Text(vec![
                            Piece::Text("postgres://app:".into()),
                            Piece::Secret("db".into()),
                            Piece::Text("@db/app".into()),
                        ])),
                        json!({"plain": true}).into(),
                    ]),
                ),
            ])),
            base64: false,
        }],
        suffix_name: true,
    }
}

#[test]
fn every_secret_of_a_request_is_found() {
    let mut request = request();
    request.leaves.push(Leaf { field: Field::Data, key: "k".into(), content: Content::Text(Text::secret("token")), base64: true });
    assert_eq!(request.secrets().into_iter().collect::<Vec<_>>(), ["db", "grafana_admin", "token"]);
}

#[test]
fn values_are_filled_in_place_and_keep_their_types() {
    let Content::Values(tree) = &request().leaves[0].content else { panic!("values") };
    let mut fill = |text: &Text| {
        let filled = text.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Secret(name) => name.to_uppercase(),
        });
        Ok::<_, ()>(filled.collect())
    };
    let expected = json!({"adminPassword": "GRAFANA_ADMIN", "replicas": 2, "urls": ["postgres://app:DB@db/app", {"plain": true}]});
    assert_eq!(tree.fill(&mut fill), Ok(expected));
    assert_eq!(tree.fill(&mut |_| Err("no such secret")), Err("no such secret"));
}

#[test]
fn the_suffix_ends_both_the_name_and_the_file() {
    let (path, name) = request().named("0123456789").unwrap();
    assert_eq!(path, "stacks/web/components/grafana/grafana-values-0123456789.enc.yaml");
    assert_eq!(name, "grafana-values-0123456789");
    let plain = SealRequest { suffix_name: false, ..request() };
    assert_eq!(plain.named("0123456789").unwrap(), (plain.path.clone(), "grafana-values".into()));
}

#[test]
fn a_request_that_would_leave_plaintext_readable_is_refused() {
    assert_eq!(request().check(), Ok(()));
    for key in ["data", "stringData", "sops"] {
        let mut bad = request();
        bad.header[key] = json!({"password": "hunter2"});
        assert!(matches!(bad.check(), Err(RequestError::Header { key: found, .. }) if found == key));
    }
    let mut twice = request();
    twice.leaves.push(twice.leaves[0].clone());
    assert!(matches!(twice.check(), Err(RequestError::Twice { .. })));
    assert!(matches!(SealRequest { path: "a.yaml".into(), ..request() }.check(), Err(RequestError::Path { .. })));
    assert!(matches!(SealRequest { header: json!({"kind": "Secret"}), ..request() }.check(), Err(RequestError::Nameless { .. })));
}

#[test]
fn a_request_survives_json() {
    let text = serde_json::to_string(&request()).unwrap();
    assert_eq!(serde_json::from_str::<SealRequest>(&text).unwrap(), request());
}
