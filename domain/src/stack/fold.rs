//! Folding: all components of a namespace as one box.
//!
//! Folding is no contraction of the order. Of `a` in web, `b` in data that waits for it and `c` in web that waits for `b`,
//! the box web both waits for `b` and is waited for: folded graphs have cycles that the stack has not. So nothing is ordered
//! anew. A box stands where the first of its members stands, in its wave, and whatever is not folded stays where it is; an
//! edge that then leads to a wave above is drawn as one that leads back.

use std::collections::{BTreeMap, BTreeSet};

use super::Stack;
use crate::name::Name;

/// Whatever states no namespace of its own is of the namespace without a name.
pub fn namespace_of(stack: &Stack, component: &str) -> Option<String> {
    stack.component(component).map(|found| found.namespace.clone().unwrap_or_default())
}

/// One box in the place of several components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    pub namespace: String,
    /// The member in whose place the box stands, and whose id it goes by.
    pub at: Name,
    /// In the order of declaration.
    pub members: Vec<Name>,
}

/// What is folded, by box.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folds {
    folds: BTreeMap<Name, Fold>,
    /// The box of every member.
    of: BTreeMap<Name, Name>,
}

impl Folds {
    /// The components of these namespaces. `order` says which of two stands first; a single component is no fold.
    pub fn new(stack: &Stack, namespaces: &BTreeSet<String>, order: impl Fn(&Name) -> (usize, usize)) -> Folds {
        let mut by: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
        for component in &stack.components {
            let namespace = component.namespace.as_deref().unwrap_or_default();
            if namespaces.contains(namespace) {
                by.entry(namespace).or_default().push(&component.id);
            }
        }
        let mut folds = Folds::default();
        for (namespace, members) in by.into_iter().filter(|(_, members)| members.len() > 1) {
            let Some(at) = members.iter().min_by_key(|id| order(id)).map(|id| (*id).clone()) else { continue };
            folds.of.extend(members.iter().map(|id| ((*id).clone(), at.clone())));
            let members = members.into_iter().cloned().collect();
            folds.folds.insert(at.clone(), Fold { namespace: namespace.to_owned(), at, members });
        }
        folds
    }

    pub fn is_empty(&self) -> bool {
        self.folds.is_empty()
    }

    /// The fold whose box goes by this id.
    pub fn at(&self, id: &Name) -> Option<&Fold> {
        self.folds.get(id)
    }

    /// The fold that holds a component.
    pub fn holding(&self, id: &Name) -> Option<&Fold> {
        self.folds.get(self.of.get(id)?)
    }

    /// What is drawn for a component: itself, or its box.
    pub fn shown<'a>(&'a self, id: &'a Name) -> &'a Name {
        self.of.get(id).unwrap_or(id)
    }

    pub fn is_hidden(&self, id: &Name) -> bool {
        self.shown(id) != id
    }

