//! Each variable with the level it comes from and what that shadows.

use domain::plan::{PlannedShadow, PlannedVariable};
use domain::variable::Level;
use leptos::prelude::*;

use super::section::{Section, value};

#[component]
pub fn Variables(variables: Vec<PlannedVariable>) -> AnyView {
    let note = if variables.is_empty() { "" } else { "Template to value: the most specific level wins" };
    let body = if variables.is_empty() {
        view! { <p class="sheet-body muted">"This plan uses no variable."</p> }.into_any()
    } else {
        view! {
            <div class="ledger-scroll" tabindex="0" role="region" aria-label="Variables">
                <table class="ledger">
                    <thead><tr><th scope="col">"Variable"</th><th scope="col">"Value"</th><th scope="col">"Comes from"</th><th scope="col">"Instead of"</th><th scope="col">"Used in"</th></tr></thead>
                    <tbody>{variables.into_iter().map(|variable| view! { <Row variable/> }).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! { <Section id="variables" title="Variables" note>{body}</Section> }.into_any()
}

#[component]
fn Row(variable: PlannedVariable) -> AnyView {
    let from = level(variable.from);
    let shadow = |shadow: PlannedShadow| view! { <div><code>{value(&shadow.value)}</code>" "{level(shadow.from)}</div> };
    view! {
        <tr>
            <th scope="row"><code>{variable.name}</code></th>
            <td class="emph"><code>{value(&variable.value)}</code></td>
            <td><span class="ladder" data-from=from><span class="ladder-steps" aria-hidden="true"><i></i><i></i><i></i><i></i></span>{from}</span></td>
            <td class="muted">{variable.shadowed.into_iter().map(shadow).collect_view()}</td>
            <td class="muted">{variable.used_by.join(", ")}</td>
        </tr>
    }
    .into_any()
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Default => "default",
        Level::Organisation => "organisation",
        Level::Environment => "environment",
        Level::Cluster => "cluster",
        Level::Stack => "stack",
    }
}
