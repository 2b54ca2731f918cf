//! The document around every page: head, theme, scripts.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use crate::assets::{META, use_assets};
use crate::kind::Kind;
use crate::routes::App;
use crate::shell::stays_as_it_is;

/// Before anything is drawn, so that a dark page never flashes white.
const THEME: &str = "try{const t=localStorage.getItem('theme');if(t==='dark'||t==='light')document.documentElement.dataset.theme=t}catch{}";

/// Before a field can be touched: a file of its own could come too late.
const EARLY: &str = include_str!("document/early.js");

/// The whole document, as the server sends it.
pub fn shell() -> AnyView {
    let assets = use_assets();
    let kind = Kind::of(&requested_path());
    if kind.wasm().is_none() {
        // Nothing takes the page over, so what it was made from need not be sent along.
        if let Some(shared) = Owner::current_shared_context() {
            shared.set_is_hydrating(false);
        }
        stays_as_it_is();
    }
    view! {
        <!DOCTYPE html>
        <html lang="en" data-kind=kind.name()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name=META content=assets.for_the_page()/>
                <script nonce=use_nonce()>{THEME}</script>
                <link rel="stylesheet" href=assets.url("countersign.css")/>
                <link rel="icon" type="image/svg+xml" href=assets.url("seal.svg")/>
                <script type="module" src=assets.url("page.js") nonce=use_nonce()></script>
                <Code kind/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
    .into_any()
}

/// What brings the page to life.
#[component]
fn Code(kind: Kind) -> AnyView {
    let assets = use_assets();
    match kind.wasm() {
        Some((glue, wasm)) if assets.has(glue) => {
            let (script, wasm) = (assets.url(glue), assets.url(wasm));
            let start = format!("import init from {script:?};init({{module_or_path:{wasm:?}}});");
            view! {
                <script nonce=use_nonce()>{EARLY}</script>
                <link rel="modulepreload" href=script/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" nonce=use_nonce()>{start}</script>
            }
            .into_any()
        }
        None if kind == Kind::Read => view! { <script type="module" src=assets.url("read.js") nonce=use_nonce()></script> }.into_any(),
        _ => ().into_any(),
    }
}

/// The request's address is absolute here, with a host that means nothing.
fn requested_path() -> String {
    let url = use_context::<leptos_router::location::RequestUrl>().map(|url| url.as_ref().to_owned()).unwrap_or_default();
    path_of(&url).to_owned()
}

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
    fn a_path_is_found_behind_any_host() {
        assert_eq!(Kind::of(path_of("http://any.host/setup")), Kind::Ceremony);
        assert_eq!(Kind::of(path_of("http://setup/record")), Kind::Read);
        assert_eq!(path_of("http://setup"), "/");
    }
}
