//! Every guard shows a scene that it passes and one that it does not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::binding::Binding;
use crate::cluster::{Engine, FluxNames, Repository};
use crate::finding::Level;
use crate::name::Name;
use crate::plan::{self, Author, Authorship, Built, HeadFile, Input, LeftRunning, OtherStack, WriterKind};
use crate::preview::{Objects, Previews, Side};
use crate::sealing::{Sealed, SealedFiles};
use crate::stack::{Addon, Chart, Component, Content, Manifest};
use crate::variable::{Declaration, Levels, VariableType};
use crate::yaml::emit;

/// A stack in its surroundings, ready to be planned.
#[derive(Debug, Clone)]
pub struct Scene {
    pub stack: Stack,
    pub cluster: Cluster,
    pub head: Head,
    pub secrets: BTreeMap<String, SecretFact>,
    pub about: About,
    pub authorship: Vec<Authorship>,
    pub policy: Policy,
    pub previews: Previews,
    pub known: Known<'static>,
}

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn cluster() -> Cluster {
    Cluster {
        name: name("nl-prod-1"),
        environment: name("production"),
        engine: Engine::Flux,
        repository: Repository { url: "ssh://git@git.example.com/ops/production.git".into(), branch: "main".into(), path: String::new() },
        recipients: vec!["age1recipient".into()],
        kube_system_uid: Some("6f1c0f6e-0000-4000-8000-000000000000".into()),
        flux: FluxNames::default(),
        variables: Levels::default(),
    }
}

impl Scene {
    /// The stack `web` without components, in a repository that is bound to the cluster.
    pub fn empty() -> Scene {
        let cluster = cluster();
        let mut head = Head::default();
        head.files.insert("countersign.yaml".into(), HeadFile::new("100644", Binding::of(&cluster).text()));
        let about = About {
            draft: None,
            title: "A change".into(),
            why: "Because".into(),
            ticket: None,
            author: Author { id: "p1".into(), name: "Ilse Brandt".into(), email: "ilse@example.com".into() },
            frozen_at: "2026-11-22T15:00:00Z".parse().unwrap(),
            not_after: "2026-11-23T15:00:00Z".parse().unwrap(),
            nonce: "00".into(),
        };
        let policy = Policy { four_eyes: false, approvals: 1, passkey: true };
        Scene {
            stack: Stack::new(name("web")),
            cluster,
            head,
            secrets: BTreeMap::new(),
            about,
            authorship: Vec::new(),
            policy,
            previews: Previews::default(),
            known: Known::default(),
        }
    }

    pub fn with(mut self, component: Component) -> Scene {
        self.stack.components.push(component);
        self
    }

    pub fn addon(id: &str, values: &str) -> Component {
        let chart = Chart { repository: "https://charts.example.com".into(), name: id.into(), version: "1.2.3".into() };
        let addon = Addon { chart, release: serde_json::Map::new(), values: values.into() };
        Component { namespace: Some("x".into()), ..Component::new(name(id), Content::Addon(addon)) }
    }

    pub fn addons(ids: &[&str]) -> Scene {
        ids.iter().fold(Scene::empty(), |scene, id| scene.with(Scene::addon(id, "")))
    }

    pub fn values(values: &str) -> Scene {
        Scene::empty().with(Scene::addon("a", values))
    }

    pub fn manifest(text: &str) -> Scene {
        let content = Content::Manifest(Manifest { text: text.into() });
        Scene::empty().with(Component { namespace: Some("x".into()), ..Component::new(name("m"), content) })
    }

    pub fn waits(mut self, id: &str, on: &str) -> Scene {
        self.stack.component_mut(id).unwrap().depends_on.push(name(on));
        self
    }

    pub fn waits_for_stack(mut self, on: &str) -> Scene {
        self.stack.depends_on.push(name(on));
        self
    }

    pub fn neighbour(mut self, id: &str, depends_on: &[&str]) -> Scene {
        self.head.stacks.push(OtherStack { id: name(id), depends_on: depends_on.iter().map(|on| name(on)).collect() });
        self
    }