    /// Everything that a box stands for; a component alone stands for itself.
    pub fn members(&self, id: &Name) -> BTreeSet<Name> {
        match self.at(id) {
            Some(fold) => fold.members.iter().cloned().collect(),
            None => BTreeSet::from([id.clone()]),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::time::Instant;

    use super::*;
    use crate::stack::layout::{Layout, layout};
    use crate::stack::{Component, Content, Manifest};

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    /// `(id, namespace, what it waits for)`
    fn stack(all: &[(&str, &str, &[&str])]) -> Stack {
        let mut stack = Stack::new(name("web"));
        for (id, namespace, on) in all {
            let content = Content::Manifest(Manifest { text: String::new() });
            let depends_on = on.iter().map(|on| name(on)).collect();
            let namespace = Some((*namespace).to_owned()).filter(|namespace| !namespace.is_empty());
            stack.components.push(Component { namespace, depends_on, ..Component::new(name(id), content) });
        }
        stack
    }

    fn folded(stack: &Stack, namespaces: &[&str]) -> (Layout, Folds, Layout) {
        let all = layout(stack);
        let folds = Folds::new(stack, &namespaces.iter().map(|one| (*one).to_owned()).collect(), |id| all.rank(id));
        let drawn = all.folded(&folds);
        (all, folds, drawn)
    }

    fn edges(layout: &Layout) -> BTreeSet<String> {
        layout.routes.iter().map(|route| format!("{} {}", route.component, route.on)).collect()
    }

    const LOOP: &[(&str, &str, &[&str])] =
        &[("a", "x", &[]), ("b", "y", &["a"]), ("c", "x", &["b"]), ("d", "y", &["a", "c"]), ("e", "z", &["c"])];

    #[test]
    fn a_box_stands_in_the_place_of_its_first_member_and_all_else_stays() {
        let (all, folds, drawn) = folded(&stack(LOOP), &["x"]);
        let fold = folds.at(&name("a")).unwrap();
        assert_eq!((fold.namespace.as_str(), fold.members.as_slice()), ("x", [name("a"), name("c")].as_slice()));
        assert!(folds.is_hidden(&name("c")) && !folds.is_hidden(&name("a")) && !folds.is_hidden(&name("b")));
        let ids: Vec<&str> = drawn.places.iter().map(|place| place.component.as_str()).collect();
        assert_eq!(ids, ["a", "b", "d", "e"]);
        for place in &drawn.places {
            assert_eq!(Some(place), all.place(place.component.as_str()), "it moved");
        }
        assert_eq!(drawn.place("c"), None);
    }

    #[test]
    fn edges_are_joined_inner_ones_go_and_one_that_leads_back_points_up() {
        let (all, _, drawn) = folded(&stack(LOOP), &["x"]);
        assert_eq!(edges(&drawn), ["a b", "b a", "d a", "e a"].map(str::to_owned).into());
        let route = |component: &str, on: &str| {
            drawn.routes.iter().find(|one| (one.component.as_str(), one.on.as_str()) == (component, on)).unwrap()
        };
        assert!(route("a", "b").leads_back(), "c waits for b, and stands above it now");
        assert!(!route("b", "a").leads_back() && !route("e", "a").leads_back());
        let before = all.routes.iter().find(|one| (one.component.as_str(), one.on.as_str()) == ("b", "a")).unwrap();
        assert_eq!(route("b", "a"), before, "an edge between what stays is as it was");
        // Beside b, which stands between, and beside its own ends where it leads back.
        for (component, on) in [("e", "a"), ("a", "b")] {
            let lane = route(component, on).points[3].x;
            let b = drawn.place("b").unwrap().at.x;
            assert!(lane < b || lane > b + crate::stack::layout::WIDTH, "{component} {on}: {lane} goes through b at {b}");
        }
        // Two boxes, each with two edges to the other way and back: one edge for each way.
        let (_, _, both) = folded(&stack(LOOP), &["x", "y"]);
        assert_eq!(edges(&both), ["a b", "b a", "e a"].map(str::to_owned).into());
    }

    #[test]
    fn one_component_is_no_fold_and_those_without_a_namespace_are_one() {
        let plain = stack(&[("a", "", &[]), ("b", "", &["a"]), ("c", "z", &["b"])]);
        let (_, folds, drawn) = folded(&plain, &["", "z"]);
        assert_eq!((folds.at(&name("a")).map(|fold| fold.members.len()), folds.at(&name("c"))), (Some(2), None));
        assert_eq!(edges(&drawn), BTreeSet::from(["c a".to_owned()]));
        assert_eq!(folds.members(&name("a")), BTreeSet::from([name("a"), name("b")]));
        assert_eq!(folds.members(&name("c")), BTreeSet::from([name("c")]));
        let (all, none, drawn) = folded(&plain, &["nowhere"]);
        assert!(none.is_empty() && all == drawn);
    }

    #[test]
    fn a_thousand_components_fold_at_once() {
        let ids: Vec<String> = (0..1_000).map(|n| format!("app-{n}")).collect();
        let spaces: Vec<String> = (0..1_000).map(|n| format!("ns-{}", n % 20)).collect();
        let mut large = Stack::new(name("web"));
        for n in 0..1_000 {
            let content = Content::Manifest(Manifest { text: String::new() });
            let depends_on = [n / 2, n / 3].into_iter().filter(|on| *on < n).collect::<BTreeSet<_>>();
            let depends_on = depends_on.into_iter().map(|on| name(&ids[on])).collect();
            large.components.push(Component { namespace: Some(spaces[n].clone()), depends_on, ..Component::new(name(&ids[n]), content) });
        }
        let all = layout(&large);
        let namespaces: BTreeSet<String> = spaces.iter().take(10).cloned().collect();
        let began = Instant::now();
        let folds = Folds::new(&large, &namespaces, |id| all.rank(id));
        let drawn = all.folded(&folds);
        let took = began.elapsed();
        assert_eq!(drawn.places.len(), 510);
        // Under a tenth of a second, unoptimised: a quadratic way would take many.
        assert!(took.as_millis() < 500, "{took:?}");
    }
}
