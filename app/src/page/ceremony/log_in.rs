//! Login: one button; the password is a link away.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::certificate::Certificate;
use crate::api::use_api;
use crate::session::use_session;
use crate::widget::icon::Icon;
use crate::widget::plain_field::{PlainField, ProblemPlace};

#[component]
pub fn LogIn() -> AnyView {
    let (api, session) = (use_api(), use_session());
    let state = Resource::new_blocking(|| (), move |()| api.set_up_state());
    let page = move || {
        let logged_in = session.logged_in().is_some();
        state.get().map(|state| match state {
            Ok(state) if !state.is_set_up => view! { <Redirect path="/setup"/> }.into_any(),
            _ if logged_in => view! { <Redirect path="/"/> }.into_any(),
            Ok(state) => {
                view! { <LogInForm organisation=state.organisation public_url=state.public_url reason=state.passkeys.reason/> }.into_any()
            }
            Err(problem) => view! { <crate::part::problem::ProblemView problem page=true/> }.into_any(),
        })
    };
    view! { <Suspense>{page}</Suspense> }.into_any()
}

#[component]
fn LogInForm(organisation: String, public_url: String, reason: Option<String>) -> AnyView {
    let passkeys = reason.is_none();
    let host = public_url.split("://").nth(1).unwrap_or_default().to_owned();
    view! {
        <Certificate title="Log in" script="login.js" foot=vec![host, organisation]>
            <h1 id="title">"Log in"</h1>
            <p class="lede">"The passkey that logs you in also signs your deployments."</p>
            <div class="signature"><div class="signature-line"></div></div>
            <ProblemPlace/>
            <div class="login-actions" data-passkey="" hidden=!passkeys>
                <button class="btn btn--action btn--login" type="button" data-log-in=""><Icon name="passkey"/>"Log in with a passkey"</button>
                <p class="login-links">
                    <a href="#password" data-password-link="">"Use a password"</a>
                    <a href="#lost" data-lost-link="">"Lost your passkey?"</a>
                </p>
            </div>
            <div class="callout mt" id="lost" hidden=true>
                <Icon name="key"/>
                <div><p class="callout-title">"A new link brings you back in"</p>
                    <p>"Ask an administrator for an enrolment link, or run "<code>"countersign person enrol NAME"</code>" on the host. Links last 15 minutes and are logged."</p></div>
            </div>
            {reason.map(|reason| view! { <div class="callout callout--waiting"><Icon name="warn"/><div><p class="callout-title">"No passkey here"</p><p>{reason}</p></div></div> })}
            <form id="password" class="stack-y mt" hidden=passkeys method="post" novalidate>
                <PlainField name="name" label="Name" autocomplete="username" required=true/>
                <PlainField name="password" label="Password" kind="password" autocomplete="current-password" required=true/>
                <div class="form-actions mt-0"><button class="btn btn--action" type="submit">"Log in"</button></div>
            </form>
        </Certificate>
    }
    .into_any()
}