    /// Another stack let go of the addon `component` in this namespace.
    pub fn left_running(mut self, by: &str, component: &str, namespace: &str) -> Scene {
        let gone = Component { namespace: Some(namespace.into()), ..Scene::addon(component, "") }.let_go();
        self.head.left_running.push(LeftRunning { by: name(by), gone });
        self
    }

    /// Lets go of a component that `earlier` has recorded.
    pub fn lets_go(mut self, component: &str) -> Scene {
        crate::change::apply::apply(&mut self.stack, &crate::change::Change::LetGo { component: name(component) }).unwrap();
        self
    }

    pub fn variable(mut self, variable: &str, value: serde_json::Value) -> Scene {
        self.stack.variables.push(Declaration {
            name: variable.into(),
            kind: VariableType::String,
            description: None,
            default: None,
            required: true,
        });
        self.cluster.variables.cluster.insert(variable.into(), value);
        self
    }

    pub fn secret(mut self, secret: &str) -> Scene {
        self.secrets.insert(secret.into(), SecretFact { state: crate::secret::State::New, from: crate::secret::Level::Cluster });
        self
    }

    pub fn version(mut self, id: &str, version: &str) -> Scene {
        let Content::Addon(addon) = &mut self.stack.component_mut(id).unwrap().content else { unreachable!() };
        addon.chart.version = version.into();
        self
    }

    pub fn release(mut self, field: &str, value: serde_json::Value) -> Scene {
        let Content::Addon(addon) = &mut self.stack.components[0].content else { unreachable!() };
        addon.release.insert(field.into(), value);
        self
    }

    /// What Helm makes of an addon on one side of the plan.
    pub fn renders(mut self, id: &str, side: Side, objects: serde_json::Value) -> Scene {
        let serde_json::Value::Array(objects) = objects else { unreachable!() };
        self.previews.helm = Some("v4.2.2".into());
        self.previews.made.insert((name(id), side), Ok(Objects::of(objects, "x")));
        self
    }

    pub fn bound_to(mut self, cluster: &str) -> Scene {
        let binding = Binding { cluster: name(cluster), ..Binding::of(&self.cluster) };
        self.head.files.insert("countersign.yaml".into(), HeadFile::new("100644", binding.text()));
        self
    }

    pub fn foreign_change(mut self, path: &str) -> Scene {
        self.head.foreign_changes.push(path.into());
        self
    }

    pub fn written_by(mut self, person: &str) -> Scene {
        let writer = Writer { kind: WriterKind::Person, id: person.into(), name: "Ilse Brandt".into(), owner: None };
        self.authorship.push(Authorship { component: None, path: None, writer });
        self
    }

    pub fn four_eyes(mut self) -> Scene {
        self.policy.four_eyes = true;
        self
    }

    /// The head holds what `earlier` deployed.
    pub fn recorded(mut self, earlier: &Scene) -> Scene {
        for (path, bytes) in earlier.build().files {
            match bytes.after {
                Some(after) => drop(self.head.files.insert(path, HeadFile::new("100644", after))),
                None => drop(self.head.files.remove(&path)),
            }
        }
        self
    }

    /// Sealed files with the right names and no ciphertext: what guards see of them.
    pub fn sealed(&self) -> SealedFiles {
        let mut sealed = SealedFiles::default();
        for request in plan::sealing_requests(&self.stack, &self.cluster) {
            if !request.secrets().iter().all(|secret| self.secrets.contains_key(*secret)) {
                continue;
            }
            let (path, secret) = request.named("0123456789").unwrap();
            let mut object = request.header.clone();
            object["metadata"]["name"] = secret.as_str().into();
            object["stringData"] = serde_json::json!({"key": "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]"});
            object["sops"] = serde_json::json!({"version": "3.13.2"});
            sealed.insert(request.path.clone(), Sealed { path, name: secret, bytes: emit::emit(&object).into_bytes() });
        }
        sealed
    }

    pub fn build(&self) -> Built {
        let sealed = self.sealed();
        plan::build(&Input {
            cluster: &self.cluster,
            stack: &self.stack,
            secrets: &self.secrets,
            sealed: &sealed,
            head: &self.head,
            about: &self.about,
            authorship: &self.authorship,
            policy: self.policy,
            chart_digests: &BTreeMap::new(),
            previews: &self.previews,
            known: &self.known,
        })
    }

