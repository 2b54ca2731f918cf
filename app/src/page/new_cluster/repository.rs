//! Which repository: the embedded one, or a remote with its way in and its host key.

use domain::api::cluster::{NewBinding, Probe, RemoteAuth, RulesState};
use domain::problem::Problem;
use leptos::prelude::*;

use crate::api::use_api;
use crate::part::problem::ProblemView;
use crate::widget::field::{CheckField, FormProblem, Kind, RadioField, SelectField, TextArea, TextField};
use crate::widget::icon::Icon;

/// What the person typed; signals, so that it outlives every failed attempt.
#[derive(Debug, Clone, Copy)]
pub struct Typed {
    kind: RwSignal<String>,
    url: RwSignal<String>,
    branch: RwSignal<String>,
    path: RwSignal<String>,
    auth: RwSignal<String>,
    private_key: RwSignal<String>,
    username: RwSignal<String>,
    password: RwSignal<String>,
    ca_pem: RwSignal<String>,
    probe: RwSignal<Option<Result<Probe, Problem>>>,
    /// The person's yes to the shown host key.
    host_key_is_right: RwSignal<bool>,
}

impl Default for Typed {
    fn default() -> Typed {
        let text = |text: &str| RwSignal::new(text.to_owned());
        Typed {
            kind: text("embedded"),
            url: text(""),
            branch: text("main"),
            path: text(""),
            auth: text("generated_key"),
            private_key: text(""),
            username: text(""),
            password: text(""),
            ca_pem: text(""),
            probe: RwSignal::new(None),
            host_key_is_right: RwSignal::new(false),
        }
    }
}

impl Typed {
    pub fn binding(self) -> NewBinding {
        let text = |signal: RwSignal<String>| signal.get_untracked().trim().to_owned();
        if text(self.kind) == "embedded" {
            return NewBinding::Embedded;
        }
        let shown = self.probe.with_untracked(|probe| probe.as_ref().and_then(|probe| probe.as_ref().ok()?.host_key.clone()));
        NewBinding::Remote {
            url: text(self.url),
            branch: text(self.branch),
            path: text(self.path).trim_matches('/').to_owned(),
            auth: match text(self.auth).as_str() {
                "generated_key" => RemoteAuth::GeneratedKey,
                "key" => RemoteAuth::Key { private_key: self.private_key.get_untracked() },
                "password" => RemoteAuth::Password { username: text(self.username), password: self.password.get_untracked() },
                _ => RemoteAuth::None,
            },
            host_key: shown.filter(|_| self.host_key_is_right.get_untracked()),
            ca_pem: Some(text(self.ca_pem)).filter(|pem| !pem.is_empty()),
        }
    }
}

const KINDS: [(&str, &str, &str); 2] = [
    ("embedded", "Embedded", "A bare repository in this server's data folder: nothing to prepare, good to begin with."),
    ("remote", "Remote", "At your forge or on a server of yours, over ssh:// or https://. Flux reads it there."),
];

#[component]
pub fn RepositoryFields(typed: Typed, problem: FormProblem) -> AnyView {
    view! {
        <RadioField name="kind" legend="Where does it live?" value=typed.kind options=KINDS.to_vec()/>
        <Show when=move || typed.kind.get() == "remote"><RemoteFields typed problem/></Show>
    }
    .into_any()
}

fn auth_options(url: &str) -> Vec<(String, String)> {
    let all = [
        ("generated_key", "A deploy key that Countersign makes", true),
        ("key", "An ssh private key of mine", true),
        ("password", "User name and token", false),
        ("none", "None", false),
    ];
    let ssh = !url.starts_with("https://");
    let fitting = all.into_iter().filter(|(kind, _, over_ssh)| *kind == "none" || *over_ssh == ssh);
    fitting.map(|(kind, label, _)| (kind.to_owned(), label.to_owned())).collect()
}

