//! What is applied in a cluster so that Flux follows its repository, tells us what became of it, and checks our signature.
//!
//! Every command works as it is printed: what it applies stands in it, and what is secret is read from standard input, so
//! that no shell's history and no annotation repeats it. Every object is named after the cluster or as its settings say.

mod object;
mod secret;

use domain::api::cluster::{Bootstrap, Step};
use domain::cluster::FluxNames;
use domain::yaml::emit;

use crate::git::{HostKey, Location, Remote, is_installed};
use crate::public_url::PublicUrl;
use crate::server::Server;
use crate::store;

pub use secret::{decryption_secret_command, hook_secret_command, pull_token_command};

/// How `flux bootstrap` calls its GitRepository: where Flux runs already, that name is taken.
const TAKEN: &str = "flux-system";

/// Everything that the text depends on.
pub struct Seen<'a> {
    pub cluster: &'a store::cluster::Cluster,
    pub public_url: &'a PublicUrl,
    /// The public half of the key that signs commits, as an OpenSSH line.
    pub platform_key: String,
    pub has_git: bool,
    pub pull_token: Option<store::pull_token::PullToken>,
    pub has_hook_secret: bool,
}

/// Where Flux pulls the embedded repository.
pub fn pull_url(public_url: &PublicUrl, cluster: &str) -> String {
    format!("{}/git/{cluster}.git", public_url.origin())
}

/// Reads what is needed; blocks for a moment where git is looked for.
pub async fn read(server: &Server, cluster: &store::cluster::Cluster) -> Result<Bootstrap, store::Error> {
    let mut db = server.store.read().await?;
    let pull_token = store::pull_token::of_cluster(&mut db, &cluster.id).await?;
    let has_hook_secret = store::hook_secret::of_cluster(&mut db, &cluster.id).await?.is_some();
    drop(db);
    let has_git = !cluster.embedded || tokio::task::spawn_blocking(is_installed).await.unwrap_or(false);
    let public_url = server.settings().public_url.clone();
    let platform_key = server.platform_key.public_line();
    Ok(of(&Seen { cluster, public_url: &public_url, platform_key, has_git, pull_token, has_hook_secret }))
}

pub fn of(seen: &Seen<'_>) -> Bootstrap {
    let cluster = seen.cluster;
    let url = if cluster.embedded { pull_url(seen.public_url, &cluster.name) } else { cluster.url.clone() };
    let access = access(seen);
    let git_repository = object::git_repository(cluster, &url, access.is_some());
    let manifests = emit::emit_documents([&git_repository, &object::kustomization(cluster)]);
    let install =
        step("Install Flux, version 2.9 or later", format!("flux install --namespace={}", secret::quoted(&cluster.flux.namespace)));
    let mut steps =
        vec![step("Give Flux the cluster's age identity (paste it, then press Ctrl+D)", decryption_secret_command(&cluster.flux))];
    steps.extend(access);
    steps.push(step("Let Flux follow the repository", apply(&manifests)));
    let existing = steps.clone();
    steps.insert(0, install);
    Bootstrap {
        manifests,
        steps,
        existing,
        existing_problem: (cluster.flux.source == TAKEN).then(|| taken(cluster)),
        events: events(seen),
        verify: verify(seen),
        remove: remove(cluster),
        notes: notes(seen),
        pull_token_issued: seen.pull_token.is_some(),
        pulled_at: seen.pull_token.as_ref().and_then(|token| token.used_at),
        hook_secret_issued: seen.has_hook_secret,
    }
}

/// How Flux gets into the repository, if it takes anything to get in.
fn access(seen: &Seen<'_>) -> Option<Step> {
    let cluster = seen.cluster;
    if cluster.embedded {
        return Some(step(
            "Give Flux the token of this repository (make it on this page, paste it, then press Ctrl+D)",
            pull_token_command(cluster),
        ));
    }
    let remote = Remote::new(&cluster.url).ok()?;
    match remote.location() {
        Location::Ssh { host, port, .. } => {
            let pinned = cluster.host_key.as_deref().and_then(|line| HostKey::parse(line).ok()).map(|key| key.line());
            Some(step(
                "Make a key of Flux's own, give Flux its private half, and put the public half that is printed in at the forge: to read, never to write",
                secret::ssh_key_commands(cluster, host, *port, pinned.as_deref()),
            ))
        }
        Location::Http { .. } if cluster.credential.is_some() || cluster.ca_certificate.is_some() => Some(step(
            "Give Flux a user name and a token of its own that may only read (paste the token, then press Ctrl+D)",
            secret::https_command(cluster),
        )),
        Location::Http { .. } | Location::Local(_) => None,
    }
}