    /// The codes of what guards say, passes left out.
    pub fn codes(&self) -> BTreeSet<String> {
        let findings = self.build().plan.findings;
        findings.into_iter().filter(|finding| finding.level != Level::Pass).map(|finding| finding.code).collect()
    }

    pub fn findings(&self, code: &str) -> Vec<Finding> {
        self.build().plan.findings.into_iter().filter(|finding| finding.code == code).collect()
    }
}

#[test]
fn every_guard_passes_its_good_scene_and_stops_at_its_bad_one() {
    let mut names = BTreeSet::new();
    for guard in ALL {
        assert!(names.insert(guard.name), "two guards are called {}", guard.name);
        let (good, bad) = (guard.examples)();
        let says = |scene: &Scene| -> bool {
            let findings = scene.build().plan.findings;
            // The pass carries the guard's name; with anything to say there is none.
            !findings.iter().any(|finding| finding.level == Level::Pass && finding.code == guard.name)
        };
        assert!(!says(&good), "{} speaks of its good scene: {:?}", guard.name, good.codes());
        assert!(says(&bad), "{} is silent about its bad scene", guard.name);
    }
}

#[test]
fn good_scenes_are_wholly_good_and_every_sentence_is_one() {
    for guard in ALL {
        let (good, bad) = (guard.examples)();
        assert!(good.build().plan.blocks().next().is_none(), "{}: {:?}", guard.name, good.build().plan.blocks().collect::<Vec<_>>());
        for finding in good.build().plan.findings.iter().chain(&bad.build().plan.findings) {
            assert!(finding.reason.ends_with('.') && !finding.reason.contains("  "), "{}: {}", finding.code, finding.reason);
            assert_eq!(finding.confirm.is_some(), finding.level == Level::Confirm, "{}", finding.code);
        }
    }
}

#[test]
fn findings_stand_in_the_order_of_their_weight() {
    let levels: Vec<Level> =
        Scene::values("adminPassword: x\nname: \"a\u{200b}\"\n").build().plan.findings.iter().map(|finding| finding.level).collect();
    assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
}

#[test]
fn a_plaintext_secret_is_named_by_path_and_line_and_never_repeated() {
    let scene = Scene::values("admin:\n  # set by hand\n  password: hunter2-canary\nexistingSecret: \"\"\n");
    let found = scene.findings("plaintext_secret");
    assert_eq!(found[0].at.path.as_deref(), Some("admin.password"));
    assert_eq!(found[0].at.line, Some(3));
    assert!(!format!("{:?}", scene.build().plan).contains("hunter2-canary"));
}

#[test]
fn the_name_of_a_secret_of_the_stack_is_no_secret() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: grafana-admin}\nstringData: {password: \"${{ secrets.admin }}\"}\n";
    let content = Content::Manifest(Manifest { text: secret.into() });
    let manifest = Component { namespace: Some("x".into()), ..Component::new(name("m"), content) };
    let scene = Scene::values("admin: {existingSecret: grafana-admin}\n").secret("admin");
    assert!(scene.codes().contains("plaintext_secret"));
    assert!(!scene.with(manifest).codes().contains("plaintext_secret"));
}

#[test]
fn a_literal_in_a_secret_is_a_warning_unless_its_key_says_more() {
    let scene = Scene::manifest("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {username: admin}\n");
    assert_eq!(scene.codes(), BTreeSet::from(["literal_in_secret".to_owned()]));
    let scene = Scene::manifest("apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: admin}\n");
    assert!(scene.codes().contains("plaintext_secret"));
}

