//! The latest entries of the record.

use domain::api::record::Entry;
use leptos::prelude::*;

use crate::part::seal::Seal;
use crate::part::{entry_path, number};
use crate::widget::sheet::Sheet;
use crate::widget::time::Ago;

#[component]
pub fn Latest(entries: Vec<Entry>) -> AnyView {
    let row = |entry: Entry| {
        let signer = entry.signers.first().map(|signer| signer.name.clone()).unwrap_or_default();
        let what = entry.stack.clone().unwrap_or_else(|| entry.kind.clone());
        view! {
            <li class="row">
                <Seal hash=entry.plan_sha256.clone() label=format!("Seal of record {}", number(entry.number))/>
                <div class="grow">
                    <p><a class="record-no" href=entry_path(&entry.cluster, entry.number)>{number(entry.number)}</a>" "{what}", "{entry.cluster.clone()}</p>
                    <p class="faint">{signer}", "<Ago at=entry.recorded_at/></p>
                </div>
            </li>
        }
    };
    let list = if entries.is_empty() {
        view! { <p class="sheet-body muted">"Nothing is recorded yet. The first countersigned plan becomes entry 0001."</p> }.into_any()
    } else {
        view! { <ul class="side-list">{entries.into_iter().map(row).collect_view()}</ul> }.into_any()
    };
    view! { <Sheet id="h-recent" title="Latest records" push=|| view! { <a class="btn btn--sm btn--quiet" href="/record">"All"</a> }>{list}</Sheet> }.into_any()
}
