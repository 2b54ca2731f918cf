//! A field that is saved when it is left or Enter is pressed; a wrong value stays where it was typed.

use leptos::prelude::*;

use crate::builder::board::use_board;
use crate::widget::icon::Icon;

#[component]
pub fn CommitField<F>(id: &'static str, label: &'static str, value: Signal<String>, commit: F, #[prop(optional)] mono: bool) -> AnyView
where
    F: Fn(String) -> Result<(), String> + Clone + Send + Sync + 'static,
{
    let board = use_board();
    let class = if mono { "input input--mono" } else { "input" };
    if !board.may_edit {
        return view! { <dl class="kv"><dt>{label}</dt><dd>{value}</dd></dl> }.into_any();
    }
    let typed = RwSignal::new(value.get_untracked());
    let error = RwSignal::new(None::<String>);
    // What stood here, and of which revision, when somebody began to type.
    let begun = StoredValue::new(None::<(String, u64)>);
    // An undo, or another person's edit: shown unless somebody is typing here, and held against what they type.
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.as_ref() != Some(&now) && begun.with_value(Option::is_none) {
            typed.set(now.clone());
            error.set(None);
        }
        now
    });
    let begin = move || {
        if begun.with_value(Option::is_none) {
            begun.set_value(Some((value.get_untracked(), board.saver.base())));
        }
    };
    let save = move || {
        let (text, base) = (typed.get_untracked().trim().to_owned(), begun.with_value(|begun| begun.as_ref().map(|(_, base)| *base)));
        error.set(if text == value.get_untracked() { None } else { board.saver.since(base, || commit(text)).err() });
        if error.with_untracked(Option::is_none) {
            begun.set_value(None);
        }
    };
    // Left as it was found: what others did here meanwhile is shown now.
    let leave = move || {
        if begun.with_value(|begun| begun.as_ref().is_some_and(|(before, _)| typed.with_untracked(|typed| typed == before))) {
            begun.set_value(None);
            typed.set(value.get_untracked());
        }
    };
    let enter = save.clone();
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <input class=class id=id type="text" spellcheck="false" autocomplete="off" prop:value=move || typed.get() value=typed.get_untracked()
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=move || error.get().map(|_| described.clone())
                on:input=move |event| { begin(); typed.set(event_target_value(&event)); } on:change=move |_| save() on:blur=move |_| leave()
                on:keydown=move |event| if event.key() == "Enter" { enter() }/>
            <div aria-live="polite">{move || error.get().map(|why| view! { <p class="field-error" id=error_id.clone()><Icon name="fail"/><span>{why}</span></p> })}</div>
        </div>
    }
    .into_any()
}
