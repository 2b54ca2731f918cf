//! Characters that make a text read other than it is.

use super::{Context, Guard};
use crate::finding::Finding;
use crate::visible::{self, Trick};

pub const GUARD: Guard = Guard {
    name: "hidden_characters",
    passes: "No text hides or reorders characters.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || (super::tests::Scene::values("name: Zoë\n"), super::tests::Scene::values("name: \"user\u{202e}nimda\"\n")),
};

fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for component in &context.stack.components {
        let repository = match &component.content {
            crate::stack::Content::Addon(addon) => addon.chart.repository.as_str(),
            crate::stack::Content::Manifest(_) => "",
        };
        for text in [component.text(), repository] {
            if let Some(finding) = look("the text", text) {
                let line = text.find(|c| visible::trick(c).is_some()).map_or(1, |at| text[..at].matches('\n').count() + 1);
                findings.push(finding.component(&component.id).line(line));
            }
        }
    }
    for resolved in &context.resolution.variables {
        findings.extend(look(&format!("the value of `{}`", resolved.name), &strings(&resolved.value)));
    }
    findings.extend(look("the description", context.stack.description.as_deref().unwrap_or_default()));
    if let Some(about) = context.about {
        for (what, text) in
            [("the title", about.title.as_str()), ("the reason", &about.why), ("the ticket", about.ticket.as_deref().unwrap_or_default())]
        {
            findings.extend(look(what, text));
        }
    }
    findings
}

fn strings(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(strings).collect(),
        serde_json::Value::Object(members) => members.iter().map(|(key, member)| format!("{key}{}", strings(member))).collect(),
        _ => String::new(),
    }
}

fn look(what: &str, text: &str) -> Option<Finding> {
    visible::first_trick(text)?;
    // What turns text around weighs more than what is merely not seen, wherever it stands.
    let (c, trick) = text.chars().filter_map(|c| Some((c, visible::trick(c)?))).max_by_key(|(_, trick)| *trick == Trick::Reorders)?;
    let code = c as u32;
    Some(match trick {
        Trick::Reorders => {
            Finding::block("hidden_characters", format!("In {what} stands U+{code:04X}, which makes text read other than it is."))
                .hint("Remove the character.")
        }
        Trick::Hides => Finding::warn("hidden_characters", format!("In {what} stands U+{code:04X}, which nobody sees."))
            .hint("Remove the character if it is not meant."),
    })
}
