//! Set-up: the code from the console, the address people use, the first administrator and their passkey.

use domain::api::setup::SetUpState;
use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::certificate::Certificate;
use crate::api::use_api;
use crate::widget::icon::Icon;
use crate::widget::plain_field::{PlainField, ProblemPlace};

#[component]
pub fn SetUp() -> AnyView {
    let api = use_api();
    let state = Resource::new_blocking(|| (), move |()| api.set_up_state());
    let page = move || {
        state.get().map(|state| match state {
            Ok(state) if state.is_set_up => view! { <Redirect path="/login"/> }.into_any(),
            Ok(state) => view! { <SetUpForm state/> }.into_any(),
            Err(problem) => view! { <crate::part::problem::ProblemView problem page=true/> }.into_any(),
        })
    };
    view! { <Suspense>{page}</Suspense> }.into_any()
}

#[component]
fn SetUpForm(state: SetUpState) -> AnyView {
    view! {
        <Certificate title="Set up" script="setup.js" foot=vec!["First start".to_owned()] wide=true>
            <h1 id="title">"Set up"</h1>
            <div data-step="form">
                <p class="lede lede--wide">"Three facts and a passkey. The code stands in the terminal where the server started."</p>
                <form class="stack-y mt-lg" method="post" novalidate>
                    <PlainField name="code" label="Set-up code" mono=true required=true autocomplete="one-time-code" placeholder="XXXX-XXXX-XXXX"/>
                    <PlainField name="organisation" label="Organisation" required=true autocomplete="organization" placeholder="Nordhavn Logistics"/>
                    <PlainField name="public_url" label="Public URL" kind="url" mono=true required=true value=state.public_url
                        hint="How people reach this server. Passkeys are bound to it, so choose the one that stays."/>
                    <div class="callout" data-address="" hidden=true role="status"></div>
                    <div class="field-row">
                        <PlainField name="name" label="Your login name" required=true autocomplete="username" placeholder="maren" hint="a-z, 0-9 and single hyphens; stands in every signature."/>
                        <PlainField name="full_name" label="Your name" autocomplete="name" placeholder="Maren Solberg"/>
                    </div>
                    <div data-password="" hidden=true>
                        <PlainField name="password" label="Password" kind="password" autocomplete="new-password" required=true hint="At least 12 characters. It logs you in, but an approval with it reads “not countersigned”."/>
                    </div>
                    <details class="advanced"><summary>"Behind a proxy"</summary>
                        <PlainField name="trusted_proxies" label="Trusted proxies" mono=true placeholder="10.0.0.1, 10.0.0.2" hint="Addresses whose X-Forwarded-For is believed, separated by commas."/>
                    </details>
                    <ProblemPlace/>
                    <button class="btn btn--action btn--login" type="submit"><Icon name="passkey"/><span data-submit="">"Set up and register a passkey"</span></button>
                </form>
            </div>
            <KeySteps/>
        </Certificate>
    }
    .into_any()
}

/// What set-up and enrolment have in common: waiting for the key, trying again, and the second key.
#[component]
pub fn KeySteps() -> AnyView {
    view! {
        <div data-step="key" hidden=true>
            <p class="lede lede--wide" data-key-lede="">"Your browser asks for a passkey now: a fingerprint, a face, a PIN or a security key."</p>
            <p class="muted" role="status" data-key-status=""></p>
            <div class="callout callout--failing mt" data-key-problem="" role="alert" hidden=true></div>
            <div class="button-row mt-lg">
                <button class="btn btn--action" type="button" data-key-again="" hidden=true><Icon name="passkey"/>"Register a passkey"</button>
                <button class="btn" type="button" data-key-password="" hidden=true>"Use a password instead"</button>
            </div>
        </div>
        <div data-step="done" hidden=true>
            <p class="lede lede--wide" data-done-lede="">"Your passkey is registered."</p>
            <ul class="advice" data-advice=""></ul>
            <div data-second="">
                <p class="mt" data-second-why="">"One key can be lost. Register a second one now: another device, or a security key kept apart."</p>
                <div class="callout callout--failing mt" data-second-problem="" role="alert" hidden=true></div>
                <div class="qr" data-qr="" hidden=true></div>
                <div class="button-row mt">
                    <button class="btn" type="button" data-second-key=""><Icon name="key"/>"Register a second key here"</button>
                    <button class="btn" type="button" data-second-device="">"Use my phone"</button>
                </div>
            </div>
            <div class="form-actions"><a class="btn btn--action" href="/" rel="external">"Open the overview"</a></div>
        </div>
    }
    .into_any()
}