/// Without an observer, this is how outcomes are known at all.
fn events(seen: &Seen<'_>) -> Vec<Step> {
    let cluster = seen.cluster;
    let objects = object::events(cluster, seen.public_url);
    vec![
        step(
            "Give Flux the secret that it signs events with (make it on this page, paste it, then press Ctrl+D)",
            hook_secret_command(cluster),
        ),
        step("Let Flux tell us what became of each commit", apply(&emit::emit_documents(objects.iter()))),
    ]
}

/// Level G1: Flux applies nothing at the head that this installation did not sign.
fn verify(seen: &Seen<'_>) -> Vec<Step> {
    let cluster = seen.cluster;
    let patch = serde_json::json!({"spec": {"verify": object::verify(cluster)}});
    vec![
        step("Give Flux the key that signs this installation's commits", secret::signers_command(cluster, &seen.platform_key)),
        step(
            "Let Flux check the signature before it applies anything (source-controller 1.9, which is Flux 2.9, or later)",
            format!(
                "kubectl patch gitrepositories.source.toolkit.fluxcd.io {} --namespace={} --type=merge --patch={}",
                secret::quoted(&cluster.flux.source),
                secret::quoted(&cluster.flux.namespace),
                secret::quoted(&patch.to_string()),
            ),
        ),
    ]
}

/// Takes away what the snippets made and what followed from it, and nothing that was there before them. Whatever follows our
/// source is ours: a suspended Kustomization lets go of what it applied, any other takes it along.
fn remove(cluster: &store::cluster::Cluster) -> Vec<Step> {
    let (namespace, source) = (secret::quoted(&cluster.flux.namespace), secret::quoted(&cluster.flux.source));
    let own = object::own_name(cluster);
    let ours = format!(
        "kubectl get kustomizations.kustomize.toolkit.fluxcd.io --namespace={namespace} --output=jsonpath='{{range .items[?(@.spec.sourceRef.name==\"{}\")]}}kustomizations.kustomize.toolkit.fluxcd.io/{{.metadata.name}}{{\"\\n\"}}{{end}}'",
        cluster.flux.source
    );
    vec![
        step(
            "Let what is deployed stay in the cluster when Flux lets go of it (leave this out to have it removed)",
            format!("{ours} | xargs -r kubectl patch --namespace={namespace} --type=merge --patch='{{\"spec\":{{\"suspend\":true}}}}'"),
        ),
        step(
            "Remove our own objects",
            format!(
                "{ours} | xargs -r kubectl delete --ignore-not-found --namespace={namespace}\n\
                 kubectl delete configmaps --namespace={namespace} --selector=countersign.dev/stack\n\
                 kubectl delete --ignore-not-found --namespace={namespace} alerts.notification.toolkit.fluxcd.io/{own} providers.notification.toolkit.fluxcd.io/{own} kustomizations.kustomize.toolkit.fluxcd.io/{own} gitrepositories.source.toolkit.fluxcd.io/{source} secret/{} secret/{} secret/{}",
                secret::quoted(&secret::git(&cluster.flux)),
                secret::hook(cluster),
                secret::signers(cluster),
            ),
        ),
    ]
}

fn notes(seen: &Seen<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let cluster = seen.cluster;
    if cluster.embedded && !seen.has_git {
        notes.push(String::from("git is not installed beside Countersign. It is what serves this repository: until it is there, Flux is answered that it is missing."));
    }
    if seen.public_url.is_localhost() {
        notes.push(format!(
            "The public URL is {}, which inside the cluster means the cluster itself: events and the embedded repository need an address that the cluster reaches.",
            seen.public_url.origin()
        ));
    }
    if !cluster.embedded && Remote::new(&cluster.url).is_ok_and(|remote| remote.is_local()) {
        notes.push(String::from("The repository is a folder of the server, and Flux takes no file://. Write the address by which the cluster reaches it for the GitRepository's url."));
    }
    notes
}

fn taken(cluster: &store::cluster::Cluster) -> String {
    format!(
        "A cluster that was made with `flux bootstrap` has a GitRepository {}/{TAKEN} already, and these commands would collide with it. Give ours names of their own first, such as {}.",
        cluster.flux.namespace,
        FluxNames::beside_another().source
    )
}

fn step(what: &str, command: String) -> Step {
    Step { what: what.to_owned(), command }
}

/// The objects stand in the command. Server-side under a name of our own, so that a field which somebody else set is a
/// conflict and never overwritten.
fn apply(manifests: &str) -> String {
    format!("kubectl apply --server-side --field-manager=countersign --filename=- <<'END'\n{}\nEND", manifests.trim_end())
}
