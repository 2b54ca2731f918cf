//! The wasm of the settings: takes over the page that the server rendered.

fn main() {
    app::hydrate_settings();
}
