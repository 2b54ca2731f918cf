//! Fields of a page without wasm; its script puts a problem into the place kept for it.

use leptos::prelude::*;

/// `name` is the field's path in the request.
#[component]
pub fn PlainField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional)] mono: bool,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] placeholder: String,
) -> AnyView {
    let id = format!("field-{name}");
    let described = format!("{id}-hint {id}-error");
    let autocomplete = if autocomplete.is_empty() { "off" } else { autocomplete };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}{(!required).then(|| view! { <span class="faint">" optional"</span> })}</label>
            <input class="input" class:input--mono=mono id=id.clone() name=name type=kind value=value autocomplete=autocomplete placeholder=placeholder
                spellcheck="false" autocapitalize="off" aria-describedby=described required=required/>
            <p class="field-hint" id=format!("{id}-hint") hidden=hint.is_empty()>{hint.clone()}</p>
            <p class="field-error" id=format!("{id}-error") hidden=true></p>
        </div>
    }
    .into_any()
}

/// Several lines, without the browser's corrections.
#[component]
pub fn PlainArea(
    name: &'static str,
    #[prop(into)] label: String,
    rows: u32,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: String,
) -> AnyView {
    let id = format!("field-{name}");
    let described = format!("{id}-hint {id}-error");
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}<span class="faint">" optional"</span></label>
            <textarea class="input input--mono" id=id.clone() name=name rows=rows placeholder=placeholder autocomplete="off" spellcheck="false"
                autocapitalize="off" aria-describedby=described></textarea>
            <p class="field-hint" id=format!("{id}-hint") hidden=hint.is_empty()>{hint.clone()}</p>
            <p class="field-error" id=format!("{id}-error") hidden=true></p>
        </div>
    }
    .into_any()
}

/// One of several; `options` are value and label, the first is chosen.
#[component]
pub fn PlainSelect(name: &'static str, #[prop(into)] label: String, options: Vec<(String, String)>) -> AnyView {
    let id = format!("field-{name}");
    let described = format!("{id}-error");
    let option = |(value, label): (String, String)| view! { <option value=value>{label}</option> };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <select class="input" id=id.clone() name=name aria-describedby=described>{options.into_iter().map(option).collect_view()}</select>
            <p class="field-error" id=format!("{id}-error") hidden=true></p>
        </div>
    }
    .into_any()
}

/// Where the script writes what went wrong with the form as a whole.
#[component]
pub fn ProblemPlace() -> AnyView {
    view! { <div class="callout callout--failing" data-problem="" role="alert" hidden=true></div> }.into_any()
}
