//! The mark of an environment: the weight of its line, no hue. Production is filled ink.

use leptos::prelude::*;

/// The usual names have a style each; others are drawn like staging.
pub fn class(name: &str) -> &'static str {
    match name {
        "dev" | "development" | "test" | "sandbox" => "env env--dev",
        name if name == "production" || name == "prod" || name.starts_with("production-") || name.starts_with("prod-") => {
            "env env--production"
        }
        _ => "env env--staging",
    }
}

#[component]
pub fn EnvironmentMark(#[prop(into)] name: String) -> AnyView {
    view! { <span class=class(&name)>{name.clone()}</span> }.into_any()
}
