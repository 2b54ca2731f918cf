//! The dock: the chosen component with its fields, its text, and what its expressions resolve to.

mod declared;
mod facts;
mod field;
mod newer;
mod waits;

use domain::api::outcome::ComponentOutcome;
use domain::change::Change;
use domain::finding::Finding;
use domain::name::Name;
use domain::stack::{Component, Content, field as rule};
use leptos::prelude::*;

use super::board::{Board, Chosen, use_board};
use super::canvas::CANVAS;
use super::editor::TextEditor;
use super::{dom, fold};
use super::{mend, standing};
use crate::part::finding::FindingList;
use crate::widget::icon::Icon;
use crate::widget::time::{age, now_micros};
use domain::text::sentence;

use declared::Declared;
#[cfg(feature = "hydrate")]
pub use facts::level;
pub use facts::mentions;
use facts::{Secrets, Variables};
use field::CommitField;
use newer::Newer;
use waits::WaitsFor;

/// On a middling screen it lies over the canvas.
pub const DOCK: &str = "dock";

/// The id of the first control: Enter on a node leads here.
pub const FIRST: &str = "inspect-first";

#[component]
pub fn Dock() -> AnyView {
    let board = use_board();
    // Choosing the same again must not build its editor anew.
    let chosen = Memo::new(move |_| board.chosen.get());
    let is_fold = Memo::new(move |_| board.chosen_fold().is_some());
    let body = move || match chosen.get() {
        Some(Chosen::Component(_)) if is_fold.get() => view! { <FoldView/> }.into_any(),
        Some(Chosen::Component(id)) => view! { <Inspector id/> }.into_any(),
        Some(Chosen::Edge { component, on }) => view! { <EdgeView component on/> }.into_any(),
        None => view! { <Whole/> }.into_any(),
    };
    let close = move || {
        board.chosen.get().map(|_| {
            view! { <button class="icon-button icon-button--sm" type="button" aria-label="Close the inspector" on:click=move |_| { board.flush(); board.chosen.set(None); dom::focus(CANVAS); }><Icon name="cross"/></button> }
        })
    };
    view! {
        <aside class="dock" id=DOCK data-region="" class:dock--open=move || board.chosen.get().is_some() aria-label="Inspector">
            <div class="dock-bar"><h2 class="dock-title">"Inspector"</h2><span class="push">{close}</span></div>
            <div class="inspect dock-scroll">{body}</div>
        </aside>
    }
    .into_any()
}

/// Nothing is chosen: the stack as a whole.
#[component]
fn Whole() -> AnyView {
    let board = use_board();
    let about = move || board.content.with(|stack| stack.description.clone());
    view! {
        <div class="inspect-head">
            <p class="muted">"Choose a component to see its chart, its order and its values."</p>
            {move || about().map(|about| view! { <p>{about}</p> })}
        </div>
        <Declared/>
        <Variables/>
        <Secrets/>
    }
    .into_any()
}

/// A folded namespace: who is in it.
#[component]
fn FoldView() -> AnyView {
    let board = use_board();
    let Some(found) = untrack(|| board.chosen_fold()) else { return ().into_any() };
    let member = |id: Name| {
        let name = board.shown_name(&id);
        view! { <li><button class="link-button" type="button" on:click=move |_| board.choose(&id)>{name}</button></li> }
    };
    let members = found.members.into_iter().map(member).collect_view();
    view! {
        <div class="inspect-head">
            <div class="inspect-title"><Icon name="stack"/><h2>{fold::named(&found.namespace)}</h2><span class="faint">"folded namespace"</span></div>
            <div><button class="btn btn--sm" type="button" id=FIRST on:click=move |_| { fold::toggle(board); dom::focus(CANVAS); }>"Unfold"</button></div>
            <ul>{members}</ul>
        </div>
    }
    .into_any()
}

#[component]
fn EdgeView(component: Name, on: Name) -> AnyView {
    let board = use_board();
    let words = format!("{} waits for {}", board.shown_name(&component), board.shown_name(&on));
    let cut = board.may_edit.then(|| {
        view! { <button class="btn btn--sm btn--danger" type="button" id=FIRST on:click=move |_| { board.disconnect(&component, &on); dom::focus(CANVAS); }>"Remove this edge"</button> }
    });
    view! {
        <div class="inspect-head">
            <div class="inspect-title"><Icon name="edge"/><h2>{words}</h2></div>
            <p class="muted">"Flux starts the second only once the first is ready."</p>
            <div>{cut}</div>
        </div>
    }
    .into_any()
}

