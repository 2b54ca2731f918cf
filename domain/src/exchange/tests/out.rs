//! What goes out comes back in.
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::exchange::export;
use crate::sealing::SealedFiles;
use crate::stack::{Chart, Manifest, Point};
use crate::variable::{Declaration, VariableType};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~\n#:{}\\[\\]é☃]{0,60}", Just("a: 1 # why\nb:\n  - \"${{ vars.x }}\"\n".to_owned())]
}

prop_compose! {
    fn stack()(
        parts in proptest::collection::vec((any::<bool>(), text(), proptest::option::of("[a-z]{1,9}"), proptest::option::of((-900i32..900, -900i32..900)), any::<u16>()), 1..7),
        description in proptest::option::of("[ -~\n]{1,40}"),
        default in proptest::option::of("[ -~]{0,20}"),
    ) -> Stack {
        let mut stack = Stack::new(Name::new("web").unwrap());
        stack.description = description;
        stack.variables.push(Declaration { name: "x".into(), kind: VariableType::String, description: None, required: default.is_none(), default: default.map(Into::into) });
        for (index, (is_addon, text, namespace, at, waits)) in parts.into_iter().enumerate() {
            let content = if is_addon {
                let chart = Chart { repository: "https://charts.example.com".into(), name: "c".into(), version: "1.2.3".into() };
                Content::Addon(Addon { chart, release: serde_json::Map::new(), values: text })
            } else {
                Content::Manifest(Manifest { text })
            };
            let mut component = Component::new(Name::new(&format!("c{index}")).unwrap(), content);
            component.namespace = namespace;
            component.layout = at.map(|(x, y)| Point { x: x.into(), y: y.into() });
            component.depends_on = (0..index).filter(|on| waits & (1 << on) != 0).map(|on| Name::new(&format!("c{on}")).unwrap()).collect();
            stack.components.push(component);
        }
        stack
    }
}

proptest! {
    #[test]
    fn a_stack_that_goes_out_as_its_source_comes_back_the_same(stack in stack()) {
        let text = export::source(&stack);
        let imported = import(&[file("stack.yaml", &text)], None, None).unwrap();
        prop_assert_eq!(&imported.stacks, &[stack]);
        prop_assert!(imported.notes.is_empty());
        prop_assert_eq!(export::source(&imported.stacks[0]), text);
    }

    #[test]
    fn a_picture_is_well_formed_whatever_is_in_it(stack in stack()) {
        let picture = export::svg(&stack);
        prop_assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
        prop_assert_eq!(picture.matches("<g>").count(), stack.components.len());
        // Nothing but our own elements: every `<` opens or closes one of them.
        for (at, _) in picture.match_indices('<') {
            let rest = picture[at + 1..].trim_start_matches('/');
            let name: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
            prop_assert!(["svg", "title", "desc", "style", "defs", "marker", "path", "rect", "g", "text"].contains(&name.as_str()), "{}", rest);
        }
    }
}

fn files(rendered: &BTreeMap<String, Vec<u8>>) -> Vec<File> {
    rendered.iter().map(|(path, bytes)| file(path, std::str::from_utf8(bytes).unwrap())).collect()
}

/// The shop and the fleet's charts as one stack without secrets.
fn plain() -> Stack {
    let mut stack = Stack::new(Name::new("web").unwrap());
    stack.depends_on.push(Name::new("storage").unwrap());
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: \"1\"}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";
    let mut settings = Component::new(Name::new("settings").unwrap(), Content::Manifest(Manifest { text: text.into() }));
    settings.namespace = Some("shop".into());
    let chart =
        |repository: &str, name: &str, version: &str| Chart { repository: repository.into(), name: name.into(), version: version.into() };
    let release = serde_json::from_str(
        r#"{"releaseName": "old-name", "driftDetection": {"mode": "enabled"}, "upgrade": {"remediation": {"retries": 5}}}"#,
    )
    .unwrap();
    let mut podinfo = Component::new(
        Name::new("podinfo").unwrap(),
        Content::Addon(Addon {
            chart: chart("oci://ghcr.io/stefanprodan/charts", "podinfo", "6.9.1+build.2"),
            release,
            values: "ui: {message: hello}\nhosts: [a, b]\n".into(),
        }),
    );
    podinfo.namespace = Some("podinfo".into());
    podinfo.timeout = Some("20m".into());
    podinfo.depends_on.push(settings.id.clone());
    let mut nginx = Component::new(
        Name::new("nginx").unwrap(),
        Content::Addon(Addon {
            chart: chart("https://kubernetes.github.io/ingress-nginx", "ingress-nginx", "4.11.3"),
            release: serde_json::Map::new(),
            values: String::new(),
        }),
    );
    nginx.namespace = Some("ingress".into());
    stack.components = vec![nginx, podinfo, settings];
    stack
}

#[test]
fn plain_flux_comes_back_as_a_stack_that_writes_the_same_files() {
    let stack = plain();
    let out = export::flux(&stack, &cluster(), &SealedFiles::default());
    assert_eq!(out.lost, [""; 0]);
    assert!(!out.files.keys().any(|path| path.ends_with("stack.yaml")));
    let imported = read(&files(&out.files));
    let lost: Vec<String> = imported.notes.iter().filter(|note| note.kind != Kind::Changed).map(ToString::to_string).collect();
    assert_eq!(lost, [""; 0]);
    let back = export::flux(&imported.stacks[0], &cluster(), &SealedFiles::default());
    for (path, bytes) in &out.files {
        let now = back.files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        assert_eq!(now, String::from_utf8_lossy(bytes), "{path}");
    }
    assert_eq!(back.files.len(), out.files.len());
}

#[test]
fn what_plain_flux_does_not_say_is_told() {
    let mut stack = plain();
    stack.description = Some("The shop".into());
    stack.variables.push(Declaration {
        name: "domain".into(),
        kind: VariableType::String,
        description: None,
        required: false,
        default: Some("example.com".into()),
    });
    stack.components[2].name = Name::new("configuration").unwrap();
    stack.components[2].layout = Some(Point { x: 1.0, y: 2.0 });
    let Content::Addon(addon) = &mut stack.components[1].content else { unreachable!() };
    addon.values = "# why\nhost: \"${{ vars.domain }}\"\ntoken: \"${{ secrets.token }}\"\n".into();
    stack.components.swap(0, 2);
    let out = export::flux(&stack, &cluster(), &SealedFiles::default());
    for word in
        ["`podinfo` is left out", "variable `domain`", "secret `token`", "description", "called `settings`", "canvas", "Comments", "order"]
    {
        assert!(out.lost.iter().any(|sentence| sentence.contains(word)), "{word}: {:?}", out.lost);
    }
}
