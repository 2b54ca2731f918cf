//! One entry in the book; it opens to its detail.

use domain::api::record::Entry;
use leptos::prelude::*;

use super::detail::Detail;
use crate::part::author::{AuthorMark, PersonMark};
use crate::part::seal::Seal;
use crate::part::state::{State, StateBadge};
use crate::part::{entry_path, number};
use crate::widget::icon::Icon;
use crate::widget::time::{Civil, civil};

/// `monitoring to nl-prod-1`, or what else was recorded there.
pub fn headline(entry: &Entry) -> String {
    match (&entry.stack, entry.kind.as_str()) {
        (Some(stack), _) => format!("{stack} to {}", entry.cluster),
        (None, "cluster") => format!("binding of {}", entry.cluster),
        (None, "roster") => format!("signers of {}", entry.cluster),
        (None, kind) => format!("{kind} of {}", entry.cluster),
    }
}

#[component]
pub fn EntryRow(entry: Entry) -> AnyView {
    let open = RwSignal::new(false);
    let shown = number(entry.number);
    let at = entry.recorded_at;
    let id = format!("entry-{}-{}", entry.cluster, entry.number);
    let signers = entry.signers.iter().map(|signer| view! { <PersonMark name=signer.name.clone()/> }).collect_view();
    let drafters = entry.drafted_by.iter().take(2).map(|author| view! { <AuthorMark author=author.clone()/> }).collect_view();
    let label = shown.clone();
    let detail = entry.clone();
    view! {
        <article class="entry" class:entry--open=move || open.get() aria-labelledby=id.clone()>
            <Seal hash=entry.plan_sha256.clone() label=format!("Seal of record {shown}")/>
            <h3 class="record-no" id=id.clone()><a href=entry_path(&entry.cluster, entry.number)>{shown}</a></h3>
            <time class="entry-time" datetime=Civil::utc(at).rfc3339() title=Civil::utc(at).rfc3339()>{move || civil(at).clock()}</time>
            <div class="entry-what"><strong>{headline(&entry)}</strong><p>{if entry.title.is_empty() { entry.brief.join("; ") } else { entry.title.clone() }}</p></div>
            <div class="by-list">{drafters}</div>
            <div class="by-list">{signers}</div>
            <code class="hash col-commit">{entry.commit.chars().take(7).collect::<String>()}</code>
            <span><Outcome entry/></span>
            <button class="icon-button icon-button--sm col-more" type="button" aria-expanded=move || open.get().to_string()
                aria-label=move || format!("{} record {label}", if open.get() { "Close" } else { "Open" }) on:click=move |_| open.update(|on| *on = !*on)>
                {move || if open.get() { view! { <Icon name="up"/> } } else { view! { <Icon name="down"/> } }}
            </button>
        </article>
        <Show when=move || open.get()><Detail entry=detail.clone()/></Show>
    }
    .into_any()
}

/// What a cluster made of it is not known here; the record is what Git holds.
#[component]
pub fn Outcome(entry: Entry) -> AnyView {
    if entry.signers.iter().all(|signer| signer.countersigned) {
        view! { <StateBadge state=State::Recorded word="Recorded"/> }.into_any()
    } else {
        view! { <StateBadge state=State::Waiting word="Not countersigned"/> }.into_any()
    }
}
