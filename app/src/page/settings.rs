//! What the settings pages share: their place, their list, and where `/settings` leads.

use domain::principal::{Act, Target};
use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::frame::{Crumb, Frame, Place};
use crate::session::use_session;
use crate::widget::page_head::PageHead;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Clusters,
    Environments,
    Variables,
    Secrets,
    People,
    Account,
}

const SECTIONS: [(Section, &str, &str); 6] = [
    (Section::Clusters, "/settings/clusters", "Clusters"),
    (Section::Environments, "/settings/environments", "Environments"),
    (Section::Variables, "/settings/variables", "Variables"),
    (Section::Secrets, "/settings/secrets", "Secrets"),
    (Section::People, "/settings/people", "People"),
    (Section::Account, "/settings/account", "Your account"),
];

#[component]
pub fn Settings() -> AnyView {
    view! { <Redirect path="/settings/clusters"/> }.into_any()
}

/// `deeper` is the page's own name, where it lies below its section.
#[component]
pub fn SettingsPage(
    section: Section,
    #[prop(into)] title: String,
    #[prop(optional, into)] about: String,
    #[prop(optional, into)] deeper: Option<String>,
    #[prop(optional, into)] actions: ViewFn,
    children: Children,
) -> AnyView {
    let (href, label) =
        SECTIONS.iter().find(|(one, ..)| *one == section).map_or(("/settings", "Settings"), |(_, href, label)| (href, label));
    let mut crumbs = vec![Crumb::link("Settings", "/settings/clusters")];
    match deeper {
        Some(deeper) => crumbs.extend([Crumb::link(label, href), Crumb::here(deeper)]),
        None => crumbs.push(Crumb::here(label)),
    }
    let link = move |(one, href, label): (Section, &'static str, &'static str)| {
        view! { <a href=href aria-current=(one == section).then_some("page")>{label}</a> }
    };
    view! {
        <Frame place=Place::Settings title=title.clone() crumbs>
            <PageHead title about><Suspense>{move || actions.run()}</Suspense></PageHead>
            <div class="settings-grid">
                <nav class="subnav" aria-label="Settings">{SECTIONS.map(link).collect_view()}</nav>
                <div>{children()}</div>
            </div>
        </Frame>
    }
    .into_any()
}

/// Draws its children for those who administer; others do without. Waits for the session.
#[component]
pub fn ForAdmins(children: ChildrenFn) -> AnyView {
    let session = use_session();
    view! { <Suspense>{move || session.may(Act::Administer, &Target::Organisation).then(|| children())}</Suspense> }.into_any()
}
