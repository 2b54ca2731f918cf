//! Child processes that write to a file and end with whoever started them.

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;

/// How long anything may take to come up on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts it in a process group of its own; its output goes to `NAME.log` in `folder`.
    pub fn start(name: &str, folder: &Path, command: &mut Command) -> anyhow::Result<Process> {
        let log = folder.join(format!("{name}.log"));
        let file = std::fs::File::create(&log)?;
        let mut command = mortal(command);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).process_group(0);
        let child = command.spawn().with_context(|| format!("starting {name}"))?;
        Ok(Process { child, name: name.to_owned(), log })
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks again and again until there is an answer; an error, with its last words, if the process ends first.
    pub fn until<T>(&mut self, mut answer: impl FnMut() -> Option<T>) -> anyhow::Result<T> {
        let began = Instant::now();
        loop {
            if let Some(answer) = answer() {
                return Ok(answer);
            }
            let ended = self.child.try_wait()?;
            if ended.is_some() || began.elapsed() > PATIENCE {
                let log = self.log();
                let last = &log[log.floor_char_boundary(log.len().saturating_sub(2000))..];
                anyhow::bail!("{} does not come up:\n{last}", self.name);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}

/// The same command, ended by the kernel if whoever starts it dies without a word.
fn mortal(command: &Command) -> Command {
    let setpriv = Path::new("/usr/bin/setpriv");
    let mut mortal = if setpriv.is_file() {
        let mut mortal = Command::new(setpriv);
        mortal.arg("--pdeathsig=KILL").arg(command.get_program());
        mortal
    } else {
        Command::new(command.get_program())
    };
    mortal.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => mortal.env(name, value),
            None => mortal.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        mortal.current_dir(folder);
    }
    mortal
}

/// Runs to the end and demands success; gives what it printed.
pub fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("starting {:?}", command.get_program()))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{command:?} ended with {}: {said}", output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A loopback port that nobody listens on and that this process gives to nobody else: several labs start at once. Below
/// those that the kernel gives to whoever does not care, so that no connection takes it before its owner does.
pub fn free_port() -> anyhow::Result<u16> {
    const FIRST: u16 = 20_000;
    const COUNT: u32 = 12_000;
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Test processes that run side by side begin at different places.
    let begin = std::process::id().wrapping_mul(389);
    for _ in 0..COUNT {
        let offset = begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = FIRST + u16::try_from(offset)?;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return Ok(port);
        }
    }
    anyhow::bail!("no port is free on loopback")
}
