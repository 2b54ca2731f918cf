//! What charts make of their values: which releases a plan has to render, and what came back.
//!
//! Nothing is rendered here. [`requests`] says what is wanted, whoever runs Helm answers with [`Previews`], and the plan
//! is a pure function of both. No secret is needed: in its place stands `<secret NAME>`.

mod effects;
mod objects;
mod request;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::name::Name;
use crate::stack::Chart;

pub(crate) use effects::{CLAIM, claims_of, left_out, refused, uninstalled};
pub use objects::Objects;
pub(crate) use request::{Sides, requests};

/// The two sides of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// As the record has it.
    Before,
    /// As the plan would have it.
    After,
}

/// One release, as `helm template` takes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub component: Name,
    pub side: Side,
    pub chart: Chart,
    pub release: String,
    pub namespace: String,
    pub values: Value,
}

/// The answers to requests; nothing by default, which is what a server without Helm knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Previews {
    /// The version of Helm that rendered, as `v4.2.2`.
    pub helm: Option<String>,
    /// The objects, or the sentence that says why there are none.
    pub made: BTreeMap<(Name, Side), Result<Objects, String>>,
}

/// What one side of a release comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rendering<'a> {
    /// There is no release on this side.
    Nothing,
    Objects(&'a Objects),
    /// Not rendered, and why.
    Unknown(&'a str),
}

/// A release that the plan makes, changes or takes away.
#[derive(Debug, Clone, PartialEq)]
pub struct Release<'a> {
    pub component: Name,
    pub before: Rendering<'a>,
    pub after: Rendering<'a>,
}

const NO_HELM: &str = "This server has no Helm to render charts with.";
const NOT_ANSWERED: &str = "Nobody rendered it.";

impl Previews {
    /// The releases behind some requests, in their order.
    pub(crate) fn releases(&self, requests: &[Request]) -> Vec<Release<'_>> {
        let mut releases: Vec<Release<'_>> = Vec::new();
        for request in requests {
            let rendering = match self.made.get(&(request.component.clone(), request.side)) {
                Some(Ok(objects)) => Rendering::Objects(objects),
                Some(Err(why)) => Rendering::Unknown(why),
                None if self.helm.is_none() => Rendering::Unknown(NO_HELM),
                None => Rendering::Unknown(NOT_ANSWERED),
            };
            if releases.last().is_none_or(|last| last.component != request.component) {
                releases.push(Release { component: request.component.clone(), before: Rendering::Nothing, after: Rendering::Nothing });
            }
            if let Some(release) = releases.last_mut() {
                match request.side {
                    Side::Before => release.before = rendering,
                    Side::After => release.after = rendering,
                }
            }
        }
        releases
    }
}

impl Release<'_> {
    /// Why a side is not known, if one is not.
    pub fn unknown(&self) -> Option<&str> {
        [self.before, self.after].into_iter().find_map(|side| match side {
            Rendering::Unknown(why) => Some(why),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
