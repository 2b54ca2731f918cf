//! Somebody's keys, and revoking one.

use leptos::prelude::*;

use crate::api::use_api;
use crate::part::key_list::KeyList;
use crate::widget::loaded::Loaded;

#[component]
pub(super) fn KeysOf(person: String) -> AnyView {
    let api = use_api();
    let keys = Resource::new(|| (), move |()| api.keys(Some(&person)));
    let reload = Callback::new(move |()| keys.refetch());
    view! { <Loaded resource=keys what="the keys" view=move |list| view! { <KeyList keys=list.passkeys own=false reload/> }/> }.into_any()
}