#[test]
fn the_loss_of_a_claim_is_confirmed_by_its_name() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: loki-data}\nspec: {resources: {requests: {storage: 8Gi}}}\n";
    let keep = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    let both = Scene::manifest(&format!("{claim}---\n{keep}"));
    let scene = Scene::manifest(keep).recorded(&both);
    let plan = scene.build().plan;
    assert_eq!(plan.confirmations(), ["loki-data"]);
    assert_eq!(plan.effects[0].what, plan::What::WillBeDeleted);
    assert_eq!(plan.brief[0], "Deletes PersistentVolumeClaim x/loki-data.");

    let kept = Scene::manifest(&format!(
        "{}---\n{keep}",
        claim.replace("{name: loki-data}", "{name: loki-data, annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}}")
    ));
    let plan = Scene::manifest(keep).recorded(&kept).build().plan;
    assert_eq!(plan.confirmations(), [""; 0]);
    assert_eq!(plan.effects[0].what, plan::What::StaysBehind);
}

#[test]
fn claims_of_a_stateful_set_stay_behind_and_the_plan_says_so() {
    let set = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates:\n  - metadata: {name: data}\n";
    let plan = Scene::addons(&["a"]).recorded(&Scene::manifest(set)).build().plan;
    let effects: Vec<String> = plan.effects.iter().map(|effect| format!("{:?} {}", effect.what, effect.object)).collect();
    assert_eq!(effects, ["WillBeDeleted StatefulSet x/db", "StaysBehind PersistentVolumeClaim x/data-db-0"]);
    assert_eq!(plan.confirmations(), ["db", "m"]);
}

#[test]
fn an_addons_removal_says_that_its_contents_were_not_examined() {
    let scene = Scene::addons(&["a"]).recorded(&Scene::addons(&["a", "loki"]));
    let found = scene.findings("removal");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].confirm.as_deref(), Some("loki"));
    assert!(found[0].reason.contains("unknown, not rendered"), "{}", found[0].reason);
}

#[test]
fn two_that_waited_for_each_other_go_unordered() {
    let before = Scene::addons(&["a", "b", "c"]).waits("c", "b");
    assert!(Scene::addons(&["a"]).recorded(&before).codes().contains("unordered_removal"));
    assert!(!Scene::addons(&["a", "b"]).recorded(&before).codes().contains("unordered_removal"));
}

#[test]
fn what_waited_for_something_that_goes_is_told_that_it_goes_first() {
    let before = Scene::addons(&["app", "db"]).waits("app", "db");
    let found = Scene::addons(&["app"]).recorded(&before).findings("removed_first");
    assert_eq!((found[0].level, found[0].at.component.as_deref()), (Level::Warn, Some("app")));
    assert!(found[0].reason.contains("does not wait until app is changed"), "{}", found[0].reason);
    assert!(Scene::addons(&["app"]).recorded(&Scene::addons(&["app", "db"])).findings("removed_first").is_empty());
}

#[test]
fn an_object_moves_safely_to_a_component_that_the_first_one_waits_for() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    let (other, third) = (object.replace("{name: c}", "{name: o}"), object.replace("{name: c}", "{name: t}"));
    let manifest = |id: &str, text: &str| Component {
        namespace: Some("x".into()),
        ..Component::new(name(id), Content::Manifest(Manifest { text: text.into() }))
    };
    let before = Scene::empty().with(manifest("a", &format!("{object}---\n{other}"))).with(manifest("b", &third));
    let after = || Scene::empty().with(manifest("a", &other)).with(manifest("b", &format!("{third}---\n{object}")));
    assert_eq!(after().recorded(&before).findings("moved_object").len(), 1);
    assert!(after().waits("a", "b").recorded(&before).findings("moved_object").is_empty());
}

#[test]
fn a_chart_that_becomes_a_manifest_uninstalls_its_release() {
    let mut after = Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
    after.stack.components[0].id = name("a");
    let scene = after.recorded(&Scene::addons(&["a"]));
    assert_eq!(scene.build().plan.confirmations(), ["a"]);
}

#[test]
fn a_claim_template_that_grows_warns_with_the_way_by_hand() {
    let set = |size: &str| {
        Scene::manifest(&format!(
            "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {{name: db}}\nspec:\n  volumeClaimTemplates:\n  - metadata: {{name: data}}\n    \
             spec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
        ))
    };
    let found = set("20Gi").recorded(&set("8Gi")).findings("claim_grows");
    assert_eq!((found.len(), found[0].level), (1, Level::Warn));
    assert!(found[0].reason.contains("will be refused"), "{}", found[0].reason);
    let hint = found[0].hint.as_deref().unwrap();
    for step in ["patch pvc CLAIM", "\"storage\":\"20Gi\"", "kubectl -n x delete statefulset db --cascade=orphan"] {
        assert!(hint.contains(step), "{step}: {hint}");
    }
}

