//! A commit that is not ours: as a line between entries, and on a page of its own with its diff.

use domain::api::draft::{NewDraft, Start};
use domain::api::foreign::{ForeignCommit, ForeignDiff};
use domain::name::Name;
use domain::principal::Act;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::api::{encode, json, use_api};
use crate::frame::{Crumb, Frame, Place};
use crate::part::state::{State, StateBadge};
use crate::part::{entry_path, number};
use crate::session::{on_cluster, use_session};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::plain_field::ProblemPlace;
use crate::widget::time::{Clock, Moment};

fn path(commit: &ForeignCommit) -> String {
    format!("/record/{}/foreign/{}", encode(commit.cluster.as_str()), encode(&commit.commit))
}

fn names(stacks: &[Name]) -> String {
    stacks.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// What it touches of ours, in one line.
fn touches(commit: &ForeignCommit) -> String {
    let files = format!("{} file{}", commit.changed, if commit.changed == 1 { "" } else { "s" });
    match (commit.unanswered.as_slice(), commit.stacks.as_slice()) {
        ([], []) if commit.is_merged => format!("{files}; it came in by the merge above it"),
        ([], []) => format!("{files}, none of any stack's"),
        ([], stacks) => format!("{files}, {} among them; answered for since", names(stacks)),
        (open, _) => format!("{files}; {} deploys nothing until somebody answers for it", names(open)),
    }
}

#[component]
pub fn ForeignRow(commit: ForeignCommit) -> AnyView {
    let short: String = commit.commit.chars().take(7).collect();
    let (state, word) = match commit.unanswered.is_empty() {
        true => (State::Paused, "Not ours"),
        false => (State::Blocked, "Stops deploys"),
    };
    view! {
        <article class="entry entry--foreign" aria-label=format!("Commit {short} that is not ours")>
            <span class="seal-none" aria-hidden="true"><Icon name="warn" class="ic-waiting"/></span>
            <span class="record-no">{short.clone()}</span>
            <Clock at=commit.seen_at/>
            <div class="entry-what"><h3><a href=path(&commit)>{if commit.subject.is_empty() { "Without a subject".to_owned() } else { commit.subject.clone() }}</a></h3><p>{touches(&commit)}</p></div>
            <div class="by-list">{commit.author.clone()}</div>
            <div class="by-list">"nobody"</div>
            <code class="hash col-commit">{short.clone()}</code>
            <span><StateBadge state word/></span>
            <span class="col-more"></span>
        </article>
    }
    .into_any()
}

/// Where there are more of them between two entries than are listed.
#[component]
pub fn MoreForeign(cluster: String, more: usize) -> AnyView {
    view! {
        <article class="entry entry--foreign" aria-label="More commits that are not ours">
            <span class="seal-none" aria-hidden="true"></span>
            <p class="entry-what muted">{format!("{more} more in {cluster} before these are not ours either; git log has all of them.")}</p>
        </article>
    }
    .into_any()
}

/// One of them at an address of its own.
#[component]
pub fn Foreign() -> AnyView {
    let params = use_params_map();
    let asked =
        Memo::new(move |_| params.with(|params| (params.get("cluster").unwrap_or_default(), params.get("commit").unwrap_or_default())));
    (move || {
        let (cluster, commit) = asked.get();
        view! { <CommitOf cluster commit/> }
    })
    .into_any()
}

#[component]
fn CommitOf(cluster: String, commit: String) -> AnyView {
    let api = use_api();
    let short: String = commit.chars().take(7).collect();
    let crumbs = vec![
        Crumb::link("Record", "/record"),
        Crumb::link(cluster.clone(), format!("/record?cluster={}", encode(&cluster))),
        Crumb::here(short.clone()),
    ];
    let title = format!("{short} of {cluster}");
    let found = Resource::new(|| (), move |()| api.foreign(&cluster, &commit));
    view! {
        <Frame place=Place::Record title crumbs>
            <Loaded resource=found what="the commit" view=|found| view! { <Shown found/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Shown(found: ForeignDiff) -> AnyView {
    let ForeignDiff { commit, diff, is_cut } = found;
    let title = format!("{} is not ours", commit.commit.chars().take(7).collect::<String>());
    let open = commit.unanswered.iter().map(|stack| view! { <Answer commit=commit.clone() stack=stack.clone()/> }).collect_view();
    let more = (commit.changed as usize > commit.paths.len())
        .then(|| view! { <li class="muted">{format!("and {} more", commit.changed as usize - commit.paths.len())}</li> });
    let paths = commit.paths.iter().map(|path| view! { <li><code>{path.clone()}</code></li> }).collect_view();
    let cut = is_cut.then(|| view! { <p class="muted">"The rest is left off here; git show has all of it."</p> });
    view! {
        <PageHead title about="Somebody pushed it around Countersign: nobody countersigned it, and nothing here vouches for its author or its time."/>
        <section class="book" aria-label="Commit"><div class="entry-detail entry-detail--plain">
            <div>
                {open}
                <dl class="kv">
                    <dt>"Subject"</dt><dd>{commit.subject.clone()}</dd>
                    <dt>"Says it is by"</dt><dd>{commit.author.clone()}</dd>
                    <dt>"Says it was made"</dt><dd><Moment at=commit.authored_at/></dd>
                    <dt>"Met here"</dt><dd><Moment at=commit.seen_at/></dd>
                    <dt>"After"</dt><dd><a href=entry_path(commit.cluster.as_str(), commit.after)>{number(commit.after)}</a></dd>
                    <dt>"Commit"</dt><dd><code>{commit.commit.clone()}</code></dd>
                    <dt>"Touches"</dt><dd>{touches(&commit)}</dd>
                </dl>
                <h3>"Paths"</h3><ul>{paths}{more}</ul>
                <h3>"Diff"</h3><pre class="cluster-said" tabindex="0" role="region" aria-label="Diff">{diff}</pre>{cut}
            </div>
        </div></section>
    }
    .into_any()
}

/// The two ways on, of a stack that somebody changed.
#[component]
fn Answer(commit: ForeignCommit, stack: Name) -> AnyView {
    let session = use_session();
    let cluster = commit.cluster.to_string();
    let start = json(&NewDraft { start: Start::Adopt { stack: stack.clone() } });
    let target = on_cluster(&commit.environment, &cluster);
    let label = format!("Adopt {stack} as draft");
    let button = move || {
        session.may(Act::Draft, &target).then(|| {
            view! { <button class="btn btn--sm" type="button" data-draft-on=cluster.clone() data-start=start.clone()><Icon name="draft"/>{label.clone()}</button> }
        })
    };
    view! {
        <div class="foreign-answer">
            <p><StateBadge state=State::Blocked word="Stops deploys"/>" "{format!("{stack} deploys nothing until somebody answers for this: adopt it as a draft and countersign that, or deploy a draft of your own over it. The plan then asks you to type {stack}.")}</p>
            <div class="entry-actions"><Suspense>{button}</Suspense></div>
            <ProblemPlace/>
        </div>
    }
    .into_any()
}
