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
    // Another person's edit, an undo: shown unless something wrong stands here.
    Effect::new(move |before: Option<String>| {
        let now = value.get();
        if before.as_ref() != Some(&now) {
            typed.set(now.clone());
            error.set(None);
        }
        now
    });
    let save = move || {
        let text = typed.get_untracked().trim().to_owned();
        if text == value.get_untracked() {
            error.set(None);
            return;
        }
        error.set(commit(text).err());
    };
    let enter = save.clone();
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    view! {
        <div class="field">
            <label class="field-label" for=id>{label}</label>
            <input class=class id=id type="text" spellcheck="false" autocomplete="off" prop:value=move || typed.get() value=typed.get_untracked()
                aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=move || error.get().map(|_| described.clone())
                on:input=move |event| typed.set(event_target_value(&event)) on:change=move |_| save()
                on:keydown=move |event| if event.key() == "Enter" { enter() }/>
            <div aria-live="polite">{move || error.get().map(|why| view! { <p class="field-error" id=error_id.clone()><Icon name="fail"/><span>{why}</span></p> })}</div>
        </div>
    }
    .into_any()
}
