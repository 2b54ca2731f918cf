//! A problem as people meet it: what is true, what to do next, and the detail to copy.

use domain::problem::Problem;
use leptos::prelude::*;

use crate::shell::set_page_status;
use crate::widget::copy::CopyButton;
use crate::widget::icon::Icon;

/// `page`: the page as a whole is what failed, so its status is the problem's.
#[component]
pub fn ProblemView(problem: Problem, #[prop(optional)] page: bool) -> AnyView {
    if page {
        set_page_status(problem.status);
    }
    let (kind, icon) = match problem.status {
        401 | 403 => ("callout callout--blocked", "lock"),
        404 | 410 => ("callout", "search"),
        409 | 429 | 503 => ("callout callout--waiting", "warn"),
        _ => ("callout callout--failing", "fail"),
    };
    let values = conflict(&problem);
    let detail = for_support(&problem);
    view! {
        <div class=kind role="alert">
            <Icon name=icon/>
            <div class="grow">
                <p class="callout-title">{problem.title.clone()}</p>
                <p>{problem.detail.clone()}</p>
                {problem.hint.clone().map(|hint| view! { <p class="muted">{hint}</p> })}
                {values}
                <details class="problem-detail"><summary>"Detail"</summary><div class="button-row"><code class="wrap">{detail.clone()}</code><CopyButton text=detail/></div></details>
            </div>
        </div>
    }
    .into_any()
}

/// Both values, where two people changed the same thing.
fn conflict(problem: &Problem) -> Option<AnyView> {
    let text = |key: &str| problem.more.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let (theirs, yours) = (text("theirs")?, text("yours")?);
    Some(view! { <div class="conflict mt"><div><h3>"As it stands now"</h3><code>{theirs}</code></div><div><h3>"What you sent"</h3><code>{yours}</code></div></div> }.into_any())
}

/// One line that says which problem it was, with the request's id where the server gave one.
fn for_support(problem: &Problem) -> String {
    let id = problem.more.get("request_id").and_then(|id| id.as_str()).map(|id| format!(", request {id}")).unwrap_or_default();
    let at = problem.at.as_deref().map(|at| format!(" at {at}")).unwrap_or_default();
    format!("{} {}{at}{id}", problem.status, problem.code)
}
