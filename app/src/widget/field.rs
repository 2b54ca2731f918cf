//! Fields of a form: label, input, hint, and the problem that is about this very field.

use domain::problem::Problem;
use leptos::prelude::*;

use super::icon::Icon;

/// The problem of a form, shown at the field it names; what is about no field stands above the buttons.
pub type FormProblem = RwSignal<Option<Problem>>;

/// Whether a problem's path leads to this field: `name` also takes `name[2]` and `name.x`.
pub fn is_about(problem: &Problem, field: &str) -> bool {
    let Some(rest) = problem.at.as_deref().and_then(|at| at.strip_prefix(field)) else { return false };
    rest.is_empty() || rest.starts_with(['.', '['])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    #[default]
    Text,
    /// Hashes, keys, names of things in a cluster.
    Mono,
    Password,
    Number,
    Url,
}

/// One line. `name` is the field's path in the request.
#[component]
pub fn TextField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    problem: FormProblem,
    #[prop(optional)] kind: Kind,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional, into)] autocomplete: String,
    #[prop(optional)] required: bool,
) -> AnyView {
    let error = error_of(problem, &name);
    let (id, described) = ids(&name, &hint, error);
    let input_type = match kind {
        Kind::Password => "password",
        Kind::Url => "url",
        _ => "text",
    };
    let class = if matches!(kind, Kind::Text) { "input" } else { "input input--mono" };
    let autocomplete = if autocomplete.is_empty() { "off".to_owned() } else { autocomplete };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}{(!required).then(|| view! { <span class="faint">" optional"</span> })}</label>
            <input class=class id=id.clone() name=name type=input_type inputmode=(kind == Kind::Number).then_some("decimal") placeholder=placeholder autocomplete=autocomplete
                spellcheck="false" aria-required=required.then_some("true") aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described
                prop:value=move || value.get() value=value.get_untracked() on:input=move |event| value.set(event_target_value(&event))/>
            <Hint id=id.clone() text=hint/>
            <FieldError id error/>
        </div>
    }
    .into_any()
}

/// Several lines.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    problem: FormProblem,
    #[prop(optional)] mono: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] required: bool,
    #[prop(default = 3)] rows: u32,
) -> AnyView {
    let error = error_of(problem, &name);
    let (id, described) = ids(&name, &hint, error);
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}{(!required).then(|| view! { <span class="faint">" optional"</span> })}</label>
            <textarea class="input" class:input--mono=mono id=id.clone() name=name rows=rows placeholder=placeholder autocomplete="off" spellcheck="false"
                aria-required=required.then_some("true") aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described
                prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))>{value.get_untracked()}</textarea>
            <Hint id=id.clone() text=hint/>
            <FieldError id error/>
        </div>
    }
    .into_any()
}

/// One of several; `options` are value and label.
#[component]
pub fn SelectField(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    problem: FormProblem,
    #[prop(optional, into)] hint: String,
) -> AnyView {
    let error = error_of(problem, &name);
    let (id, described) = ids(&name, &hint, error);
    let option = move |(one, label): (String, String)| {
        let chosen = value.get_untracked() == one;
        view! { <option value=one selected=chosen>{label}</option> }
    };
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{label}</label>
            <select class="input" id=id.clone() name=name aria-invalid=move || error.get().is_some().then_some("true") aria-describedby=described
                prop:value=move || value.get() on:change=move |event| value.set(event_target_value(&event))>
                {move || options.get().into_iter().map(option).collect_view()}
            </select>
            <Hint id=id.clone() text=hint/>
            <FieldError id error/>
        </div>
    }
    .into_any()
}

#[component]
pub fn CheckField(#[prop(into)] label: String, value: RwSignal<bool>, #[prop(optional, into)] hint: String) -> AnyView {
    view! {
        <div class="field">
            <label class="check-label"><input class="check" type="checkbox" prop:checked=move || value.get() checked=value.get_untracked() on:change=move |event| value.set(event_target_checked(&event))/>{label}</label>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint">{hint}</p> })}
        </div>
    }
    .into_any()
}

/// One of a few, all of them in sight.
#[component]
pub fn RadioField(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    value: RwSignal<String>,
    options: Vec<(&'static str, &'static str, &'static str)>,
) -> AnyView {
    let option = move |(one, label, hint): (&'static str, &'static str, &'static str)| {
        let name = name.clone();
        view! {
            <label class="choice">
                <input type="radio" name=name value=one prop:checked=move || value.get() == one checked=value.get_untracked() == one on:change=move |_| value.set(one.to_owned())/>
                <span><strong>{label}</strong><span class="field-hint">{hint}</span></span>
            </label>
        }
    };
    view! { <fieldset class="field"><legend class="field-label">{legend}</legend><div class="choices">{options.into_iter().map(option).collect_view()}</div></fieldset> }.into_any()
}

/// The button that sends a form; while it is under way it says so and cannot be pressed twice.
#[component]
pub fn SubmitButton(#[prop(into)] label: String, #[prop(into)] busy: Signal<bool>, #[prop(optional, into)] busy_label: String) -> AnyView {
    let waiting = if busy_label.is_empty() { "One moment…".to_owned() } else { busy_label };
    view! {
        <button class="btn btn--action" type="submit" aria-disabled=move || busy.get().then_some("true")>{move || if busy.get() { waiting.clone() } else { label.clone() }}</button>
    }
    .into_any()
}

/// What went wrong with the form as a whole, or with a field that is not among those named.
#[component]
pub fn FormProblemView(problem: FormProblem, fields: &'static [&'static str]) -> AnyView {
    let elsewhere = move || problem.get().filter(|problem| !fields.iter().any(|field| is_about(problem, field)));
    view! { <div aria-live="assertive">{move || elsewhere().map(|problem| view! { <crate::part::problem::ProblemView problem/> })}</div> }
        .into_any()
}

fn error_of(problem: FormProblem, name: &str) -> Signal<Option<Problem>> {
    let name = name.to_owned();
    Signal::derive(move || problem.get().filter(|problem| is_about(problem, &name)))
}

/// The input's id, and the ids of what describes it.
fn ids(name: &str, hint: &str, error: Signal<Option<Problem>>) -> (String, impl Fn() -> Option<String> + Clone + Send + 'static) {
    let id = format!("field-{}", name.replace(['.', '[', ']'], "-"));
    let (hint, base) = (!hint.is_empty(), id.clone());
    let described = move || {
        let ids: Vec<String> =
            [hint.then(|| format!("{base}-hint")), error.get().map(|_| format!("{base}-error"))].into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    };
    (id, described)
}

#[component]
fn Hint(id: String, text: String) -> AnyView {
    (!text.is_empty()).then(|| view! { <p class="field-hint" id=format!("{id}-hint")>{text}</p> }).into_any()
}

#[component]
fn FieldError(id: String, error: Signal<Option<Problem>>) -> AnyView {
    let shown = move || {
        error.get().map(|problem| {
            view! { <p class="field-error" id=format!("{id}-error")><Icon name="fail"/><span>{problem.detail}{problem.hint.map(|hint| format!(" {hint}"))}</span></p> }
        })
    };
    view! { <div aria-live="polite">{shown}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_shown_at_its_field_and_at_no_other() {
        let at = |path: &str| Problem::invalid("x", "y").at(path);
        assert!(is_about(&at("recipients"), "recipients"));
        assert!(is_about(&at("recipients[1]"), "recipients"));
        assert!(is_about(&at("repository.url"), "repository"));
        assert!(!is_about(&at("names"), "name"));
        assert!(!is_about(&Problem::invalid("x", "y"), "name"));
    }
}
