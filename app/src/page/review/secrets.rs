//! Secrets by name, state and level, and who can decrypt them. There is nothing to reveal.

use domain::plan::PlannedSecret;
use domain::secret::{Level, State};
use leptos::prelude::*;

use super::section::Section;
use crate::widget::icon::Icon;

#[component]
pub fn Secrets(secrets: Vec<PlannedSecret>, recipients: Vec<String>) -> AnyView {
    let note = if secrets.is_empty() { "" } else { "Values are never shown, here or anywhere" };
    let body = if secrets.is_empty() {
        view! { <p class="sheet-body muted">"This plan uses no secret."</p> }.into_any()
    } else {
        view! {
            <div class="ledger-scroll" tabindex="0" role="region" aria-label="Secrets">
                <table class="ledger">
                    <thead><tr><th scope="col">"Secret"</th><th scope="col">"Value"</th><th scope="col">"Against the record"</th><th scope="col">"Set for"</th><th scope="col">"Used in"</th></tr></thead>
                    <tbody>{secrets.into_iter().map(|secret| view! { <Row secret/> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let recipients = (!recipients.is_empty()).then(|| {
        let keys = recipients.into_iter().map(|key| view! { <li><code class="wrap">{key}</code></li> }).collect_view();
        view! { <div class="sheet-body"><p class="muted">"Can decrypt what is sealed for this cluster:"</p><ul>{keys}</ul></div> }
    });
    view! { <Section id="secrets" title="Secrets" note>{body}{recipients}</Section> }.into_any()
}

#[component]
fn Row(secret: PlannedSecret) -> AnyView {
    let (word, ink) = match secret.state {
        State::Missing => ("missing", "ic-blocked"),
        State::Present => ("present", "muted"),
        State::New => ("new", "ic-draft"),
        State::Changed => ("changed", "ic-draft"),
        State::Same => ("unchanged", "muted"),
    };
    let from = secret.from.map(|level| match level {
        Level::Environment => "environment",
        Level::Cluster => "cluster",
        Level::Stack => "this stack",
    });
    let sealed = (secret.state != State::Missing).then(|| view! { <span class="sealed"><Icon name="lock"/>"sealed"</span> });
    view! {
        <tr><th scope="row"><code>{secret.name}</code></th><td>{sealed}</td><td><span class=ink>{word}</span></td><td class="muted">{from}</td><td class="muted">{secret.used_by.join(", ")}</td></tr>
    }
    .into_any()
}
