//! The waves, what each step does, and what becomes of objects in the cluster.

use domain::plan::{Does, Effect, Kind, Step, Wave, What};
use leptos::prelude::*;

use super::section::{Section, count, shown};
use crate::widget::icon::Icon;

/// A chart may make hundreds of objects; what matters most stands first.
const EFFECTS: usize = 12;

#[component]
pub fn Order(kind: Kind, order: Vec<Wave>, effects: Vec<Effect>) -> AnyView {
    let leaves = order.iter().flat_map(|wave| &wave.steps).any(|step| matches!(step.does, Does::Remove | Does::LetGo));
    let note = match kind {
        _ if order.is_empty() => "",
        Kind::StackRemoval if order.len() > 1 => "This entry takes the first wave, each later one an entry of its own",
        Kind::StackRemoval => "Goes at once",
        _ if leaves => "What leaves goes at once; then each wave starts when the one before it is ready",
        _ => "A wave starts when the one before it is ready",
    };
    let waves = if order.is_empty() {
        view! { <p class="sheet-body muted">"Nothing starts: this plan changes files only."</p> }.into_any()
    } else {
        let wave = |(at, wave): (usize, Wave)| view! { <Column number=at + 1 wave/> };
        view! { <ol class="waves-list">{order.into_iter().enumerate().map(wave).collect_view()}</ol> }.into_any()
    };
    let effects = (!effects.is_empty()).then(|| {
        let list = |effects: &[Effect]| effects.iter().cloned().map(|effect| view! { <Becomes effect/> }).collect_view();
        let (first, more) = effects.split_at(effects.len().min(EFFECTS));
        let more = (!more.is_empty()).then(|| {
            let summary = format!("Show the other {}", count(more.len(), "object"));
            view! { <details class="fold fold--quiet"><summary>{summary}</summary><ul class="stack-y">{list(more)}</ul></details> }
        });
        view! { <div class="sheet-body"><ul class="stack-y" aria-label="What becomes of objects">{list(first)}</ul>{more}</div> }
    });
    view! { <Section id="order" title="Order" note>{waves}{effects}</Section> }.into_any()
}

#[component]
fn Column(number: usize, wave: Wave) -> AnyView {
    let quiet = wave.steps.iter().all(|step| step.does == Does::Nothing);
    let step = |step: Step| {
        let (icon, ink, word) = match step.does {
            Does::Add => ("plus", "ic-reconciled", "new"),
            Does::Change => ("nib", "ic-draft", "changes"),
            Does::Remove => ("trash", "ic-failing", "goes away"),
            Does::LetGo => ("minus", "ic-waiting", "is let go, runs on"),
            Does::Nothing => ("ok", "faint", "stays"),
        };
        let class = if step.does == Does::Nothing { "same" } else { "" };
        let name = if step.does == Does::Remove { "strike" } else { "" };
        view! { <li class=class><Icon name=icon class=ink/><span class=name>{step.name.to_string()}</span><span class="faint">{word}</span></li> }
    };
    view! {
        <li class="wave-col"><h3><b>{number}</b>{quiet.then_some("nothing changes")}</h3><ul>{wave.steps.into_iter().map(step).collect_view()}</ul></li>
    }
    .into_any()
}

#[component]
fn Becomes(effect: Effect) -> AnyView {
    let (word, ink) = match effect.what {
        What::WillBeDeleted => ("will be deleted", "ic-failing"),
        What::StaysBehind => ("stays behind", "ic-waiting"),
        What::Unknown => ("unknown, not rendered", "muted"),
    };
    let note = effect.note.map(|note| view! { <span class="muted">" "{shown(&note)}</span> });
    view! { <li><code>{shown(&effect.object.to_string())}</code>" "<strong class=ink>{word}</strong>{note}</li> }.into_any()
}
