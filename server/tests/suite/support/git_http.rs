//! nginx and git-http-backend: smart HTTP as forges speak it, over TLS with an authority of its own and in plain.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use server::git::{Auth, Hidden, Remote};
use tempfile::TempDir;

use super::git::git;
use super::machine;
use super::needs::{Process, answers, free_port, is_root};

pub const USER: &str = "deployer";
pub const TOKEN: &str = "a-token-for-tests";

/// Serves every repository below one folder at `https://localhost:…/NAME` to whoever knows the token.
pub struct GitHttp {
    pub https_port: u16,
    pub http_port: u16,
    /// The authority that signed its certificate.
    pub ca_pem: String,
    root: PathBuf,
    nginx: Process,
    _fcgiwrap: Process,
    folder: TempDir,
}

impl GitHttp {
    /// `root` is the folder above the repositories. Left to the full run, as all hosts are.
    pub fn start(root: &Path) -> Option<GitHttp> {
        if !machine::has_time() {
            return None;
        }
        let nginx = machine::program("nginx")?;
        let fcgiwrap = machine::program("fcgiwrap")?;
        machine::program("openssl")?;
        let backend = PathBuf::from(git(root, &["--exec-path"])).join("git-http-backend");
        let folder = tempfile::tempdir().unwrap();
        let ca_pem = make_certificates(folder.path());
        let hash = openssl(folder.path(), &["passwd", "-apr1", TOKEN]);
        std::fs::write(folder.path().join("htpasswd"), format!("{USER}:{}\n", hash.trim())).unwrap();
        let socket = folder.path().join("fcgi");
        let mut command = Command::new(&fcgiwrap);
        command.args(["-c", "4", "-s"]).arg(format!("unix:{}", socket.display())).env("HOME", folder.path());
        let fcgiwrap = Process::start(command.stderr(Stdio::null()));
        for _ in 0..3 {
            let (https_port, http_port) = (free_port(), free_port());
            let text = configuration(folder.path(), root, &backend, https_port, http_port);
            let config = folder.path().join("nginx.conf");
            std::fs::write(&config, text).unwrap();
            let mut process = start_nginx(&nginx, folder.path());
            if answers(https_port, &mut process.0) && answers(http_port, &mut process.0) {
                let root = root.to_owned();
                return Some(GitHttp { https_port, http_port, ca_pem, root, nginx: process, _fcgiwrap: fcgiwrap, folder });
            }
        }
        panic!("nginx does not start");
    }

    /// As the API takes it: over TLS.
    #[allow(dead_code, reason = "benchmarks do without")]
    pub fn tls_binding(&self, repository: &str, ca_pem: Option<&str>) -> serde_json::Value {
        serde_json::json!({
            "kind": "remote", "url": format!("https://localhost:{}/{repository}", self.https_port), "ca_pem": ca_pem,
            "auth": { "kind": "password", "username": USER, "password": TOKEN },
        })
    }

    /// Somebody else answers on these ports from now on, with a certificate by another authority; calling it again
    /// brings back the host of before.
    #[allow(dead_code, reason = "benchmarks do without")]
    pub fn swaps_with_an_impostor(&mut self) {
        let aside = self.folder.path().join("impostor");
        if !aside.exists() {
            std::fs::create_dir(&aside).unwrap();
            make_certificates(&aside);
        }
        for name in ["host.pem", "host.key"] {
            let (here, there) = (self.folder.path().join(name), aside.join(name));
            let ours = std::fs::read(&here).unwrap();
            std::fs::copy(&there, &here).unwrap();
            std::fs::write(&there, ours).unwrap();
        }
        let nginx = machine::program("nginx").unwrap();
        let _ = self.nginx.0.kill();
        let _ = self.nginx.0.wait();
        let stopped = std::mem::replace(&mut self.nginx, Process::start(Command::new("true").stderr(Stdio::null())));
        drop(stopped); // with its workers, which hold the ports
        self.nginx = start_nginx(&nginx, self.folder.path());
        assert!(answers(self.https_port, &mut self.nginx.0), "nginx does not start again");
    }

