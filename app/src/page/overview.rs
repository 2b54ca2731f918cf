//! The first page: what waits for you, what stands where, what was recorded last.

mod desk;
mod first_run;
mod halted;
mod latest;
mod matrix;

use domain::api::overview::Overview as Found;
use domain::principal::{Act, Target};
use leptos::prelude::*;

use crate::api::use_api;
use crate::frame::{Crumb, Frame, Place};
use crate::part::new_stack::NewStackButton;
use crate::session::use_session;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;

use desk::Desk;
use first_run::FirstRun;
use halted::Halted;
use latest::Latest;
use matrix::Matrix;

#[component]
pub fn Overview() -> AnyView {
    let api = use_api();
    let found = Resource::new(|| (), move |()| api.overview());
    view! {
        <Frame place=Place::Overview title="Overview" crumbs=vec![Crumb::here("Overview")]>
            <Loaded resource=found what="the overview" view=|found| view! { <Found found/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Found(found: Found) -> AnyView {
    let session = use_session();
    let may_administer = session.may(Act::Administer, &Target::Organisation);
    let clusters = found.clusters.clone();
    let is_new = found.stacks.is_empty() && found.desk.iter().all(|item| item.draft.is_none());
    let about = summary(&found);
    let halted = found.clusters.clone();
    let body = if is_new {
        let waiting = (!found.desk.is_empty()).then(|| view! { <Desk items=found.desk.clone()/> });
        view! { {waiting}<FirstRun found/> }.into_any()
    } else {
        view! {
            <div class="home-grid">
                <div>
                    <Desk items=found.desk/>
                    <Matrix clusters=found.clusters rows=found.stacks/>
                </div>
                <div><Latest entries=found.latest/></div>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title="Overview" about>
            {may_administer.then(|| view! { <a class="btn" href="/settings/clusters/new"><Icon name="plug"/>"Add cluster"</a> })}
            // On the first run the form stands on the page itself.
            {(!clusters.is_empty() && !is_new).then(|| view! { <NewStackButton clusters/> })}
        </PageHead>
        <Halted clusters=halted/>
        {body}
    }
    .into_any()
}

/// `4 clusters, 5 stacks. 3 things wait for you to sign.`
fn summary(found: &Found) -> String {
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    let waiting = found.desk.iter().filter(|item| item.what != "draft").count();
    let waits = match waiting {
        0 => "Nothing waits for your signature.".to_owned(),
        1 => "1 thing waits for your signature.".to_owned(),
        many => format!("{many} things wait for your signature."),
    };
    format!("{}: {}, {}. {waits}", found.organisation, count(found.clusters.len(), "cluster"), count(found.stacks.len(), "stack"))
}
