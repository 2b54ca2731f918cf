//! Where everything stands in a cluster's repository.

use crate::name::Name;

/// The layout of one repository: every path carries the binding's prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// Empty, or ending in a slash.
    prefix: String,
    cluster: Name,
}

impl Tree {
    /// `path` is the binding's: empty, or folders without slashes at the ends.
    pub fn new(path: &str, cluster: Name) -> Tree {
        let path = path.trim_matches('/');
        Tree { prefix: if path.is_empty() { String::new() } else { format!("{path}/") }, cluster }
    }

    pub fn binding(&self) -> String {
        format!("{}countersign.yaml", self.prefix)
    }

    pub fn sops(&self) -> String {
        format!("{}.sops.yaml", self.prefix)
    }

    pub fn allowed_signers(&self) -> String {
        format!("{}allowed_signers", self.prefix)
    }

    /// The folder with one folder per entry, ending in a slash.
    pub fn entries(&self) -> String {
        format!("{}.countersign/", self.prefix)
    }

    /// The folder of a stack, ending in a slash.
    pub fn stack(&self, stack: &Name) -> String {
        format!("{}stacks/{stack}/", self.prefix)
    }

    /// The folder with the stacks, ending in a slash.
    pub fn stacks(&self) -> String {
        format!("{}stacks/", self.prefix)
    }

    pub fn stack_yaml(&self, stack: &Name) -> String {
        format!("{}stack.yaml", self.stack(stack))
    }

    pub fn flux(&self, stack: &Name) -> String {
        format!("{}flux/", self.stack(stack))
    }

    /// The file with a component's Kustomization.
    pub fn flux_of(&self, stack: &Name, component: &Name) -> String {
        format!("{}{component}.yaml", self.flux(stack))
    }

    pub fn ready(&self, stack: &Name) -> String {
        format!("{}ready/", self.stack(stack))
    }

    pub fn component(&self, stack: &Name, component: &Name) -> String {
        format!("{}components/{component}/", self.stack(stack))
    }

    /// The file that hands a stack to Flux.
    pub fn stack_entry(&self, stack: &Name) -> String {
        format!("{}clusters/{}/countersign/{stack}.yaml", self.prefix, self.cluster)
    }

    /// The file that hands the Namespaces to Flux; no stack can have this name.
    pub fn namespaces_entry(&self) -> String {
        format!("{}clusters/{}/countersign/namespaces.yaml", self.prefix, self.cluster)
    }

    /// The folder with the Namespaces, ending in a slash.
    pub fn namespaces(&self) -> String {
        format!("{}clusters/{}/namespaces/", self.prefix, self.cluster)
    }

    pub fn namespace(&self, namespace: &str) -> String {
        format!("{}{namespace}.yaml", self.namespaces())
    }

    /// As Flux writes a path: from the repository's root.
    pub fn flux_path(path: &str) -> String {
        format!("./{}", path.trim_end_matches('/'))
    }

    /// Whether a path belongs to a stack alone.
    pub fn stack_owns(&self, stack: &Name, path: &str) -> bool {
        path.starts_with(&self.stack(stack)) || path == self.stack_entry(stack)
    }

    /// The stack that a path belongs to.
    pub fn stack_of(&self, path: &str) -> Option<Name> {
        let entries = format!("{}clusters/{}/countersign/", self.prefix, self.cluster);
        let id = match path.strip_prefix(&self.stacks()) {
            Some(rest) => rest.split_once('/')?.0,
            None => path.strip_prefix(&entries)?.strip_suffix(".yaml")?,
        };
        Name::new(id).ok()
    }

    /// Whether a path is one of those that stacks share.
    pub fn is_shared(&self, path: &str) -> bool {
        path.starts_with(&self.namespaces()) || path == self.namespaces_entry()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    #[test]
    fn a_prefix_stands_before_everything() {
        let tree = Tree::new("/clusters/nl/", name("nl-prod-1"));
        assert_eq!(tree.binding(), "clusters/nl/countersign.yaml");
        assert_eq!(tree.component(&name("web"), &name("grafana")), "clusters/nl/stacks/web/components/grafana/");
        assert_eq!(tree.stack_entry(&name("web")), "clusters/nl/clusters/nl-prod-1/countersign/web.yaml");
    }

    #[test]
    fn a_path_belongs_to_at_most_one_stack() {
        let tree = Tree::new("", name("prod"));
        let (web, shop) = (name("web"), name("web-shop"));
        for path in ["stacks/web/stack.yaml", "clusters/prod/countersign/web.yaml"] {
            assert!(tree.stack_owns(&web, path) && !tree.stack_owns(&shop, path), "{path}");
            assert_eq!(tree.stack_of(path), Some(web.clone()));
        }
        assert!(!tree.stack_owns(&web, "stacks/web-shop/stack.yaml"));
        assert_eq!(tree.stack_of("clusters/prod/countersign/namespaces.yaml"), None);
        assert_eq!(tree.stack_of("clusters/other/countersign/web.yaml"), None);
        assert!(tree.is_shared("clusters/prod/countersign/namespaces.yaml"));
    }
}