#[test]
fn a_charts_claim_that_grows_warns_that_it_may_be_a_template() {
    let scene = |size: &str| Scene::values(&format!("persistence: {{size: {size}}}\n"));
    let found = scene("20Gi").recorded(&scene("8Gi")).findings("claim_grows");
    assert!(found[0].reason.contains("unknown, not rendered") && found[0].hint.as_deref().unwrap().contains("instance=a"), "{found:?}");
    let claim = |size: &str| {
        Scene::manifest(&format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c}}\nspec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
        ))
    };
    assert!(claim("20Gi").recorded(&claim("8Gi")).findings("claim_grows").is_empty(), "a claim itself may grow");
}

#[test]
fn a_claim_that_grows_is_said_in_the_brief_and_stops_nothing() {
    let scene = |size: &str| Scene::values(&format!("persistentVolume: {{size: {size}}}\n"));
    let plan = scene("20Gi").recorded(&scene("8Gi")).build().plan;
    assert!(plan.brief.contains(&"The claim of a grows from 8Gi to 20Gi; nothing is deleted.".to_owned()), "{:?}", plan.brief);
    assert!(plan.confirmations().is_empty());
    let claim = |size: &str| {
        Scene::manifest(&format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: c}}\nspec: {{resources: {{requests: {{storage: {size}}}}}}}\n"
        ))
    };
    let shrinks = claim("4Gi").recorded(&claim("8Gi")).findings("claim_shrinks");
    assert_eq!(shrinks[0].level, Level::Block);
}

#[test]
fn an_unknown_uid_warns_and_another_one_blocks() {
    let mut scene = Scene::addons(&["a"]);
    scene.cluster.kube_system_uid = None;
    assert_eq!(scene.findings("cluster_identity")[0].level, Level::Warn);
    scene.cluster.kube_system_uid = Some("other".into());
    assert_eq!(scene.findings("cluster_identity")[0].level, Level::Block);
    scene.head.files.clear();
    assert_eq!(scene.findings("cluster_identity")[0].level, Level::Block);
}

#[test]
fn a_neighbours_object_blocks_and_a_foreign_file_warns() {
    let object = crate::object::ObjectKey::new("", "ConfigMap", Some("x"), "c");
    let mut scene = Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
    scene.head.others.push(plan::OtherFile { path: "apps/c.yaml".into(), stack: None, objects: vec![object.clone()] });
    assert_eq!(scene.findings("name_clash")[0].level, Level::Warn);
    scene.head.others[0].stack = Some(name("shop"));
    assert_eq!(scene.findings("name_clash")[0].level, Level::Block);
    scene.head.others[0].objects[0].namespace = Some("y".into());
    assert!(scene.findings("name_clash").iter().all(|finding| finding.level == Level::Pass));
}

#[test]
fn a_namespace_that_stands_elsewhere_is_named_with_its_path_and_stops_nobody() {
    let told = |scene: &Scene| {
        let found = scene.findings("name_clash");
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].level, found[0].reason.clone())
    };
    let namespace = || crate::object::ObjectKey::new("", "Namespace", None, "x");
    let mut scene = Scene::addons(&["a"]);
    scene.head.others.push(plan::OtherFile { path: "infra/x.yaml".into(), stack: None, objects: vec![namespace()] });
    let (level, reason) = told(&scene);
    assert_eq!(level, Level::Warn);
    assert!(reason.starts_with("Namespace x stands in infra/x.yaml too, a file that Countersign does not write."), "{reason}");
    scene.head.others[0].path = "stacks/shop/components/n/manifest.yaml".into();
    scene.head.others[0].stack = Some(name("shop"));
    let (level, reason) = told(&scene);
    assert_eq!(level, Level::Warn);
    assert!(reason.starts_with("Namespace x stands in the stack shop too (stacks/shop/components/n/manifest.yaml)."), "{reason}");
    // Two stacks that both bring it themselves are two owners.
    let brings = "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n";
    let mut own = Scene::manifest(brings);
    own.head.others = scene.head.others.clone();
    assert_eq!(told(&own).0, Level::Block);
    // One that stacks share already stands beside its own.
    let mut own = Scene::manifest(brings);
    own.head.files.insert("clusters/nl-prod-1/namespaces/x.yaml".into(), HeadFile::new("100644", brings));
    let (level, reason) = told(&own);
    assert_eq!(level, Level::Warn);
    assert!(reason.starts_with("Namespace x stands in clusters/nl-prod-1/namespaces/x.yaml too"), "{reason}");
}

