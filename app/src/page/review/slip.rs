//! The signing slip: who drafted, who signs, where it goes, what must be typed, and the one button that deploys.

use domain::api::plan::{Approval, Confirm, Plan as Around, Slip};
use domain::api::session::Me;
use domain::plan::{Plan, Writer, WriterKind};
use domain::principal::Act;
use leptos::prelude::*;

use super::files::Stat;
use super::section::{count, shown};
use super::standing::{Standing, StandingView};
use crate::part::environment::EnvironmentMark;
use crate::part::stack_path;
use crate::session::{on_cluster, person_may};
use crate::widget::icon::Icon;
use crate::widget::time::Civil;

#[component]
pub fn SigningSlip(around: Around, plan: Plan, me: Option<Me>, standing: Standing) -> AnyView {
    let open = standing.is_open();
    let folio = plan.draft.as_ref().map(|draft| view! { <span class="folio">{format!("rev {}", draft.revision)}</span> });
    let target = on_cluster(&plan.cluster.environment, &plan.cluster.name);
    let may = |act| me.as_ref().is_some_and(|me| person_may(me, act, &target));
    let (may_sign, may_draft) = (may(Act::Deploy), may(Act::Draft));
    let signed = around.approvals.iter().map(|approval| view! { <Signed approval=approval.clone()/> }).collect_view();
    let has_signed = me.as_ref().is_some_and(|me| around.approvals.iter().any(|approval| approval.person == me.id));
    let line = me.filter(|_| open && !has_signed && around.slip.armed).map(|me| {
        let name = if me.full_name.is_empty() { me.name } else { me.full_name };
        view! { <div><div class="signature"><div class="signature-line"></div></div><p class="signature-caption">{name}{if around.slip.by_password { ", by password: not countersigned" } else { ", with your passkey" }}</p></div> }
    });
    view! {
        <aside class="countersign" id="slip" aria-labelledby="h-countersign">
            <header class="countersign-head"><h2 id="h-countersign">"Countersign"</h2>{folio}</header>
            <Glance slip=around.slip.clone() open/>
            <div class="countersign-body">
                <StandingView standing=standing.clone() plan=around.clone()/>
                <Drafted writers=plan.writers.clone() author=plan.author.name.clone()/>
                {signed}
                {line}
                <hr class="perforation"/>
                <Facts plan=plan.clone() sha256=around.sha256.clone() not_after=around.not_after open by_password=around.slip.by_password/>
                {open.then(|| if may_sign { view! { <Signing around=around.clone()/> } } else { view! { <Reading around=around.clone()/> } })}
                <Ways around plan open may_draft/>
            </div>
        </aside>
    }
    .into_any()
}

/// What a small screen shows at its foot until the slip is opened. A link, so that it needs no script.
#[component]
fn Glance(slip: Slip, open: bool) -> AnyView {
    let label = if open && slip.armed { "Read the slip and sign" } else { "Read the slip" };
    let reason = slip.reason.filter(|_| open).map(|reason| view! { <p class="fine">{reason}</p> });
    view! { <div class="slip-glance">{reason}<a class="btn" href="#slip" rel="external"><Icon name="slip"/>{label}</a></div> }.into_any()
}

#[component]
fn Drafted(writers: Vec<Writer>, author: String) -> AnyView {
    let (people, agents): (Vec<Writer>, Vec<Writer>) = writers.into_iter().partition(|writer| writer.kind == WriterKind::Person);
    let names = |list: &[Writer]| list.iter().map(|writer| shown(&writer.name)).collect::<Vec<_>>().join(", ");
    let by = match (people.is_empty(), agents.is_empty()) {
        (true, true) => format!("Drafted by {}", shown(&author)),
        (true, false) => "Drafted".to_owned(),
        (false, true) => format!("Drafted by {}", names(&people)),
        (false, false) => format!("Drafted, with {}", names(&people)),
    };
    let pencil = (!agents.is_empty()).then(|| {
        view! { <div class="signature signature--pencil"><span class="signature-name"><Icon name="pencil"/>{names(&agents)}</span><div class="signature-line"></div></div> }
    });
    view! { <div data-body="drafted">{pencil}<p class="signature-caption">{by}</p></div> }.into_any()
}

#[component]
fn Signed(approval: Approval) -> AnyView {
    let how = match (&approval.key, approval.countersigned) {
        (_, false) => "Approved by password, not countersigned, ".to_owned(),
        (Some(key), true) if !key.is_empty() => format!("Countersigned with “{}”, ", shown(key)),
        (_, true) => "Countersigned, ".to_owned(),
    };
    view! { <div><div class="signature"><span class="signature-name">{approval.name}</span><div class="signature-line"></div></div><p class="signature-caption">{how}<When at=approval.accepted_at/></p></div> }.into_any()
}

/// `page.js` turns it into the reader's zone.
#[component]
pub fn When(at: i64) -> AnyView {
    let civil = Civil::utc(at);
    let exact = civil.rfc3339();
    view! { <time data-local="" datetime=exact.clone() title=exact.clone()>{format!("{} {} UTC", &exact[..10], civil.clock())}</time> }
        .into_any()
}

