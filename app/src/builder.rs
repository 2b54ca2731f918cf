//! The stack builder: a draft is drawn, wired and typed here, and every edit saves itself.

mod add;
mod board;
mod canvas;
mod clip;
mod describe;
mod discard;
mod dom;
mod editor;
mod fold;
mod head;
mod history;
mod inspector;
mod mend;
mod moved;
mod notice;
mod outline;
mod problems;
mod saving;
mod standing;
#[cfg(feature = "hydrate")]
mod together;
mod undo;

use domain::api::draft::Draft;
use leptos::prelude::*;

use add::{AddAddon, AddManifest};
use board::Board;
use canvas::Canvas;
use head::Head;
use inspector::Dock;
use mend::MoveToSecret;
use notice::Notices;
use outline::Outline;
use problems::Problems;

/// One draft, from its header to its last problem.
#[component]
pub fn Builder(draft: Draft) -> AnyView {
    let board = Board::new(draft);
    provide_context(board);
    provide_context(canvas::Hand::new());
    board.save_what_is_left_on_leaving();
    history::survive_a_reload(board);
    fold::remember(board);
    // Others edit, and the record moves, while nobody looks.
    dom::on_coming_back(move || board.saver.refresh());
    #[cfg(feature = "hydrate")]
    together::listen(board);
    #[cfg(feature = "hydrate")]
    together::keep_what_waits(board);
    Effect::new(move |_| {
        board.content.track();
        board.forget_what_is_gone();
    });
    view! {
        <div class="builder" on:keydown=move |event| mend::by_key(board, &event)>
            <Head/>
            <Notices/>
            <div class="builder-body">
                <Outline/>
                <section class="canvas-col" aria-label="Canvas">
                    <Canvas/>
                    <Problems/>
                </section>
                <Dock/>
            </div>
            <p class="sr-only" role="status" aria-live="polite">{move || board.said.get()}</p>
        </div>
        {board.may_edit.then(|| view! { <AddAddon/><AddManifest/><MoveToSecret/> })}
    }
    .into_any()
}
