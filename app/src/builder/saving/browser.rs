//! Which page of this browser keeps which edits: a page holds a lock on its name for as long as it lives, and whoever gets
//! the lock of another takes its edits over. So two pages never send as one.

use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::Saver;

#[wasm_bindgen(inline_js = "
const held = new Map(), asked = new Set();
const lock = (page, got) =>
  navigator.locks?.request(`countersign-edits-${page}`, () => got() && new Promise((release) => held.set(page, release))).catch(() => {});
export const attend = (page) => void lock(page, () => true);
export const leave = (page) => { held.get(page)?.(); held.delete(page); };
export function look(prefix, take) {
  let keys = [];
  try { keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch {}
  for (const key of keys) {
    const page = key.slice(prefix.length);
    if (held.has(page) || asked.has(page)) continue;
    asked.add(page);
    lock(page, () => {
      asked.delete(page);
      const text = localStorage.getItem(key);
      return text !== null && take(page, text);
    });
  }
}
")]
extern "C" {
    fn attend(page: &str);
    fn leave(page: &str);
    fn look(prefix: &str, take: &Closure<dyn FnMut(String, String) -> bool>);
}

/// This page's edits are its own for as long as it lives.
pub fn own(page: &str) {
    attend(page);
}

pub fn let_go(page: &str) {
    leave(page);
}

/// Takes over what pages left that are gone. Their locks come when they come, so what takes them is never given back.
pub fn take_over(saver: Saver, prefix: &str) {
    let take = Closure::new(move |page: String, text: String| saver.queue.try_with_value(|_| ()).is_some() && saver.take_up(page, &text));
    look(prefix, &take);
    take.forget();
}
