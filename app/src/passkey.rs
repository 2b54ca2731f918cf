//! The bridge to `passkey.js`: what a page with wasm needs of passkeys.

use domain::api::passkey::{DeviceLink, EnrolledPasskey};
use domain::problem::Problem;

use crate::api::BoxFut;

/// Enrols one more key after a yes from one the person has.
pub fn enrol(script: String, name: String) -> BoxFut<Result<EnrolledPasskey, Problem>> {
    call(script, "enrol", serde_json::json!({ "name": name }))
}

/// A link for one's own other device, after a yes.
pub fn device_link(script: String) -> BoxFut<Result<DeviceLink, Problem>> {
    call(script, "deviceLink", serde_json::Value::Null)
}

#[cfg(feature = "hydrate")]
fn call<T: serde::de::DeserializeOwned + Send + 'static>(
    script: String,
    verb: &'static str,
    options: serde_json::Value,
) -> BoxFut<Result<T, Problem>> {
    Box::pin(send_wrapper::SendWrapper::new(async move {
        let said = js::call(&script, verb, &options.to_string()).await;
        let text = said.ok().and_then(|said| said.as_string()).unwrap_or_default();
        match serde_json::from_str::<Said<T>>(&text) {
            Ok(Said::Done(value)) => Ok(value),
            Ok(Said::Refused { code, detail, hint }) => Err(Problem { hint, ..Problem::invalid(&code, detail) }),
            Err(error) => Err(Problem::internal(format!("The passkey script could not be understood: {error}."))),
        }
    }))
}

#[cfg(not(feature = "hydrate"))]
fn call<T: Send + 'static>(_script: String, _verb: &'static str, _options: serde_json::Value) -> BoxFut<Result<T, Problem>> {
    Box::pin(async { Err(Problem::internal("Passkeys are used in a browser.")) })
}

#[cfg(feature = "hydrate")]
#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said<T> {
    Done(T),
    Refused { code: String, detail: String, hint: Option<String> },
}

#[cfg(feature = "hydrate")]
mod js {
    use wasm_bindgen::JsValue;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(inline_js = "
export async function call(script, verb, options) {
  try {
    const module = await import(script);
    return JSON.stringify({ done: await module[verb](JSON.parse(options) ?? undefined) });
  } catch (error) {
    return JSON.stringify({ refused: { code: error.code ?? 'failed', detail: error.message, hint: error.hint ?? null } });
  }
}")]
    extern "C" {
        #[wasm_bindgen(catch)]
        pub async fn call(script: &str, verb: &str, options: &str) -> Result<JsValue, JsValue>;
    }
}
