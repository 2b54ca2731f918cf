//! Others at the same draft: what they do is read as soon as the server tells of it, under whatever is typed here.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::*;

use super::board::Board;
use crate::session::use_session;

// Only a page that is looked at listens: a browser opens few connections to one server. After a refusal the browser's own
// stream is over, so the next one is begun here, later each time.
#[wasm_bindgen(inline_js = "
export function hear(draft, after, tell) {
  let source, timer, failed = 0;
  const end = () => { clearTimeout(timer); source?.close(); source = undefined; };
  const begin = () => {
    end();
    if (document.hidden) return;
    source = new EventSource(`/api/v1/drafts/${draft}/events?after=${after}`);
    source.onopen = () => { if (failed) tell('open', '', ''); failed = 0; };
    source.onerror = () => {
      if (++failed > 1) tell('lost', '', '');
      if (source?.readyState === 2) timer = setTimeout(begin, Math.min(60, 2 ** failed) * 1000);
    };
    source.addEventListener('edit', (event) => {
      after = event.lastEventId;
      const edit = JSON.parse(event.data);
      const at = new Date(edit.at / 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
      tell('edit', `${edit.by.name} ${edit.words}, ${at}`, edit.change_id);
    });
    source.addEventListener('draft', () => tell('edit', '', ''));
    source.addEventListener('here', (event) => tell('here', JSON.parse(event.data).join(', '), ''));
  };
  document.addEventListener('visibilitychange', begin);
  begin();
  return () => { document.removeEventListener('visibilitychange', begin); end(); };
}")]
extern "C" {
    fn hear(draft: &str, after: &str, tell: &Closure<dyn FnMut(String, String, String)>) -> js_sys::Function;
}

pub fn listen(board: Board) {
    Effect::new(move |_| {
        let tell = Closure::<dyn FnMut(String, String, String)>::new(move |what: String, text: String, id: String| {
            if board.heard.try_get_untracked().is_none() {
                return;
            }
            match what.as_str() {
                "here" => board.here.set(text),
                "lost" => board.saver.refresh(),
                "open" => board.saver.found_again(),
                _ if !id.is_empty() && board.saver.is_own(&id) => {}
                _ => {
                    if !text.is_empty() {
                        board.heard.set(text);
                    }
                    board.saver.hear();
                }
            }
        });
        let (draft, revision) = board.summary.with_untracked(|summary| (summary.id.clone(), summary.revision.to_string()));
        let held = SendWrapper::new((hear(&draft, &revision, &tell), tell));
        on_cleanup(move || {
            let _ = held.0.call0(&JsValue::NULL);
        });
    });
}

/// Whoever edits is known once the session is.
pub fn keep_what_waits(board: Board) {
    let session = use_session();
    Effect::new(move |known: Option<bool>| {
        let person = session.me().filter(|_| known != Some(true) && board.may_edit);
        if let Some(person) = &person {
            board.saver.keep_for(&person.id);
        }
        known == Some(true) || person.is_some()
    });
}
