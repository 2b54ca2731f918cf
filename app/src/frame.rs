//! The frame around every page but those of a ceremony: top bar, places, main.

use domain::api::session::Me;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;

use crate::api::encode;
use crate::part::environment::EnvironmentMark;
use crate::session::{is_logged_in, use_session};
use crate::widget::icon::{Icon, Mark};
use crate::widget::toast::Toasts;

/// The places of the side bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Overview,
    Stacks,
    Catalog,
    Record,
    Settings,
}

const PLACES: [(Place, &str, &str, &str); 5] = [
    (Place::Overview, "/", "stack", "Overview"),
    (Place::Stacks, "/#stacks", "tidy", "Stacks"),
    (Place::Catalog, "/catalog", "helm", "Catalog"),
    (Place::Record, "/record", "book", "Record"),
    (Place::Settings, "/settings/clusters", "gear", "Settings"),
];

/// One step of the breadcrumb; the last is the page itself.
#[derive(Debug, Clone, Default)]
pub struct Crumb {
    pub label: String,
    pub href: Option<String>,
    pub environment: Option<String>,
}

impl Crumb {
    pub fn here(label: impl Into<String>) -> Crumb {
        Crumb { label: label.into(), ..Crumb::default() }
    }

    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Crumb {
        Crumb { href: Some(href.into()), ..Crumb::here(label) }
    }

    #[must_use]
    pub fn environment(mut self, environment: impl ToString) -> Crumb {
        self.environment = Some(environment.to_string());
        self
    }
}

/// `rail` is the builder's form: narrow side bar, main without padding, nothing scrolls but its parts.
#[component]
pub fn Frame(
    place: Place,
    #[prop(into)] title: String,
    #[prop(into)] crumbs: Vec<Crumb>,
    #[prop(optional)] rail: bool,
    children: Children,
) -> AnyView {
    view! {
        <Title text=title/>
        <div class="app" class:app--rail=rail>
            <a class="skip-link" href="#main" rel="external">"Skip to main content"</a>
            <header class="topbar">
                <a class="brand" href="/" aria-label="Countersign, overview"><Mark/><span>"Countersign"</span></a>
                <Crumbs crumbs/>
                <div class="topbar-tools"><PaletteButton/><ThemeButton/><AccountMenu/></div>
            </header>
            <nav class="sidebar" aria-label="Main">
                <ul class="nav">
                    {PLACES.map(|(one, href, icon, label)| {
                        view! {
                            <li><a href=href aria-current=(one == place).then_some("page") title=label><Icon name=icon/><span class="nav-label">{label}</span></a></li>
                        }
                    }).collect_view()}
                </ul>
            </nav>
            <main id="main" class="main" tabindex="-1">{children()}</main>
        </div>
        <Toasts/>
        <Gate/>
    }
    .into_any()
}

#[component]
fn Crumbs(crumbs: Vec<Crumb>) -> AnyView {
    let step = |crumb: Crumb| {
        let mark = crumb.environment.map(|name| view! { <EnvironmentMark name/> });
        let text = match crumb.href {
            Some(href) => view! { <a href=href>{crumb.label}</a> }.into_any(),
            None => view! { <span aria-current="page">{crumb.label}</span> }.into_any(),
        };
        view! { <li>{mark}{text}</li> }
    };
    view! { <nav class="crumbs" aria-label="Breadcrumb"><ol>{crumbs.into_iter().map(step).collect_view()}</ol></nav> }.into_any()
}

/// `page.js` listens for it.
#[component]
fn PaletteButton() -> AnyView {
    view! {
        <button class="search-button" type="button" data-palette="" aria-haspopup="dialog" aria-keyshortcuts="Control+K Meta+K">
            <Icon name="search"/><span class="search-label">"Go to or do…"</span><kbd>"Ctrl K"</kbd>
        </button>
    }
    .into_any()
}

/// `page.js` listens for it, so it works before the page is hydrated and where it never is.
#[component]
pub fn ThemeButton(#[prop(optional)] small: bool) -> AnyView {
    view! {
        <button class="icon-button theme-button" class:icon-button--sm=small type="button" data-theme-toggle="" aria-label="Switch light or dark" title="Switch light or dark"><Icon name="moon"/></button>
    }
    .into_any()
}

#[component]
fn AccountMenu() -> AnyView {
    let session = use_session();
    view! { <Suspense>{move || session.me().map(|me| view! { <Account me/> })}</Suspense> }.into_any()
}

#[component]
fn Account(me: Me) -> AnyView {
    let name = shown_name(&me);
    let initials = crate::part::author::initials(&name);
    view! {
        <button class="avatar" type="button" popovertarget="account-menu" aria-label=format!("{initials}: {name}, your account") title=name.clone()>{initials.clone()}</button>
        <div class="menu" id="account-menu" popover="auto">
            <p class="menu-head"><strong>{name}</strong><span class="faint">{me.name.clone()}</span></p>
            <a class="menu-item" href="/settings/account"><Icon name="key"/>"Your keys"</a>
            <button class="menu-item" type="button" data-log-out=""><Icon name="right"/>"Log out"</button>
        </div>
    }
    .into_any()
}

fn shown_name(me: &Me) -> String {
    if me.full_name.is_empty() { me.name.clone() } else { me.full_name.clone() }
}

/// Strangers go to the login page and come back to where they wanted to be.
#[component]
fn Gate() -> AnyView {
    let session = use_session();
    let location = use_location();
    let next = move || {
        let here = location.pathname.get_untracked();
        let search = location.search.get_untracked();
        let here = if search.is_empty() { here } else { format!("{here}?{search}") };
        if here == "/" { "/login".to_owned() } else { format!("/login?next={}", encode(&here)) }
    };
    let decide = move || match session.0.get() {
        Some(Ok(state)) if !is_logged_in(&state) => Some(view! { <Redirect path=next()/> }),
        _ => None,
    };
    view! { <Suspense>{decide}</Suspense> }.into_any()
}