#[component]
fn Facts(plan: Plan, sha256: String, not_after: i64, open: bool, by_password: bool) -> AnyView {
    let (added, removed) = plan
        .changed_files()
        .fold((0_u32, 0_u32), |(added, removed), file| (added.saturating_add(file.added), removed.saturating_add(file.removed)));
    let short = match (sha256.get(..4), sha256.get(60..)) {
        (Some(head), Some(tail)) => format!("{head}…{tail}"),
        _ => sha256.clone(),
    };
    let held = match by_password {
        true => "Your password approves this plan and no other. It signs nothing.",
        false => "Your passkey signs this plan. If anything changes, you are asked again.",
    };
    let held = open.then(|| view! { <br/><span class="fine">{held}</span> });
    let until = open.then(|| view! { <dt>"Until"</dt><dd><When at=not_after/></dd> });
    view! {
        <dl class="kv">
            <dt>"Target"</dt><dd data-fact="target"><EnvironmentMark name=plan.cluster.environment.to_string()/>" "{plan.cluster.name.to_string()}</dd>
            <dt>"Commit to"</dt><dd data-fact="repository"><code class="wrap">{shown(&plan.repository.url)}</code>" "{shown(&plan.repository.branch)}</dd>
            <dt>"Size"</dt><dd data-fact="size">{count(plan.changed_files().count(), "file")}", "<Stat added removed/></dd>
            <dt>"Plan"</dt><dd><code title=sha256>{short}</code>{held}</dd>
            {until}
        </dl>
    }
    .into_any()
}

/// For those whose roles let them read alone: where signing would be, who can.
#[component]
fn Reading(around: Around) -> AnyView {
    let cluster = around.cluster.clone();
    let who = if around.slip.who_can.is_empty() { "nobody can yet".to_owned() } else { around.slip.who_can.join(", ") };
    view! {
        <hr class="perforation"/>
        <div class="signature"><div class="signature-line"></div></div>
        <p class="muted">{format!("You can read this plan. Countersigning for {cluster}: ")}<strong>{who}</strong>"."</p>
    }
    .into_any()
}

/// No form, so that Enter in a field sends nothing.
#[component]
fn Signing(around: Around) -> AnyView {
    let slip = around.slip;
    if !slip.armed {
        let who = (!slip.who_can.is_empty()).then(|| view! { <p class="fine">"Can countersign: "{slip.who_can.join(", ")}</p> });
        return view! {
            <hr class="perforation"/>
            <div class="countersign-actions">
                <button class="btn btn--seal" type="button" disabled=true aria-describedby="why"><Icon name="passkey"/>"Countersign & deploy"</button>
                <p class="fine" id="why">{slip.reason.unwrap_or_else(|| "This plan cannot be signed by you now.".to_owned())}</p>
                {who}
            </div>
        }
        .into_any();
    }
    let words = slip.confirm.into_iter().enumerate().map(|(at, confirm)| view! { <Typed at confirm/> }).collect_view();
    let password = slip.by_password.then(|| {
        view! {
            <div><label class="field-label" for="password">"Your password"</label>
                <input class="input" id="password" type="password" autocomplete="current-password" data-password="" aria-describedby="password-hint"/>
                <p class="field-hint" id="password-hint">"This environment lets people without a signing key approve by password. Nobody but this server can check that: slip, record and commit will read “not countersigned”."</p></div>
        }
    });
    let label = if slip.by_password { "Approve & deploy, not countersigned" } else { "Countersign & deploy" };
    let sign = if slip.by_password { "key" } else { "passkey" };
    view! {
        <hr class="perforation"/>
        {words}
        {password}
        <div class="callout callout--failing" data-problem="" role="alert" hidden=true></div>
        <div class="countersign-actions">
            <button class="btn btn--seal" type="button" disabled=true aria-describedby="why" data-sign=""><Icon name=sign/>{label}</button>
            <p class="fine" id="why" data-why="" role="status">"Signing needs JavaScript: this browser first checks the plan byte for byte."</p>
        </div>
    }
    .into_any()
}

#[component]
fn Typed(at: usize, confirm: Confirm) -> AnyView {
    let id = format!("typed-{at}");
    let hint = format!("{id}-hint");
    let word = shown(&confirm.word);
    view! {
        <div>
            <label class="field-label" for=id.clone()>"Type "<code>{word}</code>" to confirm"</label>
            <input class="input input--mono" id=id type="text" autocomplete="off" autocapitalize="off" spellcheck="false" data-typed=confirm.word aria-describedby=hint.clone()/>
            <p class="field-hint" id=hint>{shown(&confirm.reason)}</p>
        </div>
    }
    .into_any()
}

/// What else can be done with it.
#[component]
fn Ways(around: Around, plan: Plan, open: bool, may_draft: bool) -> AnyView {
    let builder = plan.stack.as_ref().map(|stack| {
        let href = stack_path(plan.cluster.name.as_str(), stack.id.as_str(), around.draft.as_deref());
        view! { <a class="btn" href=href rel="external">"Open in builder"</a> }
    });
    let settled = around.deployment.as_ref().is_some_and(|deployment| {
        use domain::api::plan::DeploymentState::{Intended, Recorded, Unclear};
        matches!(deployment.state, Intended | Recorded | Unclear)
    });
    // Where there is a button to sign, it has a place for problems of its own.
    let signable = open && around.slip.armed;
    let again =
        (!open && !settled && may_draft).then(|| view! { <button class="btn" type="button" data-plan-again="">"Plan again"</button> });
    let discard = (!settled && may_draft).then(|| around.draft.clone()).flatten().map(|draft| {
        view! {
            <details class="fold fold--quiet"><summary>"Discard draft"</summary>
                <p class="fine">"The draft closes for everyone. It can be restored from the stack's page."</p>
                <button class="btn btn--danger btn--sm" type="button" data-discard=draft>"Discard this draft"</button></details>
        }
    });
    view! {
        <div class="countersign-actions">
            {(!signable).then(|| view! { <div class="callout callout--failing" data-problem="" role="alert" hidden=true></div> })}
            <div class="row">{again}{builder}</div>
            {discard}
        </div>
    }
    .into_any()
}
