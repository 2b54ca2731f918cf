//! The API's description, made from the handlers themselves: as a document for machines and as a page to read.

use std::fmt::Write;
use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

/// What every route adds itself to.
pub fn document() -> OpenApi {
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Countersign")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "The one door: pages, command line and agents use these routes. Errors are `application/problem+json` \
                     with a stable `code`. People log in and hold a cookie, and what changes something must come from our \
                     own origin; machines send `Authorization: Bearer …`. `x-policy` says who may use a route.",
                ))
                .build(),
        )
        .build()
}

/// This document.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "openapi", responses((status = 200, description = "An OpenAPI 3.1 document", body = Object)))]
pub async fn json(Extension(document): Extension<Arc<OpenApi>>) -> Response {
    Json(&*document).into_response()
}

/// The document as a page, without a script and without anything from elsewhere.
pub fn page(document: &OpenApi, nonce: &str) -> String {
    let document = serde_json::to_value(document).unwrap_or_default();
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>Countersign API</title><style nonce='{nonce}'>{STYLE}</style>\
         <main><h1>Countersign API</h1><p>{}</p><p><a href='/api/v1/openapi.json'>openapi.json</a></p>",
        escaped(document["info"]["description"].as_str().unwrap_or_default()),
    );
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            route(&mut page, path, method, operation);
        }
    }
    page.push_str("<h2>Types</h2>");
    for (name, schema) in document["components"]["schemas"].as_object().into_iter().flatten() {
        let text = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ =
            write!(page, "<details id='{0}'><summary><code>{0}</code></summary><pre>{1}</pre></details>", escaped(name), escaped(&text));
    }
    page.push_str("</main></html>");
    page
}

fn route(page: &mut String, path: &str, method: &str, operation: &serde_json::Value) {
    let _ = write!(
        page,
        "<section><h2><b>{}</b> <code>{}</code></h2><p>{}</p><p class=policy>Who: {}</p>",
        method.to_uppercase(),
        escaped(path),
        escaped(operation["summary"].as_str().unwrap_or_default()),
        escaped(operation["x-policy"].as_str().unwrap_or_default()),
    );
    if let Some(body) = reference(&operation["requestBody"]) {
        let _ = write!(page, "<p>Takes <a href='#{0}'>{0}</a></p>", escaped(body));
    }
    page.push_str("<ul>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let body = reference(response).map(|name| format!(" <a href='#{0}'>{0}</a>", escaped(name))).unwrap_or_default();
        let _ = write!(page, "<li>{}{body}</li>", escaped(status));
    }
    page.push_str("</ul></section>");
}

/// The name of the schema a request or an answer points to.
fn reference(part: &serde_json::Value) -> Option<&str> {
    part["content"].as_object()?.values().find_map(|content| content["schema"]["$ref"].as_str()?.rsplit('/').next())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;").replace('"', "&quot;")
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;color-scheme:light dark}main{max-width:50rem;margin:0 auto;padding:1rem}\
section{border-top:1px solid #8884}h2{font-size:1rem}pre{overflow-x:auto}.policy{opacity:.8}code{overflow-wrap:anywhere}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_description_is_no_markup() {
        assert_eq!(escaped("<script>'\"&"), "&lt;script&gt;&#39;&quot;&amp;");
    }
}
