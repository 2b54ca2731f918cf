//! What charts make of their values: a text for each release, drawn by the browser once it has checked the bytes.

use domain::plan::{FileDigest, Plan, Preview, PreviewedRelease};
use leptos::prelude::*;

use super::files::Stat;
use super::section::{Section, shown};
use super::values::named;
use crate::api::encode;
use crate::widget::icon::Icon;

/// Nothing where no release comes, goes or changes.
#[component]
pub fn Rendered(id: String, plan: Plan) -> AnyView {
    let Some(preview) = plan.preview.clone() else { return ().into_any() };
    let note = note(&preview);
    let body = match &preview.helm {
        None => view! { <p class="sheet-body">{NO_HELM}</p> }.into_any(),
        Some(_) => {
            let one = |release: PreviewedRelease| {
                let (name, _) = named(&plan, Some(release.component.as_str()));
                view! { <Release id=id.clone() name release/> }
            };
            view! { {preview.releases.clone().into_iter().map(one).collect_view()}<p class="sheet-body faint">{LEFT_OUT}</p> }.into_any()
        }
    };
    view! { <Section id="rendered" title="Rendered manifests" note>{body}</Section> }.into_any()
}

// sign.js draws the same words.
const NO_HELM: &str = "This server has no Helm, so nobody knows what the charts make of these values: unknown, not rendered. Once helm is on \
                       the server's PATH, or named with --helm, and it was started anew, plan again.";
const LEFT_OUT: &str = "Not shown: values of Secrets, definitions in a chart's crds folder. What a chart makes up anew each time differs here \
                        though nothing changed. The cluster's own Helm renders again.";

fn note(preview: &Preview) -> String {
    match &preview.helm {
        Some(version) => format!("By Helm {}, for this cluster's values", shown(version)),
        None => "not rendered".to_owned(),
    }
}

#[component]
fn Release(id: String, name: String, release: PreviewedRelease) -> AnyView {
    let PreviewedRelease { component, before, after, added, removed, unknown } = release;
    if let Some(why) = unknown {
        return view! { <p class="sheet-body" data-unrendered=component.to_string()><strong>{name}</strong>" unknown, not rendered. "<span class="muted">{shown(&why)}</span></p> }
            .into_any();
    }
    let state = match (&before, &after) {
        (None, _) => Some(view! { <span class="state state--draft">"new"</span> }.into_any()),
        (_, None) => Some(view! { <span class="state state--failing">"goes away"</span> }.into_any()),
        _ if before == after => Some(view! { <span class="state">"the same objects"</span> }.into_any()),
        _ => None,
    };
    let raw = |digest: &Option<FileDigest>| digest.as_ref().map(|one| format!("/api/v1/plans/{}/files/{}", encode(&id), one.sha256));
    let links = [("before", raw(&before)), ("after", raw(&after))]
        .into_iter()
        .filter_map(|(word, href)| href.map(|href| view! { " "<a href=href rel="external">{word}</a> }))
        .collect_view();
    view! {
        <details class="file" data-rendered=component.to_string()>
            <summary class="file-toggle">
                <Icon name="right" class="twist"/>
                <span class="file-path"><span class="file-name">{name.clone()}</span></span>
                {state}<Stat added removed/><span class="proof"></span>
            </summary>
            <div class="diff" role="region" aria-label=format!("Rendered manifests of {name}") tabindex="0">
                <p class="sheet-body muted">"Drawn once this browser has checked the bytes. The bytes themselves:"{links}"."</p>
            </div>
        </details>
    }
    .into_any()
}
