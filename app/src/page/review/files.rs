//! Every file of the commit, line by line; what is too long to be drawn here is drawn by the browser.

use domain::plan::FileChange;
use leptos::prelude::*;

use super::reading::ReadFile;
use super::section::{Section, count, shown};
use crate::api::encode;
use crate::part::lines::Lines;
use crate::widget::icon::Icon;

#[component]
pub fn Files(plan: String, files: Vec<ReadFile>) -> AnyView {
    let note = format!("{}, byte for byte what will be committed", count(files.len(), "file"));
    let body = if files.is_empty() {
        view! { <p class="sheet-body muted">"No file changes."</p> }.into_any()
    } else {
        files.into_iter().map(|file| view! { <File plan=plan.clone() file/> }).collect_view().into_any()
    };
    view! { <Section id="files" title="Files" note>{body}</Section> }.into_any()
}

#[component]
pub fn Stat(added: u32, removed: u32) -> AnyView {
    let plus = (added > 0).then(|| view! { <span class="p">{format!("+{added}")}</span>" " });
    let minus = (removed > 0).then(|| view! { <span class="m">{format!("−{removed}")}</span> });
    view! { <span class="diffstat">{plus}{minus}</span> }.into_any()
}

#[component]
fn File(plan: String, file: ReadFile) -> AnyView {
    let FileChange { path, before, after, added, removed, .. } = file.change;
    let (folder, name) = path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
    let folder = if folder.is_empty() { String::new() } else { format!("{}/", shown(folder)) };
    let state = match (&before, &after) {
        (None, _) => Some(view! { <span class="state state--draft">"new"</span> }.into_any()),
        (_, None) => Some(view! { <span class="state state--failing">"deleted"</span> }.into_any()),
        _ => None,
    };
    let sealed = name.ends_with(".enc.yaml").then(|| view! { <span class="sealed"><Icon name="lock"/>"encrypted"</span> });
    let raw = |digest: &Option<domain::plan::FileDigest>| {
        digest.as_ref().map(|one| format!("/api/v1/plans/{}/files/{}", encode(&plan), one.sha256))
    };
    let lines = match file.hunks {
        Some(hunks) => view! { <Lines hunks/> }.into_any(),
        None => {
            let links = [("before", raw(&before)), ("after", raw(&after))]
                .into_iter()
                .filter_map(|(word, href)| href.map(|href| view! { " "<a href=href rel="external">{word}</a> }))
                .collect_view();
            view! { <p class="sheet-body muted">"Long: drawn once this browser has checked the bytes. The bytes themselves:"{links}"."</p> }
                .into_any()
        }
    };
    view! {
        <details class="file" data-file=path.clone() open=added + removed <= 40>
            <summary class="file-toggle">
                <Icon name="right" class="twist"/>
                <span class="file-path"><span class="dir">{folder}</span><span class="file-name">{shown(name)}</span></span>
                {state}{sealed}<Stat added removed/><span class="proof" data-file-proof=""></span>
            </summary>
            <div class="diff" role="region" aria-label=format!("Diff of {}", shown(&path)) tabindex="0">{lines}</div>
        </details>
    }
    .into_any()
}
