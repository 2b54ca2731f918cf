//! Helm as a child process that is held: one chart, its values, and the objects that `helm template` makes of them.
//!
//! A chart is a program of strangers. It runs in a process of its own, with bounds on time, memory, files and output, with
//! an empty environment, in a folder that goes when it ends. Nothing of it needs the network: the archive lies there whole,
//! schemas (which may refer to addresses) are not followed, name look-ups by templates stay off.

pub mod confine;
mod documents;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use domain::preview::{Objects, Request};
use domain::visible;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use tokio::sync::Semaphore;

/// So many charts are rendered at once; the next one waits.
const AT_ONCE: usize = 2;
/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(confine::SECONDS);
/// What one may make.
const MAX_OUTPUT: u64 = 8 << 20;
/// What of its complaint is read, and what of that is shown.
const MAX_COMPLAINT: u64 = 64 << 10;
const SHOWN: usize = 400;

/// How to start Helm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// A path, or a name to be looked up on PATH.
    pub helm: PathBuf,
    /// A `countersign`, whose `confine` sets the bounds and then becomes Helm.
    pub confine: PathBuf,
}

pub struct Helm {
    program: Program,
    version: String,
    slots: Semaphore,
    scratch: PathBuf,
}

impl Helm {
    /// Helm if it is there and answers; `scratch` is a folder for what it reads.
    pub async fn find(program: Program, scratch: PathBuf) -> anyhow::Result<Helm> {
        let found = on_path(&program.helm).with_context(|| format!("there is no program {}", program.helm.display()))?;
        std::fs::create_dir_all(&scratch).with_context(|| format!("making {}", scratch.display()))?;
        let mut helm =
            Helm { program: Program { helm: found, ..program }, version: String::new(), slots: Semaphore::new(AT_ONCE), scratch };
        let folder = tempfile::tempdir_in(&helm.scratch)?;
        let said =
            helm.run(folder.path(), [OsStr::new("version"), "--template={{.Version}}".as_ref()]).await.map_err(anyhow::Error::msg)?;
        let version = String::from_utf8_lossy(&said).trim().to_owned();
        ensure!(!version.is_empty() && version.len() < 40, "it gives no version");
        helm.version = visible::one_line(&version);
        Ok(helm)
    }

    /// As `v4.2.2`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The objects of a release; otherwise a sentence for people.
    pub async fn template(&self, packed: &[u8], request: &Request) -> Result<Objects, String> {
        let _slot = self.slots.acquire().await;
        let folder = self.laid_out(packed, request).map_err(|error| {
            tracing::error!(%error, "A chart could not be laid out for rendering");
            String::from("The server could not lay it out for rendering.")
        })?;
        let [release, namespace] = [&request.release, &request.namespace].map(OsStr::new);
        let arguments: [&OsStr; 8] = [
            "template".as_ref(),
            release,
            CHART.as_ref(),
            "--namespace".as_ref(),
            namespace,
            "--values=values.json".as_ref(),
            // It may refer to addresses; values are held against the schema where they are written.
            "--skip-schema-validation".as_ref(),
            "--skip-tests".as_ref(),
        ];
        let made = self.run(folder.path(), arguments).await?;
        let namespace = request.namespace.clone();
        let read = move || documents::read(&made).map(|documents| Objects::of(documents, &namespace));
        tokio::task::spawn_blocking(read).await.unwrap_or_else(|_| Err(String::from("What Helm made of it could not be read.")))
    }

    fn laid_out(&self, packed: &[u8], request: &Request) -> anyhow::Result<tempfile::TempDir> {
        let folder = tempfile::tempdir_in(&self.scratch)?;
        std::fs::write(folder.path().join(CHART), packed)?;
        std::fs::write(folder.path().join("values.json"), serde_json::to_vec(&request.values)?)?;
        Ok(folder)
    }

    async fn run(&self, folder: &Path, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Vec<u8>, String> {
        let mut command = Command::new(&self.program.confine);
        command.arg("confine").arg(&self.program.helm).args(arguments).current_dir(folder).env_clear().kill_on_drop(true);
        for (name, place) in [("HOME", "home"), ("HELM_CACHE_HOME", "cache"), ("HELM_CONFIG_HOME", "config"), ("HELM_DATA_HOME", "data")] {
            command.env(name, folder.join(place));
        }
        command.env("HELM_PLUGINS", folder.join("plugins")).env("KUBECONFIG", folder.join("no-cluster"));
        // Its garbage collector works harder before the bound is reached.
        command.env("GOMEMLIMIT", format!("{}MiB", (confine::MEMORY * 3 / 4) >> 20)).env("GOMAXPROCS", "2");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|error| {
            tracing::error!(%error, program = %self.program.confine.display(), "Helm could not be started");
            String::from("Helm could not be started; the server's log says why.")
        })?;
        let (output, complaint) = (child.stdout.take(), child.stderr.take());
        let work = async {
            let (output, complaint) = tokio::join!(up_to(output, MAX_OUTPUT), up_to(complaint, MAX_COMPLAINT));
            if output.len() as u64 > MAX_OUTPUT {
                return Err(format!("It makes more than the {} MiB that are read.", MAX_OUTPUT >> 20));
            }
            match child.wait().await {
                Ok(status) if status.success() => Ok(output),
                Ok(status) => Err(failed(status, &String::from_utf8_lossy(&complaint))),
                Err(_) => Err(String::from("Helm ended in a way that could not be told.")),
            }
        };
        // Whatever ends early drops the child, and that kills it.
        tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(too_long()))
    }
}

const CHART: &str = "chart.tgz";

/// Reads on past the limit by one byte, and leaves the rest unread.
async fn up_to(stream: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What came before a broken pipe says more than the pipe.
        let _ = stream.take(most + 1).read_to_end(&mut bytes).await;
    }
    bytes
}

fn too_long() -> String {
    format!("Rendering it took longer than {} seconds.", PATIENCE.as_secs())
}

fn failed(status: ExitStatus, complaint: &str) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    if complaint.contains("out of memory") || complaint.contains("cannot allocate memory") {
        return format!("Rendering it took more than {} MiB of memory.", confine::MEMORY >> 20);
    }
    if status.signal().is_some() {
        return too_long();
    }
    let line = complaint.lines().rfind(|line| line.starts_with("Error:")).or(complaint.lines().last()).unwrap_or_default();
    let mut said = visible::one_line(line.trim_start_matches("Error:"));
    if said.len() > SHOWN {
        said = said.chars().take(SHOWN).chain(['…']).collect();
    }
    if said.is_empty() { String::from("Helm failed and did not say why.") } else { format!("Helm says: {said}") }
}

/// The file that a name means: as a shell would find it, and whole, since the child gets no PATH.
fn on_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return std::path::absolute(program).ok().filter(|path| path.is_file());
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
