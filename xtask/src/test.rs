//! Sets up and runs every test, says what was left out, and ends with one line that counts them.

mod report;
mod tally;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use crate::cache::Cache;
use crate::front::{self, Build};
use crate::run::Built;
use crate::{npm, run, shell, tool};
use report::Report;

/// The browser path of the quick tier: from the set-up code to the first signed entry.
const QUICK_JOURNEY: &str = "first-deploy.spec.mjs";

/// Every crate of ours, as cargo is told.
const PACKAGES: [&str; 10] = ["-p", "domain", "-p", "app", "-p", "server", "-p", "lab", "-p", "xtask"];

/// How long a test run builds the lab's programs before it goes on without them.
const LAB_BUILD: Duration = Duration::from_secs(20 * 60);

/// What its tests themselves take at the most.
const LAB_TESTS: Duration = Duration::from_secs(7 * 60);

/// What the quick tier leaves to the full one.
const LEFT_OUT: &[&str] = &[
    "lints (clippy, native and wasm)",
    "licences, bans and sources (cargo-deny)",
    "the tools that read our output (sops, age, helm, kustomize, kubeconform) unless they are there already",
    "tests marked as belonging to the full tier: every crash point, remotes over ssh and https, long properties",
    "a real Flux: etcd, kube-apiserver and Flux's controllers on what the product deploys",
    "every browser test but one path",
];

/// `build` is what the browser tests run against.
pub fn test(cache: &Cache, build: Build, quick: bool) -> anyhow::Result<ExitCode> {
    let mut report = Report::new(cache, quick)?;
    report.check("formatting", || shell::quietly("cargo fmt", cargo(cache).args(["fmt", "--all", "--check", "--", "-l"])));
    report.check("domain for the browser", || {
        tool::rust::wasm_target()?;
        let mut check = shell::cargo(cache.clone_root(), &cache.front());
        check.args(["check", "--quiet", "-p", "domain", "--target", "wasm32-unknown-unknown", "--profile", "wasm-dev"]);
        shell::openly("checking domain for wasm32", &mut check)
    });
    if !quick {
        set_up(cache, &mut report);
        lint(cache, &mut report);
    }
    report.counted("crates", Ok(crates(cache)), tally::cargo);
    report.counted("scripts", node(cache, &["script"], quick), tally::node);
    browser(cache, build, quick, &mut report);
    // Last: it is what a run that is short of time can do without.
    if !quick {
        real_flux(cache, &mut report);
    }
    Ok(report.finish(if quick { LEFT_OUT } else { &[] }))
}

/// What the full tier cannot do without.
fn set_up(cache: &Cache, report: &mut Report) {
    report.check("comparison tools", || tool::go::install(cache).map(drop));
    report.check("system packages", || {
        let missing = tool::system::install()?;
        anyhow::ensure!(missing.is_empty(), "missing: {}. Install them with: {}", missing.join(", "), tool::system::advice(&missing));
        Ok(())
    });
}

/// A warning fails: one that is shown and left is one that nobody reads.
fn lint(cache: &Cache, report: &mut Report) {
    report.check("lints", || {
        let mut clippy = cargo(cache);
        clippy.args(["clippy", "--quiet"]).args(PACKAGES).args(["--all-targets", "--", "-D", "warnings"]);
        shell::openly("clippy", &mut clippy)
    });
    report.check("lints of the pages in the browser", || {
        let mut clippy = shell::cargo(cache.clone_root(), &cache.front());
        clippy.args([
            "clippy",
            "--quiet",
            "-p",
            "app",
            "--features",
            "hydrate",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            "wasm-dev",
            "--",
            "-D",
            "warnings",
        ]);
        shell::openly("clippy for wasm32", &mut clippy)
    });
    let deny = match tool::rust::cargo_deny(cache) {
        Ok(deny) => deny,
        Err(error) => {
            return report.skip(format!("licences, bans and sources: cargo-deny could not be installed: {error:#}"));
        }
    };
    report.check("licences, bans and sources", || {
        let mut check = shell::command(deny);
        check.args(["--all-features", "check", "bans", "licenses", "sources"]).current_dir(cache.clone_root());
        shell::quietly("cargo-deny", &mut check)
    });
}

/// One call for all, so that features are those of the server build and nothing is compiled twice.
fn crates(cache: &Cache) -> Command {
    let mut test = cargo(cache);
    // There are no doc tests; looking for them would compile every crate once more.
    test.arg("test").args(PACKAGES).args(["--no-fail-fast", "--lib", "--bins", "--tests"]);
    front::quiet_off_terminal(&mut test);
    test
}

/// The tests against a real Flux alone, however long its programs take to build.
pub fn lab(cache: &Cache) -> anyhow::Result<ExitCode> {
    tool::lab::install(cache, tool::lab::A_FIRST_BUILD)?;
    let mut report = Report::new(cache, false)?;
    real_flux(cache, &mut report);
    Ok(report.finish(&[]))
}

