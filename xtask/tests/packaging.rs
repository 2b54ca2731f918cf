//! What stands in packaging/ names what is there: commands, settings, paths, versions; and no pod gets more than it needs.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize as _;
use serde_yaml_ng::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A command's instructions, continued lines joined and comments left out.
fn instructions(containerfile: &str) -> Vec<(String, String)> {
    let mut joined = String::new();
    for line in containerfile.lines().filter(|line| !line.trim_start().starts_with('#') && !line.trim().is_empty()) {
        match line.strip_suffix('\\') {
            Some(part) => joined.push_str(part),
            None => {
                joined.push_str(line);
                joined.push('\n');
            }
        }
    }
    joined
        .lines()
        .map(|line| line.split_once(char::is_whitespace).unwrap())
        .map(|(name, rest)| (name.to_owned(), rest.trim().to_owned()))
        .collect()
}

/// Every setting that the server reads from its environment.
fn settings() -> BTreeSet<String> {
    let config = text("server/src/config.rs");
    config.split("env = \"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// What can be typed after `countersign`, from the names of the command's own files.
fn is_command(name: &str) -> bool {
    root().join(format!("server/src/command/{}.rs", name.replace('-', "_"))).is_file()
}

#[test]
fn the_image_is_built_by_commands_and_from_files_that_exist() {
    let all = instructions(&text("packaging/Containerfile"));
    let of = |name: &str| all.iter().filter(|(one, _)| one == name).map(|(_, rest)| rest.as_str()).collect::<Vec<_>>();
    let cargo = text("Cargo.toml");
    let rust = cargo.split("rust-version = \"").nth(1).unwrap().split('"').next().unwrap();
    let stages: Vec<&str> = of("FROM").iter().filter_map(|from| from.split_once(" AS ")).map(|(_, stage)| stage).collect();
    assert!(of("FROM").iter().any(|from| from.contains(&format!("/rust:{rust}-"))), "another compiler than Cargo.toml asks for");
    for from in of("FROM") {
        let image = from.split(" AS ").next().unwrap();
        assert!(image.rsplit('/').next().unwrap().contains(':') && !image.ends_with(":latest"), "{image} is not pinned");
    }
    for copy in of("COPY").into_iter().filter_map(|copy| copy.split("--from=").nth(1)) {
        assert!(stages.contains(&copy.split(' ').next().unwrap()), "{copy} copies from no stage");
    }
    // The site's own list of commands.
    let xtask = text("xtask/src/main.rs");
    let build = of("RUN").into_iter().find(|run| run.contains("cargo xtask")).unwrap();
    assert!(build.contains("cargo xtask build --release > ") && xtask.contains("cargo xtask build [--release]"));
    assert!(xtask.contains(r#"println!("{}\nCOUNTERSIGN_SITE={}""#), "the first line is no longer the binary");
    for needed in ["make", "perl", "pkg-config"] {
        assert!(of("RUN").iter().any(|run| run.contains("apt-get install") && run.contains(needed)), "README asks for {needed}");
    }
}

#[test]
fn the_image_runs_the_server_as_nobody_in_particular() {
    let all = instructions(&text("packaging/Containerfile"));
    let last = all.iter().rposition(|(name, _)| name == "FROM").unwrap();
    let of = |name: &str| all[last..].iter().find(|(one, _)| one == name).map(|(_, rest)| rest.clone()).unwrap();
    let user: u32 = of("USER").split(':').next().unwrap().parse().unwrap();
    assert!(user >= 1000, "USER is a number and not root's, or runAsNonRoot refuses the image");
    assert!(of("FROM").contains("distroless") && of("FROM").ends_with(":nonroot"));
    let settings = settings();
    for word in of("ENV").split_whitespace() {
        let name = word.split('=').next().unwrap();
        assert!(settings.contains(name), "{name} is no setting of the server");
    }
    let words = |list: &str| -> Vec<String> { serde_yaml_ng::from_str(list).unwrap() };
    let binary = words(&of("ENTRYPOINT")).remove(0);
    assert!(all[last..].iter().any(|(name, rest)| name == "COPY" && rest.ends_with(&binary)));
    assert!(is_command(&words(&of("CMD"))[0]));
    let check = of("HEALTHCHECK");
    let check = words(check.split_once("CMD ").unwrap().1);
    assert!(check[0] == binary && is_command(&check[1]), "{check:?}");
    // A folder below the volume: a backup is restored into one that is not there yet.
    let volume = of("VOLUME");
    assert!(of("ENV").contains(&format!("COUNTERSIGN_DATA={volume}/")));
}

#[test]
fn the_compose_file_takes_every_right_that_is_not_needed() {
    let compose: Value = serde_yaml_ng::from_str(&text("packaging/compose.yaml")).unwrap();
    let service = &compose["services"]["countersign"];
    let settings = settings();
    for name in service["environment"].as_mapping().unwrap().keys() {
        assert!(settings.contains(name.as_str().unwrap()), "{name:?} is no setting of the server");
    }
    assert_eq!(service["read_only"], true);
    assert_eq!(service["cap_drop"][0], "ALL");
    assert_eq!(service["security_opt"][0], "no-new-privileges:true");
    assert!(service["ports"].as_sequence().unwrap().iter().all(|port| port.as_str().unwrap().starts_with("127.0.0.1:")));
    let build = &service["build"];
    let context: PathBuf = root().join("packaging").join(build["context"].as_str().unwrap());
    assert!(context.join(build["dockerfile"].as_str().unwrap()).is_file());
    let volume = service["volumes"][0].as_str().unwrap();
    assert!(text("packaging/Containerfile").contains(&format!("VOLUME {}", volume.split(':').nth(1).unwrap())));
}

#[test]
fn the_pod_that_restores_has_no_more_rights_than_the_server() {
    let pod: Value = serde_yaml_ng::from_str(&text("packaging/kubernetes/restore.json")).unwrap();
    let objects = manifests();
    let server = &of_kind(&objects, "Deployment")[0]["spec"]["template"]["spec"];
    let pod = &pod["spec"];
    for same in ["serviceAccountName", "automountServiceAccountToken", "enableServiceLinks", "volumes"] {
        assert_eq!(pod[same], server[same], "{same}");
    }
    for same in ["runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "seccompProfile"] {
        assert_eq!(pod["securityContext"][same], server["securityContext"][same], "{same}");
    }
    let (ours, theirs) = (&pod["containers"][0], &server["containers"][0]);
    assert_eq!((&ours["securityContext"], &ours["volumeMounts"]), (&theirs["securityContext"], &theirs["volumeMounts"]));
    assert!(is_command(ours["args"][0].as_str().unwrap()));
}

/// The objects of packaging/kubernetes as they stand, patches aside.
fn manifests() -> Vec<Value> {
    let mut objects = Vec::new();
    for folder in ["base", "example"] {
        let folder = format!("packaging/kubernetes/{folder}");
        let kustomization: Value = serde_yaml_ng::from_str(&text(&format!("{folder}/kustomization.yaml"))).unwrap();
        let resources = kustomization["resources"].as_sequence().unwrap();
        let listed: BTreeSet<_> = resources.iter().map(|one| one.as_str().unwrap()).collect();
        for file in std::fs::read_dir(root().join(&folder)).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            assert!(name == "kustomization.yaml" || listed.contains(name.as_str()), "{folder}/{name} is applied by nobody");
        }
        for file in listed.iter().filter(|file| file.ends_with(".yaml")) {
            let text = text(&format!("{folder}/{file}"));
            objects.extend(serde_yaml_ng::Deserializer::from_str(&text).map(|one| Value::deserialize(one).unwrap()));
        }
    }
    objects
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

#[test]
fn the_pod_has_the_least_that_it_can_work_with() {
    let objects = manifests();
    let kinds: BTreeSet<_> = objects.iter().map(|object| object["kind"].as_str().unwrap()).collect();
    assert!(kinds.iter().all(|kind| !kind.contains("Role")), "Countersign has no right in the cluster: {kinds:?}");
    assert_eq!(of_kind(&objects, "Namespace")[0]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
    assert_eq!(of_kind(&objects, "ServiceAccount")[0]["automountServiceAccountToken"], false);
    let deployment = &of_kind(&objects, "Deployment")[0]["spec"];
    assert_eq!((&deployment["replicas"], &deployment["strategy"]["type"]), (&Value::from(1), &Value::from("Recreate")));
    let pod = &deployment["template"]["spec"];
    assert_eq!((&pod["automountServiceAccountToken"], &pod["enableServiceLinks"]), (&Value::from(false), &Value::from(false)));
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert!(["hostNetwork", "hostPID", "hostIPC"].iter().all(|name| pod.get(name).is_none()));
    for container in pod["containers"].as_sequence().unwrap() {
        let context = &container["securityContext"];
        assert_eq!((&context["allowPrivilegeEscalation"], &context["readOnlyRootFilesystem"]), (&Value::from(false), &Value::from(true)));
        assert_eq!(context["capabilities"]["drop"][0], "ALL");
        assert!(context["capabilities"].get("add").is_none());
        assert!(container["resources"]["limits"].get("memory").is_some());
    }
    let closed = of_kind(&objects, "NetworkPolicy").into_iter().find(|policy| policy["metadata"]["name"] == "closed").unwrap();
    assert!(closed["spec"].get("ingress").is_none() && closed["spec"].get("egress").is_none());
    assert_eq!(closed["spec"]["policyTypes"].as_sequence().unwrap().len(), 2);
}

#[test]
fn the_manifests_name_what_the_server_and_each_other_have() {
    let objects = manifests();
    let template = &of_kind(&objects, "Deployment")[0]["spec"]["template"];
    let container = &template["spec"]["containers"][0];
    let settings = settings();
    for variable in container["env"].as_sequence().unwrap() {
        assert!(settings.contains(variable["name"].as_str().unwrap()), "{variable:?}");
    }
    assert!(is_command(container["args"][0].as_str().unwrap()));
    let routes = text("server/src/router.rs");
    let ports: BTreeSet<_> = container["ports"].as_sequence().unwrap().iter().map(|port| port["name"].as_str().unwrap()).collect();
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let get = &container[probe]["httpGet"];
        let path = get["path"].as_str().unwrap();
        let public = routes.lines().any(|line| line.contains(&format!("\"GET {path}\"")) && line.contains("Public"));
        assert!(public && ports.contains(get["port"].as_str().unwrap()), "{probe}: {path}");
    }
    let volume = template["spec"]["volumes"][0].clone();
    assert_eq!(volume["name"], container["volumeMounts"][0]["name"]);
    assert_eq!(volume["persistentVolumeClaim"]["claimName"], of_kind(&objects, "PersistentVolumeClaim")[0]["metadata"]["name"]);
    let mount = container["volumeMounts"][0]["mountPath"].as_str().unwrap().to_owned();
    assert!(text("packaging/Containerfile").contains(&format!("VOLUME {mount}\n")));
    let service = of_kind(&objects, "Service")[0];
    assert_eq!(service["spec"]["selector"], template["metadata"]["labels"]);
    assert!(ports.contains(service["spec"]["ports"][0]["targetPort"].as_str().unwrap()));
    let backend = &of_kind(&objects, "Ingress")[0]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"];
    assert_eq!((&backend["name"], &backend["port"]["name"]), (&service["metadata"]["name"], &service["spec"]["ports"][0]["name"]));
    assert_eq!(template["spec"]["serviceAccountName"], of_kind(&objects, "ServiceAccount")[0]["metadata"]["name"]);
    // The patches of the example reach the variables that they name.
    let example = text("packaging/kubernetes/example/kustomization.yaml");
    for (place, variable) in container["env"].as_sequence().unwrap().iter().enumerate().take(2) {
        let patch = example.split(&format!("/env/{place}\n")).nth(1).unwrap().lines().next().unwrap();
        assert!(patch.contains(&format!("name: {},", variable["name"].as_str().unwrap())), "{patch}");
    }
}

#[test]
fn kustomize_builds_the_example() {
    let tools = std::env::var_os("COUNTERSIGN_TOOLS_BIN").map(PathBuf::from);
    let default = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/countersign/tools/bin"));
    let Some(kustomize) = tools.into_iter().chain(default).map(|folder| folder.join("kustomize")).find(|file| file.is_file()) else {
        assert!(std::env::var_os("COUNTERSIGN_FULL").is_none_or(|full| full != "1"), "a full run needs `kustomize`");
        eprintln!("SKIPPED: kustomize_builds_the_example: needs `kustomize`");
        return;
    };
    let built = Command::new(kustomize).arg("build").arg(root().join("packaging/kubernetes/example")).output().unwrap();
    let (out, said) = (String::from_utf8_lossy(&built.stdout), String::from_utf8_lossy(&built.stderr));
    assert!(built.status.success() && said.is_empty(), "{said}");
    assert_eq!(out.matches("\nkind: ").count(), 8, "{out}");
    assert!(out.contains("image: registry.example.com/countersign:0.1.0") && out.contains("value: 10.244.0.0/16"), "{out}");
}
