//! A claim that would shrink keeps the size that is recorded.

use serde_json::Value;

use super::{Proposal, changes, written};
use crate::change::Change;
use crate::finding::Finding;
use crate::guard::{self, Context};

pub fn fix(context: &Context<'_>, finding: &Finding) -> Option<Proposal> {
    let (component, document, path) = written::place(context.stack, finding)?;
    let (id, at) = (component.id.as_str(), path.to_string());
    let size = guard::sizes(context).into_iter().find(|size| size.component == id && size.path == at && !size.grows)?;
    // A bare number is one of bytes.
    let value = size.before.parse::<u64>().map_or_else(|_| Value::String(size.before.clone()), Value::from);
    let path = written::for_change(component, document, &path);
    Some(changes(format!("Set it back to {}", size.before), vec![Change::SetValue { component: component.id.clone(), path, value }]))
}
