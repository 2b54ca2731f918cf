//! Runs the steps of a test run, keeps what they found, and says it at the end.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::tally::Tally;
use crate::cache::Cache;
use crate::tool;

pub struct Report {
    quick: bool,
    tools: PathBuf,
    /// Where tests write, a line each, what they could not try for want of a tool or in the quick tier.
    skipped_file: PathBuf,
    tally: Tally,
    failures: Vec<String>,
    skipped: Vec<String>,
    started: Instant,
}

impl Report {
    pub fn new(cache: &Cache, quick: bool) -> anyhow::Result<Self> {
        let skipped_file = cache.own().join("skipped.txt");
        std::fs::create_dir_all(cache.own())?;
        std::fs::write(&skipped_file, "").context("emptying the list of skipped tests")?;
        let tools = tool::go::folder(cache);
        Ok(Self { quick, tools, skipped_file, tally: Tally::default(), failures: Vec::new(), skipped: Vec::new(), started: Instant::now() })
    }

    /// A step that holds or does not, and gives something to the next ones where it holds.
    pub fn check<T>(&mut self, what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> Option<T> {
        let started = self.announce(what);
        match work() {
            Ok(done) => {
                println!("-- {what}: held, {:.1} s", started.elapsed().as_secs_f32());
                Some(done)
            }
            Err(error) => {
                eprintln!("{error:#}");
                self.fail(format!("{what}: {error:#}"));
                None
            }
        }
    }

    /// A step that runs tests: its output is shown as it comes and counted.
    pub fn counted(&mut self, what: &str, command: anyhow::Result<Command>, count: fn(&str) -> Option<Tally>) {
        let started = self.announce(what);
        let mut tally = Tally::default();
        let ended = command.and_then(|mut command| {
            self.run(&mut command, |line| {
                println!("{line}");
                if let Some(found) = count(line) {
                    tally += found;
                }
            })
        });
        println!("-- {what}: {tally}, {:.1} s", started.elapsed().as_secs_f32());
        match ended {
            Err(error) => self.fail(format!("{what}: {error:#}")),
            // Not one test failed and still the run did: it did not build, or it broke off.
            Ok(false) if tally.failed == 0 => self.fail(format!("{what}: ended badly, see above")),
            Ok(false) => self.failures.push(format!("{what}: {} failed, see above", tally.failed)),
            Ok(true) => {}
        }
        self.tally += tally;
    }

    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn skip(&mut self, what: String) {
        println!("-- skipped: {what}");
        self.skipped.push(what);
    }

    /// The last words. The very last line stands alone and counts.
    pub fn finish(mut self, left_out: &[&str]) -> ExitCode {
        let noted = std::fs::read_to_string(&self.skipped_file).unwrap_or_default();
        let mut noted: Vec<String> = noted.lines().map(str::to_owned).collect();
        noted.sort();
        noted.dedup();
        self.skipped.append(&mut noted);
        self.tally.skipped += self.skipped.len();
        println!("\nThe whole run took {:.0} s.", self.started.elapsed().as_secs_f32());
        list("Left out by --quick:", left_out);
        list("SKIPPED:", &self.skipped);
        list("FAILED:", &self.failures);
        println!("{}", self.tally);
        if self.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn announce(&self, what: &str) -> Instant {
        println!("== {what}");
        Instant::now()
    }

    fn fail(&mut self, what: String) {
        self.tally.failed += 1;
        self.failures.push(what);
    }

    /// Whether the command succeeded. Tests find the comparison tools first on their PATH.
    fn run(&self, command: &mut Command, mut each_line: impl FnMut(&str)) -> anyhow::Result<bool> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(self.tools.clone()).chain(std::env::split_paths(&path)))?;
        // A failed assertion says where it stands; what called it is noise.
        command.env("RUST_BACKTRACE", "0");
        command.env("PATH", path).env("COUNTERSIGN_TOOLS_BIN", &self.tools).env("COUNTERSIGN_SKIPPED", &self.skipped_file);
        if self.quick {
            command.env_remove("COUNTERSIGN_FULL");
        } else {
            command.env("COUNTERSIGN_FULL", "1");
        }
        let mut child = command.stdout(Stdio::piped()).spawn().context("starting the tests")?;
        let output = child.stdout.take().context("the tests have no output")?;
        for line in BufReader::new(output).split(b'\n') {
            each_line(&String::from_utf8_lossy(&line?));
        }
        Ok(child.wait()?.success())
    }
}

fn list(title: &str, lines: &[impl AsRef<str>]) {
    if !lines.is_empty() {
        println!("{title}");
    }
    for line in lines {
        println!("  {}", line.as_ref());
    }
}
