//! A token or secret of one cluster: made on a click, shown once, replaced by the next.

use domain::problem::Problem;
use leptos::prelude::*;

use crate::api::use_api;
use crate::part::problem::ProblemView;
use crate::widget::copy::CopyBlock;
use crate::widget::icon::Icon;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// What Flux pulls the embedded repository with.
    PullToken,
    /// What Flux signs its events with.
    HookSecret,
}

impl What {
    fn noun(self) -> &'static str {
        match self {
            What::PullToken => "token",
            What::HookSecret => "secret",
        }
    }
}

#[derive(Clone)]
struct Made {
    text: String,
    kubectl: String,
}

/// `again`: there is one already, and a new one makes it worthless.
#[component]
pub fn ShownOnce(cluster: String, what: What, again: bool) -> AnyView {
    let api = use_api();
    let made = RwSignal::<Option<Result<Made, Problem>>>::new(None);
    let make = Action::new(move |(): &()| {
        let (api, cluster) = (api.clone(), cluster.clone());
        async move {
            let answer = match what {
                What::PullToken => api.make_pull_token(&cluster).await.map(|made| Made { text: made.token, kubectl: made.kubectl }),
                What::HookSecret => api.make_hook_secret(&cluster).await.map(|made| Made { text: made.secret, kubectl: made.kubectl }),
            };
            made.set(Some(answer));
        }
    });
    let noun = what.noun();
    let label = if again { format!("Make a new {noun}") } else { format!("Make the {noun}") };
    let warning = again.then(|| view! { <p class="field-hint">{format!("The {noun} before it stops working at once.")}</p> });
    let shown = move || {
        made.get().map(|answer| match answer {
            Ok(made) => view! { <Shown noun made/> }.into_any(),
            Err(problem) => view! { <ProblemView problem/> }.into_any(),
        })
    };
    view! {
        <p class="button-row"><button class="btn btn--sm" type="button" disabled=move || make.pending().get() on:click=move |_| { make.dispatch(()); }><Icon name="key"/>{label}</button></p>
        {warning}
        <div aria-live="polite">{shown}</div>
    }
    .into_any()
}

#[component]
fn Shown(noun: &'static str, made: Made) -> AnyView {
    view! {
        <div class="callout callout--waiting mt" role="status">
            <Icon name="key"/>
            <div class="grow stack-y">
                <div><p class="callout-title">{format!("The {noun} is shown once")}</p><p>"Run the command, paste it, then press Ctrl+D."</p></div>
                <CopyBlock text=made.text what=format!("The {noun}")/>
                <CopyBlock text=made.kubectl what=format!("Command that puts the {noun} into the cluster")/>
            </div>
        </div>
    }
    .into_any()
}
