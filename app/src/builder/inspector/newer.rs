//! A newer version of a component's chart: what changes in its values, and taking it.

use domain::catalog::version::newer;
use domain::change::Change;
use domain::name::Name;
use domain::stack::Content;
use leptos::prelude::*;

use super::Found;
use crate::api::query;
use crate::builder::board::use_board;
use crate::widget::icon::Icon;

#[component]
pub fn Newer(id: Name, component: Found) -> AnyView {
    let board = use_board();
    let found = Memo::new(move |_| {
        component.with(|found| match &found.as_ref()?.content {
            Content::Addon(addon) => {
                let version = board.newest.with_value(|newest| newer(&addon.chart, newest).map(str::to_owned))?;
                Some((addon.chart.clone(), version))
            }
            Content::Manifest(_) => None,
        })
    });
    let shown = move || {
        found.get().map(|(chart, version)| {
            let draft = board.summary.with_untracked(|summary| summary.id.clone());
            let what = query(&[
                ("repository", Some(chart.repository.as_str())),
                ("name", Some(chart.name.as_str())),
                ("version", Some(version.as_str())),
                ("since", Some(chart.version.as_str())),
                ("draft", Some(draft.as_str())),
            ]);
            let (of, taken) = (id.clone(), version.clone());
            let take = board.may_edit.then(|| {
                let take = move |_| {
                    board.change(vec![Change::SetChartVersion { component: of.clone(), version: taken.clone() }]);
                };
                view! { <button class="btn btn--sm" type="button" on:click=take>{format!("Use {version}")}</button> }
            });
            view! {
                <p class="newer"><Icon name="up"/><span>{format!("{version} is available. ")}<a href=format!("/catalog/chart{what}")>"What changes in its values"</a></span>{take}</p>
            }
        })
    };
    view! { {shown} }.into_any()
}
