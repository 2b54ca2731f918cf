//! etcd and kube-apiserver, and a proxy in front that brings the administrator's credentials.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::process::{PATIENCE, Process, free_port, run};
use crate::{Api, FLUX_NAMESPACE, Tools, writes};

/// Opens nothing but this cluster, which listens on loopback and ends with its lab.
const TOKEN: &str = "lab-administrator";

pub struct ControlPlane {
    pub proxy_port: u16,
    _proxy: Process,
    _server: Process,
    _etcd: Process,
}

impl ControlPlane {
    pub fn start(tools: &Tools, folder: &Path) -> anyhow::Result<ControlPlane> {
        let (etcd, etcd_port) = etcd(tools, folder)?;
        let (mut server, server_port) = server(tools, folder, etcd_port)?;
        // The certificate is made before the server listens.
        let certificate = folder.join("pki/apiserver.crt");
        server.until(|| certificate.is_file().then_some(()))?;
        write_kubeconfig(folder, server_port)?;
        let mut kubectl = Command::new(tools.program("kubectl"));
        kubectl.args(["proxy", "--port=0", "--kubeconfig"]).arg(kubeconfig(folder));
        let mut proxy = Process::start("proxy", folder, &mut kubectl)?;
        let log = folder.join("proxy.log");
        let proxy_port = proxy.until(|| {
            let said = std::fs::read_to_string(&log).ok()?;
            said.trim_end().rsplit(':').next()?.parse::<u16>().ok()
        })?;
        let api = Api::at(proxy_port);
        server.until(|| api.is_ready().then_some(()))?;
        Ok(ControlPlane { proxy_port, _proxy: proxy, _server: server, _etcd: etcd })
    }
}

pub fn kubeconfig(folder: &Path) -> PathBuf {
    folder.join("kubeconfig")
}

fn etcd(tools: &Tools, folder: &Path) -> anyhow::Result<(Process, u16)> {
    let (clients, peers) = (free_port()?, free_port()?);
    let mut etcd = Command::new(tools.program("etcd"));
    etcd.arg(format!("--data-dir={}", folder.join("etcd").display()));
    for (flags, port) in
        [(["listen-client-urls", "advertise-client-urls"], clients), (["listen-peer-urls", "initial-advertise-peer-urls"], peers)]
    {
        etcd.args(flags.map(|flag| format!("--{flag}=http://127.0.0.1:{port}")));
    }
    etcd.arg(format!("--initial-cluster=default=http://127.0.0.1:{peers}"));
    // A lab that loses power is started anew.
    etcd.args(["--unsafe-no-fsync", "--log-level=warn"]);
    let mut etcd = Process::start("etcd", folder, &mut etcd)?;
    etcd.until(|| std::net::TcpStream::connect(("127.0.0.1", clients)).ok())?;
    Ok((etcd, clients))
}

fn server(tools: &Tools, folder: &Path, etcd_port: u16) -> anyhow::Result<(Process, u16)> {
    let port = free_port()?;
    let (key, public, tokens) = (folder.join("accounts.key"), folder.join("accounts.pub"), folder.join("tokens.csv"));
    run(Command::new("openssl").args(["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"]).arg(&key))?;
    run(Command::new("openssl").args(["ec", "-pubout", "-in"]).arg(&key).arg("-out").arg(&public))?;
    std::fs::write(&tokens, format!("{TOKEN},administrator,1,\"system:masters\"\n"))?;
    let policy = folder.join("writes-policy.json");
    std::fs::write(&policy, writes::POLICY)?;
    let mut server = Command::new(tools.program("kube-apiserver"));
    server.args([
        format!("--audit-policy-file={}", policy.display()),
        format!("--audit-log-path={}", writes::log(folder).display()),
        format!("--etcd-servers=http://127.0.0.1:{etcd_port}"),
        format!("--cert-dir={}", folder.join("pki").display()),
        format!("--secure-port={port}"),
        format!("--token-auth-file={}", tokens.display()),
        format!("--service-account-key-file={}", public.display()),
        format!("--service-account-signing-key-file={}", key.display()),
        format!("--service-account-issuer=https://127.0.0.1:{port}/"),
    ]);
    server.args([
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--allow-privileged=true",
        // Nobody makes service accounts here, and nobody runs the pods that would use them.
        "--disable-admission-plugins=ServiceAccount",
        "--endpoint-reconciler-type=none",
    ]);
    Ok((Process::start("kube-apiserver", folder, &mut server)?, port))
}

fn write_kubeconfig(folder: &Path, port: u16) -> anyhow::Result<()> {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "administrator"}}],
        "clusters": [{"name": "lab", "cluster": {
            "server": format!("https://127.0.0.1:{port}"), "certificate-authority": folder.join("pki/apiserver.crt"),
        }}],
        "users": [{"name": "administrator", "user": {"token": TOKEN}}],
    });
    std::fs::write(kubeconfig(folder), serde_json::to_vec_pretty(&config)?).context("writing the kubeconfig")
}

/// Flux's namespace and kinds, served when this returns.
pub fn install_flux_crds(api: &Api, tools: &Tools) -> anyhow::Result<()> {
    api.apply(&json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": FLUX_NAMESPACE}}))?;
    let mut names = Vec::new();
    let mut files = std::fs::read_dir(tools.crds())?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<PathBuf>>>()?;
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{} is empty", tools.crds().display());
    for file in files {
        let name = api.apply_definition(&std::fs::read_to_string(&file)?).with_context(|| format!("applying {}", file.display()))?;
        names.push(name);
    }
    for name in names {
        api.until(&format!("{name} to be served"), PATIENCE, |api| {
            let found = api.find("CustomResourceDefinition", "", &name)?;
            Ok(found.filter(|crd: &Value| crate::api::condition(crd, "Established").is_some_and(|(status, _, _)| status == "True")))
        })?;
    }
    Ok(())
}