#[component]
fn RemoteFields(typed: Typed, problem: FormProblem) -> AnyView {
    let options = Signal::derive(move || auth_options(typed.url.get().trim()));
    // A way in that does not fit the URL gives way to the first that does.
    Effect::new(move |_| {
        let fitting = options.get();
        let chosen = typed.auth.get_untracked();
        if let Some((first, _)) = fitting.first().filter(|_| !fitting.iter().any(|(kind, _)| *kind == chosen)) {
            typed.auth.set(first.clone());
        }
    });
    view! {
        <div class="mt">
            <TextField name="repository.url" label="URL" value=typed.url problem kind=Kind::Mono required=true placeholder="ssh://git@git.example.com/ops/production.git" hint="ssh://, https:// or file://. Never with a password in it."/>
            <div class="field-row mt">
                <TextField name="repository.branch" label="Branch" value=typed.branch problem kind=Kind::Mono required=true/>
                <TextField name="repository.path" label="Folder in it" value=typed.path problem kind=Kind::Mono hint="Everything is written below it; empty is the root."/>
            </div>
            <div class="mt"><SelectField name="repository.auth" label="Way in" value=typed.auth options problem/></div>
            {move || match typed.auth.get().as_str() {
                "generated_key" => view! { <p class="field-hint">"You get its public half after adding the cluster, to be put in at the forge with write access."</p> }.into_any(),
                "key" => view! { <div class="mt"><TextArea name="repository.auth.private_key" label="OpenSSH private key" value=typed.private_key problem mono=true required=true rows=5 hint="Without a passphrase. Sealed at once and never shown again."/></div> }.into_any(),
                "password" => view! {
                    <div class="field-row mt">
                        <TextField name="repository.auth.username" label="User name" value=typed.username problem required=true/>
                        <TextField name="repository.auth.password" label="Token or password" value=typed.password problem kind=Kind::Password required=true hint="Sealed at once and never shown again."/>
                    </div>
                }.into_any(),
                _ => ().into_any(),
            }}
            <Show when=move || typed.url.get().trim().starts_with("https://")>
                <details class="advanced"><summary>"A certificate authority of our own"</summary>
                    <TextArea name="repository.ca_pem" label="Certificate" value=typed.ca_pem problem mono=true rows=5 placeholder="-----BEGIN CERTIFICATE-----"/>
                </details>
            </Show>
            <ProbeView typed/>
        </div>
    }
    .into_any()
}

/// Can we reach it, and whom do we find there?
#[component]
fn ProbeView(typed: Typed) -> AnyView {
    let api = use_api();
    let ask = Action::new(move |(): &()| {
        typed.host_key_is_right.set(false);
        let answer = api.probe(&typed.binding());
        async move { typed.probe.set(Some(answer.await)) }
    });
    let shown = move || {
        typed.probe.get().map(|answer| match answer {
            Ok(probe) => view! { <Found probe is_right=typed.host_key_is_right/> }.into_any(),
            Err(problem) => view! { <ProblemView problem/> }.into_any(),
        })
    };
    view! {
        <div class="form-actions">
            <button class="btn" type="button" disabled=move || ask.pending().get() || typed.url.get().trim().is_empty() on:click=move |_| { ask.dispatch(()); }><Icon name="plug"/>{move || if ask.pending().get() { "Asking…" } else { "Try the connection" }}</button>
        </div>
        <div class="mt" aria-live="polite">{shown}</div>
    }
    .into_any()
}

#[component]
fn Found(probe: Probe, is_right: RwSignal<bool>) -> AnyView {
    let state = match (&probe.problem, probe.reachable) {
        (None, true) => {
            let branches =
                if probe.branches.is_empty() { "It is empty.".to_owned() } else { format!("Branches: {}.", probe.branches.join(", ")) };
            let push = match probe.push_problem.clone() {
                Some(said) => view! { <div class="callout callout--waiting mt"><Icon name="warn"/><div><p class="callout-title">"It cannot be pushed to"</p><p>{said}</p></div></div> }.into_any(),
                None => ().into_any(),
            };
            let title = if probe.push_problem.is_some() { "It answers" } else { "It answers, and lets us push" };
            let rules = probe.rules.clone().map(|rules| match rules.state {
                RulesState::InTheWay => view! { <div class="callout callout--waiting mt"><Icon name="warn"/><div><p class="callout-title">"A rule of the branch stands in the way"</p><p>{rules.sentence}</p></div></div> }.into_any(),
                RulesState::Clear | RulesState::NotKnown => view! { <p class="field-hint">{rules.sentence}</p> }.into_any(),
            });
            view! { <div class="callout"><Icon name="ok" class="ic-reconciled"/><div><p class="callout-title">{title}</p><p>{branches}</p></div></div>{push}{rules} }.into_any()
        }
        (problem, _) => {
            let said = problem.clone().unwrap_or_else(|| "It does not answer.".to_owned());
            view! { <div class="callout callout--waiting"><Icon name="warn"/><div><p class="callout-title">"Not yet"</p><p>{said}</p></div></div> }.into_any()
        }
    };
    let host_key = probe.host_key_fingerprint.map(|fingerprint| {
        view! {
            <div class="callout callout--waiting mt"><Icon name="key"/><div class="grow">
                <p class="callout-title">"Is this the host you mean?"</p>
                <p>"It shows the key "<code class="wrap">{fingerprint}</code>". Compare it with what your forge publishes, or with "<code>"ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"</code>" on the host."</p>
                <CheckField label="Yes, pin this key" value=is_right hint="A host with another key is refused from then on."/>
            </div></div>
        }
    });
    view! { {state}{host_key} }.into_any()
}
