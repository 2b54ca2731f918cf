//! Enrolment: what a one-time link opens. The code stands behind the `#`, so only the browser knows it.

use leptos::prelude::*;

use super::certificate::Certificate;
use super::set_up::KeySteps;
use crate::widget::icon::Icon;
use crate::widget::plain_field::{PlainField, ProblemPlace};

#[component]
pub fn Enrol() -> AnyView {
    view! {
        <Certificate title="Register a passkey" script="enrol.js" foot=Vec::new() wide=true>
            <h1 id="title">"Register a passkey"</h1>
            <div data-step="form">
                <p class="lede lede--wide">"This link works once. The passkey you register with it logs you in and signs what you deploy."</p>
                <form class="stack-y mt-lg" method="post" novalidate>
                    <div data-code=""><PlainField name="code" label="One-time code" mono=true required=true autocomplete="one-time-code" hint="It comes with the link; type it where the link lost it."/></div>
                    <PlainField name="key_name" label="What do you call this key?" placeholder="Laptop, Touch ID" hint="You will see the name beside your signatures."/>
                    <div class="callout" data-address="" hidden=true role="status"></div>
                    <div data-password="" hidden=true>
                        <PlainField name="password" label="Password" kind="password" autocomplete="new-password" required=true hint="At least 12 characters. It logs you in, but an approval with it reads “not countersigned”."/>
                    </div>
                    <ProblemPlace/>
                    <button class="btn btn--action btn--login" type="submit"><Icon name="passkey"/><span data-submit="">"Register a passkey"</span></button>
                </form>
                <details class="advanced" data-phone=""><summary>"Use a phone instead"</summary>
                    <p class="muted">"Scan it with the phone whose passkey you want to use, and go on there."</p>
                    <div class="qr" data-link-qr=""></div>
                </details>
                <details class="advanced"><summary>"Which keys can sign?"</summary>
                    <p class="muted">"Phones, laptops and security keys of recent years: they sign with ES256 and check that it is you. A key that cannot may still log you in, and says so when you register it."</p>
                </details>
            </div>
            <KeySteps/>
        </Certificate>
    }
    .into_any()
}