/// A tier of its own: its programs take long to build the first time, so it runs where they are there or come in time.
/// Where the whole run may take so many minutes and no more, `COUNTERSIGN_MINUTES` says how many.
fn real_flux(cache: &Cache, report: &mut Report) {
    let all = std::env::var("COUNTERSIGN_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let left = all.map(|minutes: u64| Duration::from_secs(60 * minutes).saturating_sub(report.elapsed()));
    let build = match left.map(|left| left.checked_sub(LAB_TESTS)) {
        None => LAB_BUILD,
        Some(Some(build)) => build,
        Some(None) => return report.skip("A REAL FLUX: too little is left of COUNTERSIGN_MINUTES; `cargo xtask lab-test` runs it".into()),
    };
    let tools = match tool::lab::install(cache, build) {
        Ok(tools) => tools,
        Err(error) => {
            return report.skip(format!("A REAL FLUX: its programs are not built ({error:#}); `cargo xtask lab-tools` goes on building"));
        }
    };
    let mut test = cargo(cache);
    test.args(["test", "-p", "server", "--test", "lab", "--no-fail-fast"]).env("COUNTERSIGN_LAB_TOOLS", tools);
    if journey(cache).exists() {
        test.env("COUNTERSIGN_JOURNEY", journey(cache));
    }
    front::quiet_off_terminal(&mut test);
    // Each lab is seven processes that mostly wait.
    test.args(["--", "--test-threads=4"]);
    report.counted("a real Flux", Ok(test), tally::cargo);
}

/// Node's own runner over spec files. Without a file it would look for tests by itself, so there must be one.
fn node(cache: &Cache, folders: &[&str], quick: bool) -> anyhow::Result<Command> {
    let specs = specs(cache, folders, quick)?;
    anyhow::ensure!(!specs.is_empty(), "no spec file in {}", folders.join(", "));
    let mut node = shell::command("node");
    node.args(["--experimental-detect-module", "--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(specs)
        .current_dir(cache.clone_root());
    Ok(node)
}

/// What the browser meets: in the full tier the pages as they are released, on the server that the tests of the crates were
/// built with. Another build of the same sources would cost minutes and show less.
fn product(cache: &Cache, build: Build, quick: bool) -> anyhow::Result<Built> {
    if quick || build == Build::Release {
        return run::build(cache, build);
    }
    let site = front::build(cache, Build::Release)?;
    shell::openly("building the server", crates(cache).arg("--no-run"))?;
    Ok(Built { binary: run::keep(cache, build, "debug")?, site })
}

fn browser(cache: &Cache, build: Build, quick: bool, report: &mut Report) {
    let Some(built) = report.check("product", || product(cache, build, quick)) else {
        return;
    };
    if shell::find("chromium").is_none() {
        return report.skip(format!("browser: chromium is not installed: {}", tool::system::advice(&["chromium"])));
    }
    if report.check("browser driver", || link_packages(cache)).is_none() {
        return;
    }
    // What an earlier run left says nothing of this one.
    let _ = std::fs::remove_dir_all(journey(cache));
    let specs = node(cache, &["journey", "page", "bugs"], quick).map(|mut node| {
        node.env("COUNTERSIGN_BINARY", &built.binary).env("COUNTERSIGN_E2E_RESULTS", cache.own().join("e2e"));
        node.env("COUNTERSIGN_SITE", &built.site).env("COUNTERSIGN_JOURNEY", journey(cache));
        if !quick {
            node.env("COUNTERSIGN_RELEASE_SITE", &built.site);
        }
        if build == Build::Release {
            node.env("COUNTERSIGN_RELEASE_BINARY", &built.binary);
        }
        node
    });
    report.counted("browser", specs, tally::node);
}

/// What the journey in the browser leaves for a real Flux: its repository and what the cluster's page printed.
fn journey(cache: &Cache) -> PathBuf {
    cache.own().join("journey")
}

/// Puts the browser driver where `e2e/` looks for it.
fn link_packages(cache: &Cache) -> anyhow::Result<()> {
    let e2e = cache.clone_root().join("e2e");
    let (modules, link) = (npm::install(cache, &e2e)?, e2e.join("node_modules"));
    if std::fs::read_link(&link).is_ok_and(|target| target == modules) {
        return Ok(());
    }
    if link.is_symlink() {
        std::fs::remove_file(&link)?;
    }
    Ok(std::os::unix::fs::symlink(modules, link)?)
}

/// The spec files of some folders of `e2e/`, in the order of their names.
fn specs(cache: &Cache, folders: &[&str], quick: bool) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders.iter().map(|name| cache.clone_root().join("e2e").join(name)).filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let chosen = !quick || name == QUICK_JOURNEY || folders == ["script"];
            if name.ends_with(".spec.mjs") && chosen {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn cargo(cache: &Cache) -> Command {
    shell::cargo(cache.clone_root(), &cache.target())
}
