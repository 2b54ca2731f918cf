//! Putting a draft away, after a second press. It can be restored from the stack's page, where this leads.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::board::use_board;
use crate::api::use_api;
use crate::part::drafts_path;
use crate::widget::toast::use_toaster;
use crate::widget::twice::TwiceButton;

#[component]
pub fn Discard() -> AnyView {
    let (board, api, navigate, toaster) = (use_board(), use_api(), use_navigate(), use_toaster());
    let (draft, to) =
        board.summary.with_untracked(|summary| (summary.id.clone(), drafts_path(summary.cluster.as_str(), summary.stack.as_str())));
    let discard = Action::new(move |(): &()| {
        let (answer, navigate, to) = (api.discard_draft(&draft), navigate.clone(), to.clone());
        async move {
            match answer.await {
                Ok(()) => {
                    board.saver.forget_the_rest();
                    toaster.say("The draft is discarded. It can be restored here.");
                    navigate(&to, Default::default());
                }
                Err(wrong) => board.saver.refused.set(Some(wrong)),
            }
        }
    });
    let act = Callback::new(move |()| {
        discard.dispatch(());
    });
    view! { <TwiceButton word="Discard" again="Really discard" name="this draft" busy=discard.pending() act/> }.into_any()
}
