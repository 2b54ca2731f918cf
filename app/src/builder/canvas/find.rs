//! Find: a few letters of a name, a chart or a namespace, and the canvas goes there.

use domain::name::Name;
use domain::stack::{Component, Content, Stack};
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::CANVAS;
use super::hand::Hand;
use crate::builder::board::use_board;
use crate::builder::dom;

const FIELD: &str = "canvas-find";
const MOST: usize = 8;

#[component]
pub fn Find() -> AnyView {
    let hand = expect_context::<Hand>();
    Effect::new(move |_| {
        if hand.finding.get() {
            dom::focus(FIELD);
        }
    });
    view! { <Show when=move || hand.finding.get()><Field/></Show> }.into_any()
}

#[component]
fn Field() -> AnyView {
    let (board, hand) = (use_board(), expect_context::<Hand>());
    let (wanted, at) = (RwSignal::new(String::new()), RwSignal::new(0_usize));
    let found = Memo::new(move |_| board.content.with(|stack| matches(stack, &wanted.get())));
    let close = move || {
        hand.finding.set(false);
        dom::focus(CANVAS);
    };
    let go = move |id: &Name| {
        board.choose(id);
        close();
    };
    let keys = move |event: KeyboardEvent| {
        event.stop_propagation();
        let count = found.with(|found| found.0.len()).max(1);
        match event.key().as_str() {
            "Escape" => close(),
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                if let Some((id, _)) = found.with_untracked(|found| found.0.get(at.get_untracked()).cloned()) {
                    go(&id);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(index, (id, words)): (usize, (Name, String))| {
        let name = id.to_string();
        view! {
            <li class="find-item" role="option" id=format!("find-{index}") aria-selected=move || (at.get() == index).to_string()
                on:pointerdown=move |event| { event.prevent_default(); go(&id); }><strong>{name}</strong>" "<span class="muted">{words}</span></li>
        }
    };
    let list = move || found.get().0.into_iter().enumerate().map(option).collect_view();
    let tally = move || match found.with(|found| found.1) {
        0 => "Nothing matches.".to_owned(),
        1 => "1 component".to_owned(),
        more => format!("{more} components"),
    };
    view! {
        <div class="canvas-find">
            <input class="input" id=FIELD type="text" role="combobox" aria-label="Find a component" aria-expanded="true" aria-controls="find-list" autocomplete="off" spellcheck="false"
                aria-activedescendant=move || format!("find-{}", at.get()) placeholder="Find by name, chart or namespace"
                on:input=move |event| { wanted.set(event_target_value(&event)); at.set(0); } on:keydown=keys on:blur=move |_| hand.finding.set(false)/>
            <ul class="find-list" id="find-list" role="listbox" aria-label="Found">{list}</ul>
            <p class="find-tally" role="status">{tally}</p>
        </div>
    }
    .into_any()
}

/// The best few, and how many there are: names that begin so, then names that hold it, then the rest.
fn matches(stack: &Stack, wanted: &str) -> (Vec<(Name, String)>, usize) {
    let wanted = wanted.trim().to_lowercase();
    let mut found: Vec<(u8, &Component)> = stack.components.iter().filter_map(|one| Some((rank(one, &wanted)?, one))).collect();
    found.sort_by(|a, b| (a.0, &a.1.name).cmp(&(b.0, &b.1.name)));
    (found.iter().take(MOST).map(|(_, one)| (one.id.clone(), words(one))).collect(), found.len())
}

fn rank(one: &Component, wanted: &str) -> Option<u8> {
    let name = one.name.as_str();
    if name.starts_with(wanted) {
        Some(0)
    } else if name.contains(wanted) {
        Some(1)
    } else {
        words(one).to_lowercase().contains(wanted).then_some(2)
    }
}

/// Its shown name where that differs from its id, its chart, its namespace.
pub fn words(one: &Component) -> String {
    let chart = match &one.content {
        Content::Addon(addon) => addon.chart.name.as_str(),
        Content::Manifest(_) => "manifest",
    };
    let shown = if one.name == one.id { "" } else { one.name.as_str() };
    let parts = [shown, chart, one.namespace.as_deref().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use domain::stack::Manifest;

    use super::*;

    #[test]
    fn names_that_begin_so_come_first_then_those_that_hold_it_then_namespaces() {
        let mut stack = Stack::new(Name::new("s").unwrap());
        for (name, namespace) in [("z-web", "a"), ("other", "web"), ("web-1", "b"), ("none", "c")] {
            let content = Content::Manifest(Manifest { text: String::new() });
            let one = Component::new(Name::new(name).unwrap(), content);
            stack.components.push(Component { namespace: Some(namespace.to_owned()), ..one });
        }
        let (found, count) = matches(&stack, " Web ");
        let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!((ids, count), (vec!["web-1", "z-web", "other"], 3));
        assert_eq!(matches(&stack, "").1, 4);
    }
}
