//! What expressions resolve to: variables with where they come from, secrets with their state.

use domain::api::secret::SecretState;
use domain::expression;
use domain::name::Name;
use domain::variable::{Level, Resolved};
use leptos::prelude::*;

use crate::builder::board::use_board;
use crate::widget::icon::Icon;

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Default => "default of the stack",
        Level::Organisation => "organisation",
        Level::Environment => "environment",
        Level::Cluster => "cluster",
        Level::Stack => "this stack here",
    }
}

/// Of one component, or of the whole stack.
#[component]
pub fn Variables(#[prop(optional, into)] of: Option<Name>) -> AnyView {
    let board = use_board();
    let found = Memo::new(move |_| {
        let used = of
            .as_ref()
            .map(|id| board.content.with(|stack| stack.component(id.as_str()).map(|found| found.text().to_owned()).unwrap_or_default()));
        let is_used = |name: &str| used.as_deref().is_none_or(|text| mentions(text, name));
        board.check.with(|check| {
            let resolved: Vec<Resolved> = check.variables.resolved.iter().filter(|one| is_used(&one.name)).cloned().collect();
            let missing: Vec<String> = check.variables.missing.iter().filter(|name| is_used(name)).cloned().collect();
            (resolved, missing)
        })
    });
    let row = |one: Resolved| {
        let value = one.value.as_str().map_or_else(|| one.value.to_string(), str::to_owned);
        let shadowed = (!one.shadowed.is_empty()).then(|| {
            let from: Vec<&str> = one.shadowed.iter().map(|shadow| level(shadow.from)).collect();
            view! { <span class="faint">", hides "{from.join(", ")}</span> }
        });
        view! { <dt><code>{one.name}</code></dt><dd><code>{value}</code>" "<span class="faint">{level(one.from)}</span>{shadowed}</dd> }
    };
    let lost = |name: String| view! { <dt><code>{name}</code></dt><dd class="ic-failing">"no value on this cluster"</dd> };
    let body = move || {
        let (resolved, missing) = found.get();
        if resolved.is_empty() && missing.is_empty() {
            return view! { <p class="muted">"None are used."</p> }.into_any();
        }
        view! { <dl class="kv">{missing.into_iter().map(lost).collect_view()}{resolved.into_iter().map(row).collect_view()}</dl> }
            .into_any()
    };
    view! { <section class="inspect-part" aria-label="Variables"><h3>"Variables"</h3>{body}<p><a href="/settings/variables">{if board.may_edit { "Set variables" } else { "All variables" }}</a></p></section> }.into_any()
}

#[component]
pub fn Secrets(#[prop(optional, into)] of: Option<Name>) -> AnyView {
    let board = use_board();
    let found = Memo::new(move |_| {
        board.check.with(|check| {
            let used =
                check.secrets.iter().filter(|secret| of.as_ref().is_none_or(|id| secret.components.iter().any(|one| one == id.as_str())));
            used.map(|secret| (secret.name.clone(), secret.state)).collect::<Vec<_>>()
        })
    });
    let row = |(name, state): (String, SecretState)| {
        let (icon, ink, words) = match state {
            SecretState::Missing => ("fail", "ic-failing", "missing: add its value"),
            SecretState::Present => ("ok", "ic-reconciled", "set"),
            SecretState::New => ("ok", "ic-reconciled", "set, new to the record"),
            SecretState::Changed => ("warn", "ic-waiting", "set, differs from the record"),
            SecretState::Same => ("ok", "ic-reconciled", "set, as recorded"),
        };
        view! { <dt><code>{name}</code></dt><dd><span class="flagged"><Icon name=icon class=ink/>{words}</span></dd> }
    };
    let body = move || {
        let found = found.get();
        if found.is_empty() {
            return view! { <p class="muted">"None are used."</p> }.into_any();
        }
        view! { <dl class="kv">{found.into_iter().map(row).collect_view()}</dl> }.into_any()
    };
    view! { <section class="inspect-part" aria-label="Secrets"><h3>"Secrets"</h3>{body}<p><a href="/settings/secrets">{if board.may_edit { "Set secrets" } else { "All secrets" }}</a></p></section> }.into_any()
}

/// Whether the text has an expression of this variable.
pub fn mentions(text: &str, name: &str) -> bool {
    expression::is_in(text)
        && text.split("${{").skip(1).any(|after| {
            let inner = after.split("}}").next().unwrap_or_default().trim();
            inner.strip_prefix("vars.") == Some(name)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_used_only_where_its_whole_name_stands() {
        let text = "host: grafana.${{ vars.domain }}\nvalue: ${{secrets.token}}";
        assert!(mentions(text, "domain"));
        assert!(!mentions(text, "dom"));
        assert!(!mentions(text, "token"));
        assert!(!mentions("vars.domain", "domain"));
    }
}
