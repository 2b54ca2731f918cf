//! The examples that ship with the product, to be loaded as drafts.

use domain::api::draft::Example;
use domain::stack::{Stack, source};

const EXAMPLES: [(&str, &str); 3] = [
    ("monitoring", include_str!("../../../examples/monitoring/stack.yaml")),
    ("homelab", include_str!("../../../examples/homelab/stack.yaml")),
    ("ci", include_str!("../../../examples/ci/stack.yaml")),
];

pub fn list() -> Vec<Example> {
    let read = |(id, _): (&str, &str)| {
        let stack = get(id)?;
        Some(Example {
            id: id.to_owned(),
            description: stack.description.unwrap_or_default(),
            components: stack.components.iter().map(|component| component.name.to_string()).collect(),
        })
    };
    EXAMPLES.into_iter().filter_map(read).collect()
}

/// A test reads every one of them, so nothing known is ever missing.
pub fn get(id: &str) -> Option<Stack> {
    let (_, text) = EXAMPLES.into_iter().find(|(known, _)| *known == id)?;
    source::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_reads() {
        assert_eq!(list().len(), EXAMPLES.len());
    }
}
