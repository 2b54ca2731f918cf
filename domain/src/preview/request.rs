//! Which releases a plan has to render, and with which values.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::convert::Infallible;

use serde_json::{Map, Value};

use super::{Request, Side};
use crate::cluster::Cluster;
use crate::engine;
use crate::expression;
use crate::name::Name;
use crate::plan::delta::Delta;
use crate::plan::{Does, Head};
use crate::repository::Tree;
use crate::resolve::{self, Resolution, ResolvedContent};
use crate::sealing::{Piece, Text, ValuesTree};
use crate::stack::{Addon, Component, Content, Stack};
use crate::yaml::merge::merge;
use crate::yaml::read;

/// What a plan goes from and to.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    pub before: Option<&'a Stack>,
    pub after: &'a Stack,
    pub cluster: &'a Cluster,
    pub tree: &'a Tree,
    pub head: &'a Head,
    pub delta: &'a Delta,
    /// Of [`after`](Self::after).
    pub resolution: &'a Resolution<'a>,
    /// Components that stay as they were because they cannot be resolved.
    pub skipped: &'a BTreeSet<Name>,
}

/// One request for each side of each release that comes, goes or is made of something else.
pub fn requests(sides: &Sides<'_>) -> Vec<Request> {
    let earlier = OnceCell::new();
    let mut requests = Vec::new();
    for (id, does) in &sides.delta.does {
        if matches!(does, Does::Nothing | Does::LetGo) || sides.skipped.iter().any(|skipped| skipped.as_str() == id) {
            continue;
        }
        let was = sides.before.and_then(|before| recorded(sides, before, &earlier, id));
        let now = sides.after.component(id).and_then(|component| planned(sides, component));
        let same = matches!((&was, &now), (Some(was), Some(now)) if was.is_like(now));
        if !same {
            requests.extend([was, now].into_iter().flatten());
        }
    }
    requests
}

impl Request {
    fn of(component: &Component, addon: &Addon, side: Side, values: Value) -> Option<Request> {
        Some(Request {
            component: component.id.clone(),
            side,
            chart: addon.chart.clone(),
            release: addon.release_name(component).to_owned(),
            namespace: component.namespace.clone()?,
            values,
        })
    }

    fn is_like(&self, other: &Request) -> bool {
        let all_but_the_side = |one: &Request| Request { side: Side::Before, ..one.clone() };
        all_but_the_side(self) == all_but_the_side(other)
    }
}

fn planned(sides: &Sides<'_>, component: &Component) -> Option<Request> {
    let Content::Addon(addon) = &component.content else { return None };
    let Some(ResolvedContent::Addon { values }) = &sides.resolution.get(component.id.as_str())?.content else { return None };
    Request::of(component, addon, Side::After, filled(values))
}

/// The values as the branch holds them: what may be read stands in the HelmRelease, and of what is sealed the stack's own
/// text says where it was.
fn recorded<'a>(sides: &Sides<'a>, before: &'a Stack, earlier: &OnceCell<Resolution<'a>>, id: &str) -> Option<Request> {
    let component = before.component(id)?;
    let Content::Addon(addon) = &component.content else { return None };
    let path = format!("{}release.yaml", sides.tree.component(&before.id, &component.id));
    let text = std::str::from_utf8(&sides.head.files.get(&path)?.bytes).ok()?;
    let mut values = Value::Object(Map::new());
    if expression::is_in(&addon.values) {
        let resolution = earlier.get_or_init(|| resolve::resolve(before, sides.cluster));
        if let Some(ResolvedContent::Addon { values: tree }) = resolution.get(id).and_then(|resolved| resolved.content.as_ref())
            && let Some(sealed) = engine::split_values(tree).1
        {
            values = filled(&sealed);
        }
    }
    if let Some(readable) = read::value(text).ok()?.pointer("/spec/values") {
        merge(&mut values, readable);
    }
    Request::of(component, addon, Side::Before, values)
}

/// The values with a word in the place of each secret.
fn filled(tree: &ValuesTree) -> Value {
    let word = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Secret(name) => format!("<secret {name}>"),
    };
    let Ok(values) = tree.fill(&mut |Text(pieces): &Text| Ok::<_, Infallible>(pieces.iter().map(word).collect()));
    values
}
