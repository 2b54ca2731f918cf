//! A module of one import and two functions, written by hand.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::{emptied, is_unused};

/// `(import "m" "f" (func)) (func $keep (result i32) i32.const 7) (func $view::hydrate_async (result i32) i32.const 9)`
fn module() -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    let mut section = |id: u8, bytes: &[u8]| {
        module.extend([id, u8::try_from(bytes.len()).unwrap()]);
        module.extend(bytes);
    };
    section(1, &[2, 0x60, 0, 0, 0x60, 0, 1, 0x7f]);
    section(2, b"\x01\x01m\x01f\x00\x00");
    section(3, &[2, 1, 1]);
    section(10, &[2, 4, 0, 0x41, 7, 0x0b, 4, 0, 0x41, 9, 0x0b]);
    let mut names = b"\x04name".to_vec();
    let mut inside = vec![2, 1, 4];
    inside.extend(b"keep");
    inside.extend([2, 19]);
    inside.extend(b"view::hydrate_async");
    names.extend([1, u8::try_from(inside.len()).unwrap()]);
    names.extend(inside);
    section(0, &names);
    module
}

#[test]
fn what_is_named_is_emptied_and_nothing_else() {
    let (slim, count) = emptied(&module(), |name| name.contains("hydrate_async")).unwrap();
    assert_eq!(count, 1);
    let code = [10, 10, 2, 4, 0, 0x41, 7, 0x0b, 3, 0, 0, 0x0b];
    assert!(slim.windows(code.len()).any(|window| window == code), "{slim:?}");
}

#[test]
fn a_module_without_such_a_name_stays_as_it_is() {
    assert_eq!(emptied(&module(), |_| false).unwrap(), (module(), 0));
}

#[test]
fn a_module_that_breaks_off_is_refused() {
    let whole = module();
    assert!(emptied(&whole[..whole.len() - 3], |_| true).is_err());
}

#[test]
fn the_second_way_is_told_by_name_and_what_it_may_share_is_left_alone() {
    assert!(is_unused("<T as tachys::view::any_view::IntoAny>::into_any::hydrate_async::h0123456789abcdef"));
    assert!(is_unused(
        "<tachys::html::element::HtmlElement<E,At,Ch> as tachys::view::RenderHtml>::hydrate_async::{{closure}}::h0123456789abcdef"
    ));
    assert!(!is_unused(
        "core::ptr::drop_in_place<tachys::view::tuples::<impl tachys::view::RenderHtml for (A,)>::hydrate_async<B>::{{closure}}>::h0123456789abcdef"
    ));
    assert!(!is_unused("<T as tachys::view::any_view::IntoAny>::into_any::hydrate_from_server::h0123456789abcdef"));
}
