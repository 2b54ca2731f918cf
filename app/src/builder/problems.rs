//! What the check found, under the canvas: level, place, sentence, hint, and the way there.

use domain::finding::{Finding, Level};
use domain::fix::Fix;
use domain::name::Name;
use leptos::prelude::*;

use super::board::{Board, name_in, use_board};
use super::{dom, mend, standing};
use crate::part::finding::icon;
use crate::widget::icon::Icon;

#[component]
pub fn Problems() -> AnyView {
    let board = use_board();
    let shown = RwSignal::new(true);
    let open = Memo::new(move |_| board.check.with(standing::open));
    let tally = move || {
        let words = open.with(|open| standing::tally(open));
        if words.is_empty() { "none".to_owned() } else { words }
    };
    let mendable = Memo::new(move |_| {
        board.check.with(|check| standing::open(check).into_iter().map(|one| (standing::fixes_of(check, &one), one)).collect::<Vec<_>>())
    });
    let rows = move || mendable.get().into_iter().map(|(fixes, finding)| row(board, finding, fixes)).collect_view();
    view! {
        <section class="problems" data-region="" aria-labelledby="problems-title">
            <div class="problems-head">
                <h2 id="problems-title">"Problems"</h2><span class="tally" role="status">{tally}</span>
                <span class="push"><span class="heard" role="status" aria-live="polite">{move || board.heard.get()}</span><button class="icon-button icon-button--sm" type="button" aria-expanded=move || shown.get().to_string() aria-controls="problems-list" aria-label="Show problems" on:click=move |_| shown.update(|shown| *shown = !*shown)><Icon name="down"/></button></span>
            </div>
            <ul class="problems-list" id="problems-list" hidden=move || !shown.get()>{rows}</ul>
        </section>
    }
    .into_any()
}

pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Pass => "pass",
        Level::Warn => "warning",
        Level::Confirm => "needs confirmation",
        Level::Block => "error",
    }
}

fn row(board: Board, finding: Finding, fixes: Vec<Fix>) -> AnyView {
    let (name, ink) = icon(finding.level);
    let id = finding.at.component.as_deref().and_then(|id| Name::new(id).ok());
    let line = finding.at.line;
    let spot = [finding.at.path.clone(), line.map(|line| format!("line {line}"))]
        .into_iter()
        .flatten()
        .next()
        .map(|spot| format!(", {spot}"))
        .unwrap_or_default();
    let place = match id {
        Some(id) => {
            let shown = board.content.with(|stack| name_in(stack, &id));
            let jump = move |_| {
                board.pointed.set(line.map(|line| (id.clone(), line)));
                board.choose(&id);
                dom::focus(super::inspector::FIRST);
            };
            view! { <button class="link-button problem-where" type="button" on:click=jump>{shown}{spot}</button> }.into_any()
        }
        None => view! { <span class="problem-where">"Whole stack"{spot}</span> }.into_any(),
    };
    view! {
        <li class="problem"><Icon name=name class=ink/>{place}<span class="problem-text"><span class="sr-only">{level_word(finding.level)}": "</span>{finding.reason}{finding.hint.map(|hint| view! { <span class="muted">" "{hint}</span> })}</span>{mend::buttons(board, fixes)}</li>
    }
    .into_any()
}