#[component]
fn Inspector(id: Name) -> AnyView {
    let board = use_board();
    let of = id.clone();
    let component = Memo::new(move |_| board.content.with(|stack| stack.component(of.as_str()).cloned()));
    let Some(found) = component.get_untracked() else { return ().into_any() };
    let (glyph, kind) = (standing::glyph(&found.content), standing::kind(&found.content));
    let name = move || component.with(|found| found.as_ref().map(|found| found.name.to_string()).unwrap_or_default());
    let gone = id.clone();
    let remove = board.may_edit.then(|| {
        view! { <button class="icon-button icon-button--sm" type="button" aria-label=move || format!("Remove {}", name()) title="Remove" on:click=move |_| { board.remove(&gone); dom::focus(CANVAS); }><Icon name="trash"/></button> }
    });
    let (of, parted) = (id.clone(), id.clone());
    // What was never deployed does not run on.
    let runs = move || {
        board.may_edit && board.recorded.with(|recorded| recorded.as_ref().is_some_and(|stack| stack.component(of.as_str()).is_some()))
    };
    let let_go = move || {
        let parted = parted.clone();
        runs().then(|| {
            view! { <p><button class="btn btn--sm btn--quiet" type="button" on:click=move |_| { board.let_go(&parted); dom::focus(CANVAS); }>"Let go, keep it running"</button></p> }
        })
    };
    let of = id.clone();
    let problems = move || {
        let open = board.check.with(|check| standing::open_of(check, of.as_str()));
        let mends = Callback::new(move |finding: Finding| {
            mend::buttons(board, board.check.with_untracked(|check| standing::fixes_of(check, &finding)))
        });
        (!open.is_empty()).then(|| view! { <div class="inspect-part"><FindingList findings=open mends/></div> })
    };
    let live = board.live_of(&id).map(|live| view! { <InTheCluster live/> });
    let chart = matches!(found.content, Content::Addon(_)).then(|| view! { <ChartFields id=id.clone() component/> });
    view! {
        <div class="inspect-head">
            <div class="inspect-title"><Icon name=glyph/><h2>{name}</h2><span class="faint">{kind}</span>{remove}</div>
            <CommonFields id=id.clone() component/>
            {chart}
            <WaitsFor id=id.clone() component/>
            {let_go}
        </div>
        {live}
        {problems}
        <TextEditor id=id.clone()/>
        <Variables of=id.clone()/>
        <Secrets of=id/>
    }
    .into_any()
}

/// What the cluster said of the recorded component when the page was opened.
#[component]
fn InTheCluster(live: ComponentOutcome) -> AnyView {
    let (glyph, ink) = standing::live(live.state);
    let since = live.since.map(|at| format!(", {}", age(at, now_micros())));
    let message = live
        .message
        .map(|message| view! { <pre class="cluster-said" tabindex="0" role="region" aria-label="What the cluster said">{message}</pre> });
    view! {
        <section class="inspect-part" aria-label="In the cluster"><h3>"In the cluster"</h3>
            <p><span class="flagged"><Icon name=glyph class=ink/>{live.word}</span><span class="faint">{since}</span></p>
            <p>{live.sentence}</p>{message}
        </section>
    }
    .into_any()
}

type Found = Memo<Option<Component>>;

#[component]
fn CommonFields(id: Name, component: Found) -> AnyView {
    let board = use_board();
    let name = Signal::derive(move || component.with(|found| found.as_ref().map(|found| found.name.to_string()).unwrap_or_default()));
    let namespace =
        Signal::derive(move || component.with(|found| found.as_ref().and_then(|found| found.namespace.clone()).unwrap_or_default()));
    let needed = component.with_untracked(|found| found.as_ref().is_some_and(|found| matches!(found.content, Content::Addon(_))));
    let (of, at) = (id.clone(), id);
    let rename = move |typed: String| {
        let name = Name::new(&typed).map_err(|error| sentence(&error.to_string()))?;
        commit(board, Change::RenameComponent { component: of.clone(), name })
    };
    let place = move |typed: String| {
        if typed.is_empty() && needed {
            return Err("An addon needs a namespace.".to_owned());
        }
        let namespace = Some(typed).filter(|typed| !typed.is_empty());
        namespace.as_deref().map_or(Ok(()), rule::namespace).map_err(|why| sentence(&why))?;
        commit(board, Change::SetNamespace { component: at.clone(), namespace })
    };
    view! {
        <CommitField id=FIRST label="Name" value=name commit=rename/>
        <CommitField id="inspect-namespace" label="Namespace" value=namespace commit=place mono=true/>
    }
    .into_any()
}

#[component]
fn ChartFields(id: Name, component: Found) -> AnyView {
    let board = use_board();
    let chart = move |part: fn(&domain::stack::Chart) -> &String| {
        Signal::derive(move || {
            component.with(|found| match found.as_ref().map(|found| &found.content) {
                Some(Content::Addon(addon)) => part(&addon.chart).clone(),
                _ => String::new(),
            })
        })
    };
    let (repository, name, version) = (chart(|chart| &chart.repository), chart(|chart| &chart.name), chart(|chart| &chart.version));
    let (a, b, c) = (id.clone(), id.clone(), id.clone());
    let set_repository = move |typed: String| {
        rule::chart_repository(&typed).map_err(|why| sentence(&why))?;
        commit(board, Change::SetChartSource { component: a.clone(), repository: typed, name: name.get_untracked() })
    };
    let set_name = move |typed: String| {
        rule::chart_name(&typed).map_err(|why| sentence(&why))?;
        commit(board, Change::SetChartSource { component: b.clone(), repository: repository.get_untracked(), name: typed })
    };
    let set_version = move |typed: String| {
        rule::chart_version(&typed).map_err(|why| sentence(&why))?;
        commit(board, Change::SetChartVersion { component: c.clone(), version: typed })
    };
    view! {
        <CommitField id="inspect-repository" label="Repository" value=repository commit=set_repository mono=true/>
        <div class="inspect-pair">
            <CommitField id="inspect-chart" label="Chart" value=name commit=set_name mono=true/>
            <CommitField id="inspect-version" label="Version" value=version commit=set_version mono=true/>
        </div>
        <Newer id component/>
    }
    .into_any()
}

/// The board's refusal becomes the field's own.
fn commit(board: Board, change: Change) -> Result<(), String> {
    if board.change(vec![change]) {
        return Ok(());
    }
    let why = board.refused.get_untracked().unwrap_or_default();
    board.refused.set(None);
    Err(why)
}
