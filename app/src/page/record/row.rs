//! One entry in the book; it opens to its detail.

use domain::api::record::Entry;
use leptos::prelude::*;

use crate::part::author::{AuthorMark, PersonMark};
use crate::part::outcome::OutcomeBadge;
use crate::part::seal::Seal;
use crate::part::state::{State, StateBadge};
use crate::part::{entry_path, number};
use crate::widget::icon::Icon;
use crate::widget::time::Clock;

/// `monitoring to nl-prod-1`, `Remove monitoring from nl-prod-1`, or what else was recorded there.
pub fn headline(entry: &Entry) -> String {
    match (&entry.stack, entry.kind.as_str()) {
        (Some(stack), "stack_removal") => format!("Remove {stack} from {}", entry.cluster),
        (Some(stack), _) => format!("{stack} to {}", entry.cluster),
        (None, "cluster") => format!("binding of {}", entry.cluster),
        (None, "roster") => format!("signers of {}", entry.cluster),
        (None, kind) => format!("{kind} of {}", entry.cluster),
    }
}

/// `read.js` unfolds the detail below; without it the button leads to the entry's own page.
#[component]
pub fn EntryRow(entry: Entry) -> AnyView {
    let shown = number(entry.number);
    let id = format!("entry-{}-{}", entry.cluster, entry.number);
    let path = entry_path(&entry.cluster, entry.number);
    let signers = entry.signers.iter().map(|signer| view! { <PersonMark name=signer.name.clone()/> }).collect_view();
    let drafters = entry.drafted_by.iter().take(2).map(|author| view! { <AuthorMark author=author.clone()/> }).collect_view();
    view! {
        <article class="entry" aria-labelledby=id.clone()>
            <Seal hash=entry.plan_sha256.clone() label=format!("Seal of record {shown}")/>
            <h3 class="record-no" id=id.clone()><a href=path.clone()>{shown.clone()}</a></h3>
            <Clock at=entry.recorded_at/>
            <div class="entry-what"><strong>{headline(&entry)}</strong><p>{if entry.title.is_empty() { entry.brief.join("; ") } else { entry.title.clone() }}</p></div>
            <div class="by-list">{drafters}</div>
            <div class="by-list">{signers}</div>
            <code class="hash col-commit">{entry.commit.chars().take(7).collect::<String>()}</code>
            <span><Outcome entry/></span>
            <a class="icon-button icon-button--sm col-more" href=path data-unfold="" aria-label=format!("Open record {shown}")><Icon name="down"/></a>
        </article>
    }
    .into_any()
}

/// What Git holds, and what the cluster made of it. Without a signature nothing else matters as much.
#[component]
pub fn Outcome(entry: Entry) -> AnyView {
    if !entry.signers.iter().all(|signer| signer.countersigned) {
        return view! { <StateBadge state=State::Waiting word="Not countersigned"/> }.into_any();
    }
    match entry.outcome {
        Some(outcome) => view! { <OutcomeBadge outcome/> }.into_any(),
        None => view! { <StateBadge state=State::Recorded word="Recorded"/> }.into_any(),
    }
}
