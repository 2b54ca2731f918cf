//! Named points at which a test ends the process, as a power cut would. Release builds have none.

/// Every point, in the order in which a deploy passes them.
pub const POINTS: &[&str] = &[
    "approve.before_store",
    "approve.after_store",
    "intend.before_fetch",
    "intend.after_fetch",
    "intend.after_build",
    "intend.before_store",
    "intend.after_store",
    "push.before_lease",
    "push.after_lease",
    "push.before_rebuild",
    "push.after_rebuild",
    "push.before_objects",
    "push.after_objects",
    "push.before_push",
    "push.after_push",
    "push.before_unclear",
    "push.after_unclear",
    "resolve.before_ask",
    "resolve.after_ask",
    "record.before_store",
    "record.after_store",
];

/// Those that a rotation of the vault's key passes.
pub const ROTATION: &[&str] =
    &["rotate.before_stage", "rotate.after_stage", "rotate.before_store", "rotate.after_store", "rotate.after_finish"];

/// Ends the process with SIGKILL's abruptness if the environment names this point in `COUNTERSIGN_FAILPOINT`.
pub fn reach(point: &'static str) {
    debug_assert!(POINTS.contains(&point) || ROTATION.contains(&point), "{point} is not in the list");
    #[cfg(debug_assertions)]
    if ARMED.as_deref() == Some(point) {
        std::process::abort();
    }
}

#[cfg(debug_assertions)]
static ARMED: std::sync::LazyLock<Option<String>> = std::sync::LazyLock::new(|| {
    // A test arms one point for one process; it is no setting of the product.
    std::env::var("COUNTERSIGN_FAILPOINT").ok()
});
