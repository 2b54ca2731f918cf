//! Where a finding's value stands in a component's text, as changes name it.

use serde_json::Value;

use crate::finding::Finding;
use crate::stack::{Component, Content, Stack};
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::read;

/// A document as it is written, its expressions unresolved.
pub fn document(component: &Component, document: usize) -> Option<Value> {
    read::documents(component.text()).ok()?.into_iter().nth(document).map(|found| found.value)
}

/// In a manifest, paths of changes begin with the document's number.
pub fn for_change(component: &Component, document: usize, path: &ValuePath) -> ValuePath {
    match component.content {
        Content::Addon(_) => path.clone(),
        Content::Manifest(_) => path.segments().iter().fold(ValuePath::root().index(document), |all, segment| all.join(segment)),
    }
}

/// The other way round: the document and the path in it.
pub fn of_change(component: &Component, path: &ValuePath) -> (usize, ValuePath) {
    match (&component.content, path.segments()) {
        (Content::Manifest(_), [Segment::Index(document), inner @ ..]) => (*document, ValuePath::of(inner)),
        _ => (0, path.clone()),
    }
}

/// The component of a finding with the document and the path that it speaks of; its line tells documents apart.
pub fn place<'a>(stack: &'a Stack, finding: &Finding) -> Option<(&'a Component, usize, ValuePath)> {
    let component = stack.component(finding.at.component.as_deref()?)?;
    let path = ValuePath::parse(finding.at.path.as_deref()?).ok()?;
    let Content::Manifest(_) = component.content else { return Some((component, 0, path)) };
    let count = read::documents(component.text()).ok()?.len();
    let line = finding.at.line.and_then(|line| usize::try_from(line).ok());
    let document = match line {
        Some(line) => (0..count).find(|document| read::line_in(component.text(), *document, &path) == Some(line))?,
        None => (count == 1).then_some(0)?,
    };
    Some((component, document, path))
}
