//! The wasm entry point: hydrates the page the server rendered.

fn main() {
    app::hydrate();
}
