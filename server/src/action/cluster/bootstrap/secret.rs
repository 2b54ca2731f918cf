//! The Secrets that Flux reads, as the commands that make them.

use domain::cluster::FluxNames;

use super::super::pull_token::USER;
use crate::store::cluster::Cluster;

/// Puts the age identity, pasted on standard input, into the Secret that Flux decrypts with. It takes nobody's place: an
/// identity that is there already may be the only one that opens something.
pub fn decryption_secret_command(flux: &FluxNames) -> String {
    format!(
        "kubectl create secret generic {} --namespace {} --from-file=identity.agekey=/dev/stdin",
        quoted(&flux.decryption_secret),
        quoted(&flux.namespace)
    )
}

/// What Flux shows to pull the embedded repository, with the token pasted on standard input.
pub fn pull_token_command(cluster: &Cluster) -> String {
    replace(&cluster.flux, &git(&cluster.flux), &format!("--from-literal=username={USER} --from-literal=password=\"$(cat)\""))
}

/// What Flux signs its events with, pasted on standard input.
pub fn hook_secret_command(cluster: &Cluster) -> String {
    replace(&cluster.flux, &hook(cluster), "--from-literal=token=\"$(cat)\"")
}

/// A user name, a token pasted on standard input, and the authority of the host's certificate where it has its own.
pub fn https_command(cluster: &Cluster) -> String {
    let mut literals = Vec::new();
    if cluster.credential.is_some() {
        literals.push(String::from("--from-literal=username=git --from-literal=password=\"$(cat)\""));
    }
    if let Some(pem) = &cluster.ca_certificate {
        literals.push(format!("--from-literal=ca.crt={}", quoted(pem.trim())));
    }
    replace(&cluster.flux, &git(&cluster.flux), &literals.join(" "))
}

/// A key of Flux's own beside the host key that a person pinned; without a pinned one, the host is asked and must be compared.
pub fn ssh_key_commands(cluster: &Cluster, host: &str, port: u16, pinned: Option<&str>) -> String {
    let file = format!("flux-{}", cluster.name);
    let known = match pinned {
        Some(key) => format!("--from-literal=known_hosts={}", quoted(&format!("{} {key}", known_host(host, port)))),
        None => format!("--from-literal=known_hosts=\"$(ssh-keyscan -p {port} {})\"", quoted(host)),
    };
    let make = format!("ssh-keygen -q -t ed25519 -N '' -C {} -f {file}", quoted(&format!("flux {}", cluster.name)));
    let literals = format!("--from-file=identity={file} --from-file=identity.pub={file}.pub {known}");
    format!("{make}\n{}\ncat {file}.pub && rm {file}", replace(&cluster.flux, &git(&cluster.flux), &literals))
}

/// The public key by which Flux knows our commits.
pub fn signers_command(cluster: &Cluster, platform_key: &str) -> String {
    replace(&cluster.flux, &signers(cluster), &format!("--from-literal=countersign.sshpub={}", quoted(platform_key)))
}

/// As known_hosts writes a host: the port stands there only where it is not ssh's own.
fn known_host(host: &str, port: u16) -> String {
    if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") }
}

pub fn git(flux: &FluxNames) -> String {
    format!("{}-git", flux.source)
}

pub fn hook(cluster: &Cluster) -> String {
    format!("{}-hook", super::object::own_name(cluster))
}

pub fn signers(cluster: &Cluster) -> String {
    format!("{}-signers", super::object::own_name(cluster))
}

/// Makes the Secret or takes the place of its former content; server-side, so that no annotation repeats the content.
fn replace(flux: &FluxNames, name: &str, literals: &str) -> String {
    format!(
        "kubectl create secret generic {} --namespace={} {literals} --dry-run=client --output=yaml | kubectl apply --server-side --filename=-",
        quoted(name),
        quoted(&flux.namespace)
    )
}

/// One word of a shell: as it is where that is safe, else in single quotes.
pub fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
