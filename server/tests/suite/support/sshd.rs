//! Debian's sshd with a configuration, host key and port of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use server::git::{Auth, Hidden, HostKey, Remote};
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use tempfile::TempDir;

use super::machine;
use super::needs::{Process, free_port, is_root};

/// Accepts one key for the user who runs the tests.
pub struct Sshd {
    pub port: u16,
    pub user: String,
    pub host_key: HostKey,
    /// The private key that it accepts.
    pub client_key: Hidden,
    pub client_pem: String,
    process: Process,
    folder: TempDir,
}

impl Sshd {
    pub fn start() -> Option<Sshd> {
        if !machine::has_time() {
            return None;
        }
        let sshd = machine::program("sshd")?;
        if is_root() {
            std::fs::create_dir_all("/run/sshd").unwrap(); // its privilege separation wants the folder
        }
        let folder = tempfile::tempdir().unwrap();
        let (host, host_pem) = new_key();
        let (client, client_pem) = new_key();
        write_private(&folder.path().join("host_key"), &host_pem);
        write_private(&folder.path().join("authorized_keys"), &format!("{}\n", client.public_key().to_openssh().unwrap()));
        let user = Command::new("id").arg("-un").output().unwrap();
        let user = String::from_utf8(user.stdout).unwrap().trim().to_owned();
        for _ in 0..3 {
            let port = free_port();
            let config = folder.path().join("sshd_config");
            std::fs::write(&config, configuration(folder.path(), port)).unwrap();
            let mut command = Command::new(&sshd);
            let mut process = Process::start(command.args(["-D", "-e", "-f"]).arg(&config).stderr(Stdio::piped()));
            if is_listening(&mut process) {
                let host_key = HostKey::parse(&host.public_key().to_openssh().unwrap()).unwrap();
                let client_key = Hidden::new(client_pem.as_str());
                return Some(Sshd { port, user, host_key, client_key, client_pem, process, folder });
            }
        }
        panic!("sshd does not start");
    }

    /// The repository in that folder, host key pinned and our key shown.
    pub fn remote(&self, repository: &Path) -> Remote {
        self.unpinned(repository).host_key(self.host_key.clone())
    }

    pub fn unpinned(&self, repository: &Path) -> Remote {
        Remote::new(&self.url(repository)).unwrap().auth(Auth::SshKey(self.client_key.clone()))
    }

    /// For stock ssh.
    #[allow(dead_code, reason = "benchmarks use it")]
    pub fn write_client_key(&self, path: &Path) {
        write_private(path, &self.client_pem);
    }

    /// Somebody else answers on this port from now on; gives back the key of the host before.
    #[allow(dead_code, reason = "benchmarks do without")]
    pub fn shows_another_key(&mut self, pem: &str) -> String {
        let file = self.folder.path().join("host_key");
        let before = std::fs::read_to_string(&file).unwrap();
        write_private(&file, pem);
        let _ = self.process.0.kill();
        let _ = self.process.0.wait();
        let mut command = Command::new(machine::program("sshd").unwrap());
        let config = self.folder.path().join("sshd_config");
        self.process = Process::start(command.args(["-D", "-e", "-f"]).arg(&config).stderr(Stdio::piped()));
        assert!(is_listening(&mut self.process), "sshd does not start again");
        before
    }

    /// As the API takes it.
    #[allow(dead_code, reason = "benchmarks do without")]
    pub fn binding(&self, repository: &Path) -> serde_json::Value {
        serde_json::json!({
            "kind": "remote", "url": self.url(repository), "host_key": self.host_key.line(),
            "auth": { "kind": "key", "private_key": self.client_pem },
        })
    }

    pub fn url(&self, repository: &Path) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", self.user, self.port, repository.display())
    }
}

/// A fresh Ed25519 key and its OpenSSH file.
pub fn new_key() -> (PrivateKey, String) {
    let seed: [u8; 32] = rand::random();
    let key = PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&seed)), "test").unwrap();
    let pem = key.to_openssh(LineEnding::LF).unwrap().to_string();
    (key, pem)
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nAuthorizedKeysFile {folder}/authorized_keys\n\
         PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
         PermitRootLogin prohibit-password\nPermitUserEnvironment no\nMaxStartups 100\nUseDNS no\nLogLevel INFO\n"
    )
}

/// Reads the log until sshd says that it listens, and keeps reading so that it never blocks.
fn is_listening(process: &mut Process) -> bool {
    let mut log = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let is_up = log.by_ref().map_while(Result::ok).any(|line| line.contains("Server listening on"));
    std::thread::spawn(move || log.map_while(Result::ok).for_each(drop));
    is_up
}

fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
