//! What knows no noun of ours: fields, dialogs, times, copy buttons.

pub mod copy;
pub mod dialog;
pub mod field;
pub mod icon;
pub mod loaded;
pub mod page_head;
#[cfg(not(feature = "hydrate"))]
pub mod plain_field;
pub mod qr;
pub mod sheet;
pub mod tabs;
pub mod time;
pub mod toast;
pub mod twice;

/// What widgets share on a page; called once, by [`App`](crate::App).
pub fn provide_widgets() {
    time::provide_zone();
    toast::provide_toasts();
}
