//! Every page and its address: all of them in the server, those of one kind in each of the browser's programs.

#[cfg(not(feature = "hydrate"))]
mod every;
#[cfg(feature = "hydrate")]
mod taken;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};

use crate::session::provide_session;
use crate::widget::provide_widgets;

#[cfg(not(feature = "hydrate"))]
pub use every::App;
#[cfg(feature = "hydrate")]
pub use taken::{builder, settings, taken_over};

/// What every page finds in its context.
fn provide() {
    provide_meta_context();
    #[cfg(feature = "hydrate")]
    {
        provide_context(crate::ApiClient::new(crate::api::Browser));
        provide_context(crate::AssetUrls::from_the_page());
    }
    provide_session();
    provide_widgets();
}

/// Server and browser must draw the same, so it stands once.
fn around(router: AnyView) -> AnyView {
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Countersign".to_owned() } else { format!("{title} · Countersign") }/>
        {router}
    }
    .into_any()
}
