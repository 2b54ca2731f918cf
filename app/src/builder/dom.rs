//! What only a browser can tell; while the server renders, nothing happens.

use leptos::ev::MouseEvent;
#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// Where the pointer is inside the element that listens.
#[cfg(feature = "hydrate")]
pub fn pointer(event: &MouseEvent) -> (f64, f64) {
    use wasm_bindgen::JsCast;
    let element = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let corner = element.map(|element| element.get_bounding_client_rect()).map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
    (f64::from(event.client_x()) - corner.0, f64::from(event.client_y()) - corner.1)
}

#[cfg(not(feature = "hydrate"))]
pub fn pointer(_event: &MouseEvent) -> (f64, f64) {
    (0.0, 0.0)
}

/// The size of the element with this id.
#[cfg(feature = "hydrate")]
pub fn size(id: &str) -> Option<(f64, f64)> {
    let rect = document().get_element_by_id(id)?.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| (rect.width(), rect.height()))
}

#[cfg(not(feature = "hydrate"))]
pub fn size(_id: &str) -> Option<(f64, f64)> {
    None
}

/// The size of what is left of an element where another lies over its right.
#[cfg(feature = "hydrate")]
pub fn free(id: &str, over: &str) -> Option<(f64, f64)> {
    let rect = document().get_element_by_id(id)?.get_bounding_client_rect();
    let over = document().get_element_by_id(over).map(|over| over.get_bounding_client_rect()).filter(|over| over.width() > 0.0);
    let right = over.map_or(rect.right(), |over| over.left().min(rect.right()));
    (right > rect.left()).then(|| (right - rect.left(), rect.height()))
}

#[cfg(not(feature = "hydrate"))]
pub fn free(_id: &str, _over: &str) -> Option<(f64, f64)> {
    None
}

