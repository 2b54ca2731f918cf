//! One's own account: keys, a second one, another device, logging out.

use domain::api::passkey::{DeviceLink, PasskeyList};
use domain::problem::Problem;
use leptos::prelude::*;

use super::settings::{Section, SettingsPage};
use crate::api::use_api;
use crate::assets::use_assets;
use crate::part::key_list::KeyList;
use crate::part::problem::ProblemView;
use crate::passkey;
use crate::widget::copy::CopyBlock;
use crate::widget::dialog::Dialog;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::qr::QrCode;
use crate::widget::sheet::Sheet;
use crate::widget::time::Moment;
use crate::widget::toast::use_toaster;

#[component]
pub fn Account() -> AnyView {
    let api = use_api();
    let keys = {
        let api = api.clone();
        Resource::new(|| (), move |()| api.keys(None))
    };
    let reload = Callback::new(move |()| keys.refetch());
    let log_out = Action::new(move |(): &()| {
        let answer = api.log_out();
        async move {
            if answer.await.is_ok() {
                let _ = window().location().assign("/login");
            }
        }
    });
    view! {
        <SettingsPage section=Section::Account title="Your account" about="The keys that log you in and sign what you deploy."
            actions=move || view! { <button class="btn" type="button" disabled=move || log_out.pending().get() on:click=move |_| { log_out.dispatch(()); }>"Log out"</button> }>
            <Loaded resource=keys what="your keys" view=move |list| view! { <Keys list reload/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn Keys(list: PasskeyList, reload: Callback<()>) -> AnyView {
    let advice = list
        .advice
        .into_iter()
        .map(|text| view! { <div class="callout callout--waiting mb"><Icon name="key"/><p>{text}</p></div> })
        .collect_view();
    view! {
        {advice}
        <Sheet id="h-keys" title="Passkeys"><KeyList keys=list.passkeys own=true reload/><AddKey reload/></Sheet>
    }
    .into_any()
}

/// Each new key needs a yes from one that is there, or a code: a session alone does not do.
#[component]
fn AddKey(reload: Callback<()>) -> AnyView {
    let toaster = use_toaster();
    let script = use_assets().url("passkey.js");
    let (problem, link) = (RwSignal::<Option<Problem>>::new(None), RwSignal::<Option<DeviceLink>>::new(None));
    let name = RwSignal::new(String::new());
    let enrol = {
        let script = script.clone();
        Action::new(move |(): &()| {
            let answer = passkey::enrol(script.clone(), name.get_untracked().trim().to_owned());
            async move {
                problem.set(None);
                match answer.await {
                    Ok(enrolled) => {
                        toaster.say(if enrolled.passkey.may_sign {
                            "The key is registered"
                        } else {
                            "The key is registered; it can log in, not sign"
                        });
                        reload.run(());
                    }
                    Err(wrong) => problem.set(Some(wrong)),
                }
            }
        })
    };
    let device = Action::new(move |(): &()| {
        let answer = passkey::device_link(script.clone());
        async move {
            problem.set(None);
            match answer.await {
                Ok(made) => link.set(Some(made)),
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && link.with_untracked(Option::is_some) {
            link.set(None);
        }
    });
    view! {
        <div class="sheet-body sheet-rule">
            <p class="measure">"Keep two keys: one can be lost. You confirm with the one you have, then follow your browser."</p>
            <form class="button-row mt" on:submit=move |event| { event.prevent_default(); if !enrol.pending().get_untracked() { enrol.dispatch(()); } }>
                <label class="sr-only" for="key-name">"Name of the new key"</label>
                <input class="input input--medium" id="key-name" placeholder="YubiKey, work" autocomplete="off" prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))/>
                <button class="btn btn--action" type="submit" aria-disabled=move || enrol.pending().get().then_some("true")><Icon name="passkey"/>"Register a key here"</button>
                <button class="btn" type="button" disabled=move || device.pending().get() on:click=move |_| { device.dispatch(()); }>"Use my phone"</button>
            </form>
            <div class="mt" aria-live="assertive">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
        </div>
        <Dialog id="device-link" title="A link for your other device" open>
            {move || link.get().map(|made| view! {
                <p>"Scan it with the phone. It works once, until "<Moment at=made.link.expires_at/>"."</p>
                <QrCode text=made.link.url.clone() label="QR code of the link for your other device"/>
                <CopyBlock text=made.link.url what="Link for your other device"/>
                <div class="dialog-actions"><button class="btn btn--action" type="button" on:click=move |_| { open.set(false); reload.run(()); }>"Done"</button></div>
            })}
        </Dialog>
    }
    .into_any()
}
