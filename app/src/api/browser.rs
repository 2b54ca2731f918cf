//! Requests from the browser: `fetch`, with the session's cookie.

use domain::problem::Problem;
use leptos::prelude::window;
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestCredentials, RequestInit, Response};

use super::{BoxFut, Reply, Transport};

#[derive(Debug, Clone, Copy)]
pub struct Browser;

impl Transport for Browser {
    fn call(&self, method: &'static str, path: String, body: Option<String>) -> BoxFut<Result<Reply, Problem>> {
        Box::pin(SendWrapper::new(async move {
            let reply = fetch(method, &path, body).await.map_err(|_| unreachable())?;
            if reply.status == 401 {
                log_in_again();
            }
            Ok(reply)
        }))
    }
}

async fn fetch(method: &str, path: &str, body: Option<String>) -> Result<Reply, JsValue> {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_credentials(RequestCredentials::SameOrigin);
    if let Some(body) = &body {
        init.set_body(&JsValue::from_str(body));
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    request.headers().set("accept", "application/json")?;
    if body.is_some() {
        request.headers().set("content-type", "application/json")?;
    }
    let response: Response = JsFuture::from(window().fetch_with_request(&request)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?;
    Ok(Reply { status: response.status(), body: text.as_string().unwrap_or_default() })
}

fn unreachable() -> Problem {
    Problem::new(503, "unreachable", "The server cannot be reached. Nothing was changed.")
        .hint("Check the connection, then try again. What you typed is still here.")
}

/// The session ended meanwhile: the login page brings people back to where they were.
fn log_in_again() {
    let location = window().location();
    let here = format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let _ = location.assign(&format!("/login?next={}", super::encode(&here)));
}
