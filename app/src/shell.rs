//! The document around every page: head, theme, scripts.

use std::sync::Arc;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::assets::{META, use_assets};
use crate::routes::App;

/// Sets the status of the page that is being rendered; the server provides it in context.
#[derive(Clone)]
pub struct PageStatus(Arc<dyn Fn(u16) + Send + Sync>);

impl PageStatus {
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> PageStatus {
        PageStatus(Arc::new(set))
    }
}

/// In the browser nothing happens: the page is there already.
pub fn set_page_status(status: u16) {
    if let Some(PageStatus(set)) = use_context::<PageStatus>() {
        set(status);
    }
}

/// Before anything is drawn, so that a dark page never flashes white.
const THEME: &str = "try{const t=localStorage.getItem('theme');if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch{}";

/// The whole document, as the server sends it.
pub fn shell() -> AnyView {
    let assets = use_assets();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name=META content=assets.for_the_page()/>
                <script nonce=use_nonce()>{THEME}</script>
                <link rel="stylesheet" href=assets.url("countersign.css")/>
                <link rel="icon" type="image/svg+xml" href=assets.url("seal.svg")/>
                <script type="module" src=assets.url("page.js") nonce=use_nonce()></script>
                <Hydration/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
    .into_any()
}

/// Loads the wasm, except on pages of a ceremony: those stand without it.
#[component]
fn Hydration() -> impl IntoView {
    let assets = use_assets();
    let hydrated = !is_ceremony(&requested_path()) && assets.has("countersign.js");
    hydrated.then(|| {
        let (script, wasm) = (assets.url("countersign.js"), assets.url("countersign.wasm"));
        let start = format!("import init from {script:?};init({{module_or_path:{wasm:?}}});");
        view! {
            <link rel="modulepreload" href=script/>
            <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
            <script type="module" nonce=use_nonce()>{start}</script>
        }
    })
}

/// Pages where a passkey is used: plain HTML and a few KB of script.
pub fn is_ceremony(path: &str) -> bool {
    let first = path.trim_start_matches('/').split(['/', '?', '#']).next();
    matches!(first, Some("setup" | "login" | "enrol" | "review"))
}

/// The request's address is absolute here, with a host that means nothing.
#[cfg(feature = "ssr")]
fn requested_path() -> String {
    let url = use_context::<leptos_router::location::RequestUrl>().map(|url| url.as_ref().to_owned()).unwrap_or_default();
    path_of(&url).to_owned()
}

#[cfg(not(feature = "ssr"))]
fn requested_path() -> String {
    String::new()
}

#[cfg(any(feature = "ssr", test))]
fn path_of(url: &str) -> &str {
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_ceremony_load_no_wasm() {
        for path in ["/setup", "/login?next=/", "/enrol", "/enrol/abc", "/review/0192"] {
            assert!(is_ceremony(path), "{path}");
        }
        assert!(is_ceremony(path_of("http://any.host/setup")));
        assert!(!is_ceremony(path_of("http://setup/record")));
        for path in ["/", "/record", "/settings/clusters", "/reviews", "/clusters/login/stacks/setup"] {
            assert!(!is_ceremony(path), "{path}");
        }
    }
}