    /// The repository over TLS, with token and authority.
    pub fn remote(&self, repository: &Path) -> Remote {
        self.over_tls(repository).ca_pem(self.ca_pem.clone()).auth(self.auth())
    }

    /// Over TLS, with neither token nor authority.
    pub fn over_tls(&self, repository: &Path) -> Remote {
        Remote::new(&format!("https://localhost:{}/{}", self.https_port, self.name(repository))).unwrap()
    }

    /// In plain, with the token.
    pub fn plain(&self, repository: &Path) -> Remote {
        let url = format!("http://127.0.0.1:{}/{}", self.http_port, self.name(repository));
        Remote::new(&url).unwrap().auth(self.auth())
    }

    pub fn auth(&self) -> Auth {
        Auth::Password { user: USER.to_owned(), password: Hidden::new(TOKEN) }
    }

    /// As the API takes it: in plain, over whatever stands on that port.
    #[allow(dead_code, reason = "benchmarks do without")]
    pub fn binding(port: u16, repository: &str) -> serde_json::Value {
        serde_json::json!({
            "kind": "remote", "url": format!("http://127.0.0.1:{port}/{repository}"),
            "auth": { "kind": "password", "username": USER, "password": TOKEN },
        })
    }

    fn name(&self, repository: &Path) -> String {
        repository.strip_prefix(&self.root).unwrap().display().to_string()
    }
}

fn start_nginx(nginx: &Path, folder: &Path) -> Process {
    let mut command = Command::new(nginx);
    command.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    Process::start(command.stderr(Stdio::null()))
}

fn configuration(folder: &Path, root: &Path, backend: &Path, https_port: u16, http_port: u16) -> String {
    let user = if is_root() { "user root;" } else { "" };
    let (folder, root, backend) = (folder.display(), root.display(), backend.display());
    let location = format!(
        "location / {{
            auth_basic git; auth_basic_user_file {folder}/htpasswd;
            fastcgi_pass unix:{folder}/fcgi;
            fastcgi_param SCRIPT_FILENAME {backend};
            fastcgi_param GIT_PROJECT_ROOT {root};
            fastcgi_param GIT_HTTP_EXPORT_ALL 1;
            fastcgi_param PATH_INFO $uri;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param REMOTE_USER $remote_user;
            fastcgi_param REMOTE_ADDR $remote_addr;
        }}
        location /moved/ {{ return 301 https://elsewhere.example.com$uri; }}"
    );
    format!(
        "{user} daemon off; worker_processes 1; pid {folder}/nginx.pid;
        events {{ worker_connections 256; }}
        http {{
            access_log off; client_max_body_size 0;
            client_body_temp_path {folder}/body; fastcgi_temp_path {folder}/fastcgi; proxy_temp_path {folder}/proxy;
            uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{ listen 127.0.0.1:{https_port} ssl; ssl_certificate {folder}/host.pem; ssl_certificate_key {folder}/host.key; {location} }}
            server {{ listen 127.0.0.1:{http_port}; {location} }}
        }}"
    )
}

/// An authority, and a certificate by it for `localhost`; gives back the authority.
fn make_certificates(folder: &Path) -> String {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    let ca = [
        "req",
        "-x509",
        "-subj",
        "/CN=Test authority",
        "-keyout",
        "ca.key",
        "-out",
        "ca.pem",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
    ];
    openssl(folder, &[&ca[..], &key[..]].concat());
    openssl(folder, &[&["req", "-subj", "/CN=localhost", "-keyout", "host.key", "-out", "host.csr"][..], &key[..5]].concat());
    std::fs::write(folder.join("host.ext"), "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n").unwrap();
    let sign = [
        "x509",
        "-req",
        "-in",
        "host.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        "host.ext",
        "-out",
        "host.pem",
    ];
    openssl(folder, &sign);
    std::fs::read_to_string(folder.join("ca.pem")).unwrap()
}

fn openssl(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("openssl").current_dir(folder).args(args).output().unwrap();
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