#[test]
fn a_namespace_that_comes_to_stand_elsewhere_makes_a_plan_stale() {
    let scene = Scene::addons(&["a"]);
    let plan = scene.build().plan;
    let mut head = scene.head.clone();
    let objects = vec![crate::object::ObjectKey::new("", "Namespace", None, "x")];
    head.others.push(plan::OtherFile { path: "infra/x.yaml".into(), stack: None, objects });
    assert_eq!(plan::stale::check(&plan, &head), Err(plan::stale::Stale::Objects));
}

#[test]
fn a_helm_release_that_is_taken_is_told_once() {
    let text = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a, namespace: x}\nspec: {interval: 1h}\n";
    let told = |text: &str| {
        let mut scene = Scene::addons(&["a"]);
        let objects = plan::facts::objects_in("apps/a.yaml", text.as_bytes());
        assert_eq!(objects.len(), 2);
        scene.head.others.push(plan::OtherFile { path: "apps/a.yaml".into(), stack: None, objects });
        scene.findings("name_clash").into_iter().map(|finding| finding.reason).collect::<Vec<_>>()
    };
    assert_eq!(told(text), ["HelmRelease x/a stands in apps/a.yaml too, a file that Countersign does not write."]);
    let other = text.replace("name: a,", "name: b,").replace("interval: 1h", "releaseName: a");
    assert_eq!(told(&other), ["The Helm release x/a stands in apps/a.yaml too, a file that Countersign does not write."]);
}

#[test]
fn two_releases_of_one_name_clash_whatever_their_components_are_called() {
    let mut scene = Scene::addons(&["a", "b"]);
    let Content::Addon(addon) = &mut scene.stack.components[1].content else { unreachable!() };
    addon.release.insert("releaseName".into(), "a".into());
    let found = scene.findings("name_clash");
    assert_eq!(found[0].reason, "The Helm release x/a stands in both a and b.");
}

#[test]
fn unknown_kinds_must_say_where_they_live_and_known_ones_need_not() {
    let widget = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n";
    assert_eq!(Scene::manifest(widget).codes(), BTreeSet::from(["namespace_unknown".to_owned()]));
    let stated = widget.replace("{name: w}", "{name: w, namespace: x}");
    assert!(Scene::manifest(&stated).codes().is_empty());
    let defined = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.example.com}}\nspec: {{group: example.com, scope: Namespaced, names: {{kind: Widget}}}}\n---\n{widget}"
    );
    assert!(Scene::manifest(&defined).codes().is_empty());
    let mut homeless = Scene::manifest("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n");
    homeless.stack.components[0].namespace = None;
    assert!(homeless.codes().contains("namespace_missing"));
}

#[test]
fn variables_say_what_is_wrong_with_them() {
    let scene = Scene::values("host: \"${{ vars.domian }}\"\n").variable("domain", serde_json::json!("example.com"));
    let found = scene.findings("undeclared_variable");
    assert_eq!((found[0].at.path.as_deref(), found[0].at.line), (Some("host"), Some(1)));
    assert!(found[0].hint.as_deref().unwrap().contains("Did you mean `domain`"));

    let mut scene = Scene::values("host: a-${{ vars.domain }}\n").variable("domain", serde_json::json!("x"));
    scene.cluster.variables = Levels::default();
    assert!(scene.codes().contains("unresolved_variable"));

    let scene = Scene::values("host: a\n").variable("domain", serde_json::json!("${{ vars.other }}"));
    assert!(scene.codes().contains("expression_in_variable"));
}
