//! Which code a page loads: most of what people read needs no wasm, and the builder none of the settings' forms.

/// The server decides by the address alone, before anything is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Where a passkey is used: plain HTML, a few KB of script, no wasm by policy.
    Ceremony,
    /// Overview, catalog, record, and whatever is not there: HTML, and `read.js` for its few controls.
    Read,
    /// The stack builder, with its own wasm.
    Builder,
    /// Forms and tables of the settings, with theirs.
    Settings,
}

impl Kind {
    pub fn of(path: &str) -> Kind {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        match segments.as_slice() {
            ["setup" | "login" | "enrol" | "review", ..] => Kind::Ceremony,
            ["clusters", _, "stacks", _] => Kind::Builder,
            ["settings", "clusters" | "environments" | "variables" | "secrets" | "people" | "account"] | ["settings", "clusters", _] => {
                Kind::Settings
            }
            _ => Kind::Read,
        }
    }

    /// As the document says it, for scripts: a link to a page of another kind is loaded by the browser.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Ceremony => "ceremony",
            Kind::Read => "read",
            Kind::Builder => "builder",
            Kind::Settings => "settings",
        }
    }

    /// The wasm that takes the page over, and its glue.
    pub fn wasm(self) -> Option<(&'static str, &'static str)> {
        match self {
            Kind::Builder => Some(("builder.js", "builder.wasm")),
            Kind::Settings => Some(("settings.js", "settings.wasm")),
            Kind::Ceremony | Kind::Read => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_ceremony_load_no_wasm() {
        for path in ["/setup", "/login?next=/", "/enrol", "/enrol/abc", "/review/0192"] {
            assert_eq!(Kind::of(path), Kind::Ceremony, "{path}");
        }
        assert_eq!(Kind::Ceremony.wasm(), None);
    }

    #[test]
    fn what_is_only_read_loads_no_wasm() {
        for path in [
            "/",
            "/?a=b",
            "/catalog",
            "/catalog/chart?name=grafana",
            "/record",
            "/record/nl-dev-1/12",
            "/import",
            "/clusters/login/stacks/setup/application",
            "/clusters/login/stacks/setup/history?draft=1",
            "/clusters/login/stacks/setup/drafts",
            "/clusters/login/stacks/setup/compare?from=record&to=draft:1",
            "/reviews",
            "/settings",
            "/settings/nowhere",
            "/clusters/login/stacks",
        ] {
            assert_eq!(Kind::of(path), Kind::Read, "{path}");
        }
        assert_eq!(Kind::Read.wasm(), None);
    }

    #[test]
    fn builder_and_settings_load_wasm_of_their_own() {
        assert_eq!(Kind::of("/clusters/login/stacks/setup?draft=1"), Kind::Builder);
        for path in
            ["/settings/clusters", "/settings/clusters/new", "/settings/clusters/nl-dev-1", "/settings/people/", "/settings/account"]
        {
            assert_eq!(Kind::of(path), Kind::Settings, "{path}");
        }
        assert_ne!(Kind::Builder.wasm(), Kind::Settings.wasm());
    }
}
