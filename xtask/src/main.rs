//! README's two commands: `cargo xtask run` and `cargo xtask test`.
#![expect(clippy::print_stdout, reason = "a command line speaks on standard output")]

mod cache;
mod flux_lab;
mod front;
mod npm;
mod run;
mod shell;
mod stamp;
mod test;
mod tool;

use std::process::ExitCode;

use cache::Cache;
use front::Build;

const HELP: &str = "\
cargo xtask run [--release] [-- ARGS]   set up what is missing, build, and run `countersign serve ARGS`
cargo xtask build [--release]           the same without running; prints where the binary and the site are
cargo xtask test [--quick] [--release]  set up, run every test; --quick: Rust, Node and one browser path;
                                        --release: the browser tests against the release, one binary with all inside
cargo xtask tools                       install the tools that tests compare with: sops, age, kustomize …
cargo xtask lab-tools                   build etcd, kube-apiserver and Flux's controllers; the first time takes an hour
cargo xtask lab-test                    the tests against a real Flux alone
cargo xtask flux-lab                    a real Flux beside a running Countersign, until Ctrl+C; docs/flux-lab.md
cargo xtask flux-bench                  commit to Ready with 60 and with 300 components, and where the time goes

Everything downloaded or built is kept in $COUNTERSIGN_CACHE, by default ~/.cache/countersign.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let own = arguments.iter().position(|one| one == "--").unwrap_or(arguments.len());
    let (own, passed_on) = (&arguments[..own], arguments.get(own + 1..).unwrap_or_default());
    let (name, flags) = own.split_first().map_or(("help", [].as_slice()), |(name, flags)| (name.as_str(), flags));
    let allowed: &[&str] = match name {
        "run" | "build" => &["--release"],
        "test" => &["--quick", "--release"],
        _ => &[],
    };
    if let Some(unknown) = flags.iter().find(|flag| !allowed.contains(&flag.as_str())) {
        anyhow::bail!("`{unknown}` is not an argument of `{name}`\n\n{HELP}");
    }
    let has = |name: &str| flags.iter().any(|flag| flag == name);
    let build = if has("--release") { Build::Release } else { Build::Development };
    match name {
        "run" => run::run(&Cache::open()?, build, passed_on).map(|never| match never {}),
        "build" => {
            let built = run::build(&Cache::open()?, build)?;
            println!("{}\nCOUNTERSIGN_SITE={}", built.binary.display(), built.site.display());
            Ok(ExitCode::SUCCESS)
        }
        "test" => test::test(&Cache::open()?, build, has("--quick")),
        "tools" => {
            println!("{}", tool::go::install(&Cache::open()?)?.display());
            Ok(ExitCode::SUCCESS)
        }
        "lab-tools" => {
            println!("{}", tool::lab::install(&Cache::open()?, tool::lab::A_FIRST_BUILD)?.display());
            Ok(ExitCode::SUCCESS)
        }
        "lab-test" => test::lab(&Cache::open()?),
        "flux-lab" => flux_lab::run(&Cache::open()?).map(|never| match never {}),
        "flux-bench" => flux_lab::bench(&Cache::open()?),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("`{name}` is not a command\n\n{HELP}"),
    }
}
