//! An entry opened: signatures, what it changed, how to verify it without us, and going back to it.

use domain::api::draft::{NewDraft, Start};
use domain::api::plan::Approval;
use domain::api::record::Entry;
use domain::api::{Author, AuthorKind};
use domain::name::Name;
use domain::principal::Act;
use leptos::prelude::*;

use super::cluster::InTheCluster;
use crate::api::json;
use crate::part::number;
use crate::part::seal::LargeSeal;
use crate::part::stack_path;
use crate::session::{on_cluster, use_session};
use crate::widget::copy::{CopyBlock, CopyButton};
use crate::widget::icon::Icon;
use crate::widget::plain_field::ProblemPlace;
use crate::widget::time::Moment;

#[component]
pub fn Detail(entry: Entry) -> AnyView {
    let ticket = entry.ticket.clone().map(|ticket| view! { <dt>"Ticket"</dt><dd><Ticket ticket/></dd> });
    let brief = (!entry.brief.is_empty()).then(|| view! { <h3>"What changed"</h3><ul class="brief">{entry.brief.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view()}</ul> });
    let why = (!entry.why.is_empty()).then(|| view! { <p class="why">{entry.why.clone()}</p> });
    view! {
        <div class="entry-detail">
            <LargeSeal hash=entry.plan_sha256.clone() label=format!("Seal of record {}, drawn from its plan's hash", number(entry.number))/>
            <div>
                <h3>"Signatures"</h3>
                <div class="signed-pair">
                    {entry.drafted_by.iter().map(|author| view! { <Drafted author=author.clone()/> }).collect_view()}
                    {entry.signers.iter().map(|signer| view! { <Signed signer=signer.clone()/> }).collect_view()}
                </div>
                {why}
                {entry.outcome.clone().map(|outcome| view! { <InTheCluster outcome/> })}
                <Revert entry=entry.clone()/>
            </div>
            <div>
                {brief}
                <h3>"Entry"</h3>
                <dl class="kv">
                    <dt>"Recorded"</dt><dd><Moment at=entry.recorded_at/></dd>
                    <dt>"Commit"</dt><dd><code>{entry.commit.clone()}</code></dd>
                    <dt>"Plan"</dt><dd><code>{entry.plan_sha256.clone()}</code></dd>
                    <dt>"Files"</dt><dd>{format!("{} changed, ", entry.files)}<span class="ic-reconciled">{format!("+{} added", entry.added)}</span>", "<span class="ic-failing">{format!("−{} removed", entry.removed)}</span></dd>
                    {ticket}
                </dl>
                <details class="verify-detail"><summary>"How to verify it without us"</summary><Verify steps=entry.verify/></details>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Verify(steps: Vec<domain::api::cluster::Step>) -> AnyView {
    let step =
        |step: domain::api::cluster::Step| view! { <li><p>{step.what.clone()}</p><CopyBlock text=step.command what=step.what/></li> };
    view! { <ol class="stack-y">{steps.into_iter().map(step).collect_view()}</ol> }.into_any()
}

#[component]
fn Drafted(author: Author) -> AnyView {
    match author.kind {
        AuthorKind::Agent => view! { <div><div class="signature signature--pencil"><span class="signature-name"><Icon name="pencil"/>{author.name}</span><div class="signature-line"></div></div><p class="signature-caption">"Drafted"</p></div> }.into_any(),
        AuthorKind::Person => view! { <p class="signature-caption">"Drafted by "<strong>{author.name}</strong></p> }.into_any(),
    }
}

#[component]
fn Signed(signer: Approval) -> AnyView {
    let how = match (&signer.key, signer.countersigned) {
        (Some(key), true) if !key.is_empty() => format!("Passkey “{key}”, "),
        (_, true) => "Passkey, ".to_owned(),
        (_, false) => "Approved by password, not countersigned, ".to_owned(),
    };
    view! { <div><div class="signature"><span class="signature-name">{signer.name}</span><div class="signature-line"></div></div><p class="signature-caption">{how}<Moment at=signer.accepted_at/></p></div> }.into_any()
}

/// Only what a browser may safely open is a link; whatever else was typed stays text.
#[component]
fn Ticket(ticket: String) -> AnyView {
    if ticket.starts_with("https://") || ticket.starts_with("http://") {
        view! { <a href=ticket.clone() rel="external noopener noreferrer" target="_blank">{ticket.clone()}</a> }.into_any()
    } else {
        view! { <span>{ticket}</span> }.into_any()
    }
}

/// Two clicks and one passkey: a draft whose content is this entry's, with today's variables. `read.js` asks for it.
#[component]
fn Revert(entry: Entry) -> AnyView {
    let Some(stack) = entry.stack.as_deref().and_then(|stack| Name::new(stack).ok()) else { return ().into_any() };
    let session = use_session();
    let target = on_cluster(&entry.environment, &entry.cluster);
    let path = stack_path(&entry.cluster, stack.as_str(), None);
    let start = json(&NewDraft { start: Start::Revert { stack, entry: entry.number } });
    view! {
        <div class="entry-actions">
            <Suspense>{move || session.may(Act::Draft, &target).then(|| view! {
                <button class="btn btn--sm" type="button" data-draft-on=entry.cluster.clone() data-start=start.clone()><Icon name="revert"/>"Revert as draft"</button>
                <a class="btn btn--sm" href=path.clone()>"Edit"</a>
            })}</Suspense>
            <CopyButton text=entry.commit.clone() label="Copy commit"/>
        </div>
        <ProblemPlace/>
    }
    .into_any()
}
