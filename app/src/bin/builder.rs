//! The wasm of the builder: takes over the page that the server rendered.

fn main() {
    app::hydrate_builder();
}
