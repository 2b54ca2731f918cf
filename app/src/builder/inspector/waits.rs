//! What a component waits for: the edges as a list, and a select that draws one more.

use domain::name::Name;
use domain::stack::graph::dependents;
use leptos::prelude::*;

use super::Found;
use crate::builder::board::{name_in, use_board};
use crate::builder::dom;
use crate::widget::icon::Icon;

/// The id of the select: the keys go there when an edge of the list is gone.
const SELECT: &str = "inspect-wait";

#[component]
pub fn WaitsFor(id: Name, component: Found) -> AnyView {
    let board = use_board();
    let edges = move || component.with(|found| found.as_ref().map(|found| found.depends_on.clone()).unwrap_or_default());
    let of = id.clone();
    let row = move |on: Name| {
        let name = board.content.with(|stack| name_in(stack, &on));
        let (component, target) = (of.clone(), on.clone());
        let cut = board.may_edit.then(|| {
            view! { <button class="icon-button icon-button--sm" type="button" aria-label=format!("Do not wait for {name}") title="Remove" on:click=move |_| { board.disconnect(&component, &target); dom::focus(SELECT); }><Icon name="cross"/></button> }
        });
        view! { <li class="wait"><button class="link-button" type="button" on:click=move |_| board.choose(&on)>{name}</button>{cut}</li> }
    };
    let list = move || {
        let edges = edges();
        if edges.is_empty() {
            view! { <p class="muted">"Nothing: it starts in the first wave."</p> }.into_any()
        } else {
            view! { <ul class="waits" aria-label="Waits for">{edges.into_iter().map(row.clone()).collect_view()}</ul> }.into_any()
        }
    };
    let add = board.may_edit.then(|| view! { <WaitSelect id/> });
    view! { <div class="field"><p class="field-label">"Waits for"</p>{list}{add}</div> }.into_any()
}

/// Offers those that close no cycle; the others stand there, disabled, with the reason.
#[component]
fn WaitSelect(id: Name) -> AnyView {
    let board = use_board();
    let of = id.clone();
    let options = move || {
        board.content.with(|stack| {
            let waits = stack.component(of.as_str()).map(|found| found.depends_on.clone()).unwrap_or_default();
            let above = dependents(stack, &of);
            let others = stack.components.iter().filter(|other| other.id != of && !waits.contains(&other.id));
            let mut options: Vec<(Name, String, bool)> =
                others.map(|other| (other.id.clone(), other.name.to_string(), above.contains(&other.id))).collect();
            options.sort_by(|a, b| (a.2, &a.1).cmp(&(b.2, &b.1)));
            options
        })
    };
    let option = |(id, name, cycle): (Name, String, bool)| {
        let shown = if cycle { format!("{name} (would be a cycle)") } else { name };
        view! { <option value=id.to_string() disabled=cycle>{shown}</option> }
    };
    let pick = move |event: leptos::ev::Event| {
        let picked = event_target_value(&event);
        dom::show_first_line(&event);
        if let Ok(on) = Name::new(&picked) {
            board.connect(&id, &on);
        }
    };
    view! {
        <div class="mt"><select class="input" id=SELECT aria-label="Wait for" on:change=pick>
            <option value="">"Wait for…"</option>
            {move || options().into_iter().map(option).collect_view()}
        </select></div>
    }
    .into_any()
}
