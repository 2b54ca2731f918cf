//! The bridge to `editor.js`: mounting, remote text, and what the page knows of it.

use domain::name::Name;
use leptos::prelude::*;
use leptos::task::spawn_local;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::assets::use_assets;
use crate::builder::board::Board;
use crate::builder::mend;
use crate::builder::saving::Saving;

use super::known;

#[wasm_bindgen(inline_js = "
export async function mount(script, host, text, options, changed, fix) {
  const module = await import(script);
  return module.mount(host, text, changed, { ...options, fix });
}")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn mount(
        script: &str,
        host: &web_sys::Element,
        text: &str,
        options: &JsValue,
        changed: &Closure<dyn FnMut(String)>,
        fix: &Closure<dyn FnMut(u32)>,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = "Object")]
    type Editor;
    #[wasm_bindgen(method)]
    fn set(this: &Editor, text: &str);
    #[wasm_bindgen(method)]
    fn get(this: &Editor) -> String;
    #[wasm_bindgen(method)]
    fn focus(this: &Editor);
    #[wasm_bindgen(method)]
    fn reveal(this: &Editor, line: u32);
    #[wasm_bindgen(method)]
    fn diagnostics(this: &Editor, list: &JsValue);
    #[wasm_bindgen(method)]
    fn facts(this: &Editor, facts: &JsValue);
    #[wasm_bindgen(method)]
    fn reachable(this: &Editor, yes: bool);
    #[wasm_bindgen(method)]
    fn destroy(this: &Editor);
}

struct Held {
    editor: Editor,
    /// Must live as long as the editor calls it.
    _changed: Closure<dyn FnMut(String)>,
    _fix: Closure<dyn FnMut(u32)>,
}

/// Loads CodeMirror after hydration; where that fails the text field stays.
pub fn mount_when_there(board: Board, id: Name, label: &'static str, text: Memo<String>, mirrored: RwSignal<bool>) {
    let held: StoredValue<SendWrapper<Option<Held>>> = StoredValue::new(SendWrapper::new(None));
    let script = use_assets().url("editor.js");
    let address = board.summary.with_untracked(|summary| format!("drafts/{}/components/{id}", summary.id));
    let options = serde_json::json!({ "label": label, "readOnly": !board.may_edit, "address": address });
    let of = id.clone();
    Effect::new(move |_| {
        let Some(host) = document().get_element_by_id(super::HOST) else { return };
        let (script, options, id) = (script.clone(), parsed(&options), of.clone());
        let typed = id.clone();
        let changed = Closure::<dyn FnMut(String)>::new(move |text: String| {
            if mirrored.try_get_untracked().is_some() {
                board.type_text(&typed, text);
            }
        });
        let fix = Closure::<dyn FnMut(u32)>::new(move |line: u32| {
            if mirrored.try_get_untracked().is_some() {
                mend::of(board, &id, Some(line));
            }
        });
        spawn_local(async move {
            let mounted = mount(&script, &host, &text.get_untracked(), &options, &changed, &fix).await;
            let Ok(editor) = mounted else { return };
            let editor: Editor = editor.unchecked_into();
            // The person may have gone on to another component meanwhile.
            if mirrored.try_get_untracked().is_none() {
                editor.destroy();
                return;
            }
            // What was typed into the text field while this loaded.
            board.flush();
            editor.set(&text.get_untracked());
            if document().active_element().is_some_and(|active| active.id() == super::SOURCE) {
                editor.focus();
            }
            held.set_value(SendWrapper::new(Some(Held { editor, _changed: changed, _fix: fix })));
            mirrored.set(true);
        });
    });
    let own = id.clone();
    Effect::new(move |_| {
        let now = text.get();
        if mirrored.get() && !board.is_typing(&own) {
            with(held, |editor| {
                if editor.get() != now {
                    editor.set(&now);
                }
            });
        }
    });
    let judged = id.clone();
    Effect::new(move |_| {
        let (list, facts) = board.check.with(|check| (known::findings(check, &judged), known::facts(board, check)));
        if mirrored.get() {
            with(held, |editor| {
                editor.facts(&parsed(&facts));
                editor.diagnostics(&parsed(&list));
            });
        }
    });
    let pointed = id.clone();
    Effect::new(move |_| {
        let line = board.pointed.with(|asked| asked.as_ref().filter(|(of, _)| *of == pointed).map(|(_, line)| *line));
        if let (true, Some(line)) = (mirrored.get(), line) {
            with(held, |editor| editor.reveal(line));
            board.pointed.set(None);
        }
    });
    // The server can be asked about a component once it has it, and while it answers.
    Effect::new(move |before: Option<bool>| {
        let reachable = match board.saver.state.get() {
            Saving::Saved => true,
            Saving::Busy => before.unwrap_or_default(),
            _ => false,
        };
        if mirrored.get() {
            with(held, |editor| editor.reachable(reachable));
        }
        reachable
    });
    on_cleanup(move || {
        if let Some(Some(held)) = held.try_update_value(|held| Option::take(held)) {
            held.editor.destroy();
        }
    });
}

fn with(held: StoredValue<SendWrapper<Option<Held>>>, act: impl FnOnce(&Editor)) {
    let _ = held.try_with_value(|held| {
        if let Some(held) = held.as_ref() {
            act(&held.editor);
        }
    });
}

fn parsed(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::NULL)
}