/// Later moves of this pointer come to the listening element, wherever they happen.
#[cfg(feature = "hydrate")]
pub fn capture(event: &leptos::ev::PointerEvent) {
    use wasm_bindgen::JsCast;
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn capture(_event: &leptos::ev::PointerEvent) {}

/// Moves an element by its style: an attribute in the page's text would need a laxer policy.
#[cfg(feature = "hydrate")]
pub fn translate(id: &str, x: f64, y: f64) {
    use wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.style().set_property("transform", &format!("translate({x}px,{y}px)"));
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn translate(_id: &str, _x: f64, _y: f64) {}

#[cfg(feature = "hydrate")]
pub fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn focus(_id: &str) {}

/// A select that does something with each choice begins anew.
#[cfg(feature = "hydrate")]
pub fn show_first_line(event: &leptos::ev::Event) {
    if let Some(select) = event.target() {
        let _ = js_sys::Reflect::set(&select, &"selectedIndex".into(), &0.into());
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn show_first_line(_event: &leptos::ev::Event) {}

/// An id that no other edit has.
#[cfg(feature = "hydrate")]
pub fn fresh_id() -> String {
    let part = || (js_sys::Math::random() * 4_294_967_296.0) as u32;
    format!("{:x}-{:08x}{:08x}{:08x}", js_sys::Date::now() as u64, part(), part(), part())
}

#[cfg(not(feature = "hydrate"))]
pub fn fresh_id() -> String {
    String::new()
}

/// The browser asks before the page goes while something is not saved.
#[cfg(feature = "hydrate")]
pub fn ask_before_leaving(unsaved: impl Fn() -> bool + Clone + 'static) {
    Effect::new(move |_| {
        let unsaved = unsaved.clone();
        let handle = window_event_listener(leptos::ev::beforeunload, move |event| {
            if unsaved() {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    });
}

#[cfg(not(feature = "hydrate"))]
pub fn ask_before_leaving(_unsaved: impl Fn() -> bool + Clone + 'static) {}

/// Whenever somebody comes back to this window.
#[cfg(feature = "hydrate")]
pub fn on_coming_back(act: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let act = act.clone();
        let handle = window_event_listener(leptos::ev::focus, move |_| act());
        on_cleanup(move || handle.remove());
    });
}

#[cfg(not(feature = "hydrate"))]
pub fn on_coming_back(_act: impl Fn() + Clone + 'static) {}

/// Whenever the window's size changes.
#[cfg(feature = "hydrate")]
pub fn on_resize(act: impl Fn() + Clone + 'static) {
    Effect::new(move |_| {
        let act = act.clone();
        let handle = window_event_listener(leptos::ev::resize, move |_| act());
        on_cleanup(move || handle.remove());
    });
}

#[cfg(not(feature = "hydrate"))]
pub fn on_resize(_act: impl Fn() + Clone + 'static) {}

/// One thing that the palette lists.
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "only the browser asks"))]
pub struct Offer {
    pub group: &'static str,
    pub icon: &'static str,
    pub label: String,
    pub beside: String,
    pub key: &'static str,
    /// What is said when it is picked.
    pub number: usize,
}

/// The palette is a script of the page; the two know each other by two events on the window.
#[cfg(feature = "hydrate")]
pub fn on_palette(offer: impl Fn() -> Vec<Offer> + Clone + 'static, pick: impl Fn(usize) + Clone + 'static) {
    use leptos::ev::Custom;
    use wasm_bindgen::JsCast as _;
    Effect::new(move |_| {
        let (offer, pick) = (offer.clone(), pick.clone());
        let ask = window_event_listener(Custom::<web_sys::CustomEvent>::new("palette:ask"), move |event| {
            let Ok(list) = event.detail().dyn_into::<js_sys::Array>() else { return };
            for one in offer() {
                let texts = [one.group, one.icon, &one.label, &one.beside, one.key].map(wasm_bindgen::JsValue::from_str);
                let row: js_sys::Array = texts.into_iter().collect();
                row.push(&u32::try_from(one.number).unwrap_or(u32::MAX).into());
                list.push(&row);
            }
        });
        let does = window_event_listener(Custom::<web_sys::CustomEvent>::new("palette:do"), move |event| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number that this very page said")]
            if let Some(number) = event.detail().as_f64() {
                pick(number as usize);
            }
        });
        on_cleanup(move || {
            ask.remove();
            does.remove();
        });
    });
}

#[cfg(not(feature = "hydrate"))]
pub fn on_palette(_offer: impl Fn() -> Vec<Offer> + Clone + 'static, _pick: impl Fn(usize) + Clone + 'static) {}

/// Where this browser keeps a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// For this tab, over reloads.
    ForTab,
    /// For all tabs.
    ForAll,
}

#[cfg(feature = "hydrate")]
fn storage(place: Kept) -> Option<web_sys::Storage> {
    match place {
        Kept::ForTab => window().session_storage(),
        Kept::ForAll => window().local_storage(),
    }
    .ok()?
}

/// Whether the browser kept it.
#[cfg(feature = "hydrate")]
pub fn keep(place: Kept, key: &str, text: &str) -> bool {
    storage(place).is_some_and(|storage| storage.set_item(key, text).is_ok())
}

#[cfg(not(feature = "hydrate"))]
pub fn keep(_place: Kept, _key: &str, _text: &str) -> bool {
    false
}

#[cfg(feature = "hydrate")]
pub fn forget(place: Kept, key: &str) {
    if let Some(storage) = storage(place) {
        let _ = storage.remove_item(key);
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn forget(_place: Kept, _key: &str) {}

#[cfg(feature = "hydrate")]
pub fn kept(place: Kept, key: &str) -> Option<String> {
    storage(place)?.get_item(key).ok()?
}

#[cfg(not(feature = "hydrate"))]
pub fn kept(_place: Kept, _key: &str) -> Option<String> {
    None
}

/// Whether the focus goes to something inside the element with this id.
#[cfg(feature = "hydrate")]
pub fn stays_inside(event: &leptos::ev::FocusEvent, id: &str) -> bool {
    use wasm_bindgen::JsCast;
    let to = event.related_target().and_then(|to| to.dyn_into::<web_sys::Element>().ok());
    to.is_some_and(|to| to.closest(&format!("#{id}")).is_ok_and(|found| found.is_some()))
}

#[cfg(not(feature = "hydrate"))]
pub fn stays_inside(_event: &leptos::ev::FocusEvent, _id: &str) -> bool {
    false
}

/// How far the element with this id is scrolled, and how high what is seen of it is.
#[cfg(feature = "hydrate")]
pub fn scroll_of(id: &str) -> Option<(f64, f64)> {
    let found = document().get_element_by_id(id)?;
    (found.client_height() > 0).then(|| (f64::from(found.scroll_top()), f64::from(found.client_height())))
}

#[cfg(not(feature = "hydrate"))]
pub fn scroll_of(_id: &str) -> Option<(f64, f64)> {
    None
}

#[cfg(feature = "hydrate")]
pub fn scroll_to(id: &str, top: f64) {
    if let Some(found) = document().get_element_by_id(id) {
        found.set_scroll_top(top as i32);
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn scroll_to(_id: &str, _top: f64) {}

#[cfg(feature = "hydrate")]
pub fn set_height(id: &str, height: f64) {
    use wasm_bindgen::JsCast;
    if let Some(element) = document().get_element_by_id(id).and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.style().set_property("height", &format!("{height}px"));
    }
}

#[cfg(not(feature = "hydrate"))]
pub fn set_height(_id: &str, _height: f64) {}
