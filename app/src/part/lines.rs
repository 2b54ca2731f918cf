//! Lines that come and go, as a diff shows them.

use domain::plan::diff::{Hunk, Sign};
use domain::visible::shown;
use leptos::prelude::*;

/// Lines before the fold.
const BEFORE_THE_FOLD: usize = 60;

#[component]
pub fn Lines(hunks: Vec<Hunk>) -> AnyView {
    let mut rows = Vec::new();
    for hunk in hunks {
        let (mut before, mut after) = (hunk.before, hunk.after);
        rows.push(
            view! { <div class="ln hunk"><span></span><span></span><span></span><span>{format!("@@ line {after}")}</span></div> }
                .into_any(),
        );
        for (sign, text) in hunk.lines {
            let text = shown(&text).into_owned();
            rows.push(match sign {
                Sign::Same => {
                    view! { <div class="ln"><span>{before}</span><span>{after}</span><span></span><span>{text}</span></div> }.into_any()
                }
                Sign::Removed => {
                    view! { <div class="ln del"><span>{before}</span><span></span><span>"−"</span><span>{text}</span></div> }.into_any()
                }
                Sign::Added => {
                    view! { <div class="ln add"><span></span><span>{after}</span><span>"+"</span><span>{text}</span></div> }.into_any()
                }
            });
            before += usize::from(sign != Sign::Added);
            after += usize::from(sign != Sign::Removed);
        }
    }
    if rows.len() <= BEFORE_THE_FOLD {
        return rows.collect_view().into_any();
    }
    let rest = rows.split_off(BEFORE_THE_FOLD);
    let summary = format!("Show the other {} lines", rest.len());
    view! { {rows.collect_view()}<details class="fold"><summary>{summary}</summary>{rest.collect_view()}</details> }.into_any()
}
