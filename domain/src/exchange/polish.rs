//! Makes a foreign text fit for a stack: what looks like an expression is escaped, literal secrets become secrets, and
//! what only a running cluster writes goes.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::document::Document;
use super::note::{Kind, Note};
use super::rewrite::{Rewrite, rewrite};
use super::secret;
use super::sketch::Sketch;
use crate::expression;
use crate::yaml::path::{Segment, ValuePath};
use crate::yaml::scalar;

/// What a text is part of.
pub struct Polish<'a> {
    pub document: &'a Document,
    /// Where in the document the text stands.
    pub at: ValuePath,
    /// How secrets found in it are called first.
    pub owner: &'a str,
    /// Names of Secrets: a value that is one of them refers to it.
    pub known: &'a BTreeSet<String>,
    /// What Flux would put in the place of `${name}`.
    pub substitute: Option<&'a BTreeMap<String, String>>,
    /// Whether the text is an object, or values of a chart.
    pub is_object: bool,
    /// Whether `${{ … }}` in it is ours already.
    pub ours: bool,
}

/// The text, ready for a component.
pub fn polish(sketch: &mut Sketch, notes: &mut Vec<Note>, about: &Polish<'_>, text: &str, value: &Value) -> String {
    let mut work = Work { sketch, notes, about, rewrites: Vec::new(), sealed: false };
    if about.is_object {
        work.unserved(value);
    }
    let is_definition = about.is_object && value.get("kind").is_some_and(|kind| kind == "CustomResourceDefinition");
    work.sealed = value.get("sops").is_some_and(Value::is_object);
    if work.sealed {
        let at = ValuePath::root().key("sops");
        let reason = "It is encrypted for somebody else's keys: what SOPS wrote there goes, and each value of it becomes a secret.";
        work.tell(Kind::Changed, &at, reason, "Set the secrets that are named here.");
        work.rewrites.push(Rewrite { at, value: None });
    }
    if !is_definition || about.substitute.is_some() {
        work.walk(&ValuePath::root(), value, is_definition);
    }
    let Work { rewrites, .. } = work;
    let (text, kept) = rewrite(text, &rewrites);
    if !kept && text.contains('#') {
        notes.push(about.document.note(
            Kind::Changed,
            &about.at,
            "So much of it had to be written anew that its comments are not kept.",
            "Take them over by hand, if they matter.",
        ));
    }
    text
}

struct Work<'a, 'b> {
    sketch: &'a mut Sketch,
    notes: &'a mut Vec<Note>,
    about: &'a Polish<'b>,
    rewrites: Vec<Rewrite>,
    sealed: bool,
}

/// Where server-side fields stand, and of annotations those that repeat the object.
const SERVED: &[&str] = &[
    "status",
    "metadata.uid",
    "metadata.resourceVersion",
    "metadata.generation",
    "metadata.creationTimestamp",
    "metadata.managedFields",
    "metadata.selfLink",
    "metadata.annotations.\"kubectl.kubernetes.io/last-applied-configuration\"",
];

impl Work<'_, '_> {
    fn source(&self, at: &ValuePath) -> ValuePath {
        at.segments().iter().fold(self.about.at.clone(), |path, segment| path.join(segment))
    }

    fn tell(&mut self, kind: Kind, at: &ValuePath, reason: impl Into<String>, hint: impl Into<String>) {
        let note = self.about.document.note(kind, &self.source(at), reason, hint);
        self.notes.push(note);
    }

    /// What the API server wrote into an object that was read from a cluster.
    fn unserved(&mut self, value: &Value) {
        for text in SERVED {
            let at = super::document::path(text);
            // A null is in files that generators write; it says nothing.
            let Some(found) = at.get(value) else { continue };
            if !found.is_null() {
                let reason = "A cluster wrote this when the object lived there; it is no part of what is wanted.";
                self.tell(Kind::Changed, &at, reason, "Nothing is to be done.");
            }
            self.rewrites.push(Rewrite { at, value: None });
        }
    }

    fn goes(&self, at: &ValuePath) -> bool {
        self.rewrites.iter().take(SERVED.len() + 1).any(|rewrite| rewrite.value.is_none() && at.starts_with(&rewrite.at))
    }

    fn walk(&mut self, at: &ValuePath, value: &Value, is_definition: bool) {
        if self.goes(at) {
            return;
        }
        match value {
            Value::Object(map) => {
                let named = secret::named_value(map);
                for (key, value) in map {
                    let of = named.filter(|_| key == "value").unwrap_or(key);
                    self.entry(&at.key(key.as_str()), of, value, is_definition);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.entry(&at.index(index), "", value, is_definition);
                }
            }
            _ => {}
        }
    }

    fn entry(&mut self, at: &ValuePath, key: &str, value: &Value, is_definition: bool) {
        if value.is_object() || value.is_array() {
            return self.walk(at, value, is_definition);
        }
        if !is_definition && self.hides(at, key, value) {
            return self.hide(at, value);
        }
        let Value::String(text) = value else { return };
        let mut new = Value::String(text.clone());
        if !self.about.ours && expression::is_in(text) {
            new = Value::String(text.replace("${{", "$${{"));
            self.tell(
                Kind::Changed,
                at,
                "Its `${{` is text here and an expression in a stack; it is written `$${{`, which means the same.",
                "Nothing is to be done.",
            );
        }
        if let Some(values) = self.about.substitute
            && let Value::String(text) = &new
            && let Some(put) = self.substituted(at, text, values)
        {
            new = Value::String(put);
        }
        if new != *value {
            self.rewrites.push(Rewrite { at: at.clone(), value: Some(new) });
        }
    }

    /// Whether a literal is a secret.
    fn hides(&self, at: &ValuePath, key: &str, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => text.as_str(),
            Value::Number(_) => "number",
            _ => return false,
        };
        if text.trim().is_empty() || self.about.ours && expression::is_in(text) || text.starts_with("$(") || text.starts_with("${") {
            return false;
        }
        if self.sealed && text.starts_with("ENC[") {
            return true;
        }
        if self.about.is_object && self.about.document.is("", "Secret") {
            let first = at.segments().first();
            if matches!(first, Some(Segment::Key(key)) if key == "data" || key == "stringData") {
                return true;
            }
        }
        let referred = self.about.known.contains(text) || key.to_ascii_lowercase().contains("existing");
        secret::is_in_text(text) || !referred && secret::is_called_so(key)
    }

    fn hide(&mut self, at: &ValuePath, value: &Value) {
        let inner: Vec<String> = at
            .segments()
            .iter()
            .filter_map(|segment| match segment {
                Segment::Key(key) if !matches!(key.as_str(), "data" | "stringData" | "value" | "spec") => Some(key.clone()),
                Segment::Key(_) => None,
                Segment::Index(index) => Some(index.to_string()),
            })
            .collect();
        let tail = inner.len().saturating_sub(3);
        let secret = self.sketch.secret(&format!("{} {}", self.about.owner, inner[tail..].join(" ")));
        let placeholder = format!("${{{{ secrets.{secret} }}}}");
        let in_secret = self.about.document.is("", "Secret");
        let encoded = in_secret && matches!(at.segments().first(), Some(Segment::Key(key)) if key == "data");
        let readable = value.as_str().is_none_or(|text| {
            let bytes = STANDARD.decode(text.split_whitespace().collect::<String>());
            !encoded || self.sealed || bytes.is_ok_and(|bytes| String::from_utf8(bytes).is_ok())
        });
        let (reason, hint) = if !readable {
            (
                format!("Its value is no text, and a secret holds text: `{placeholder}` stands in its place, and the value was not kept."),
                format!("Bring the value in another way, or set the secret `{secret}` to a text."),
            )
        } else if self.about.is_object && !in_secret {
            (
                format!(
                    "It looks like a secret and stands outside a Secret: `{placeholder}` stands in its place, and the value was not kept."
                ),
                format!("Put it into a Secret, refer to that here, and set the secret `{secret}`."),
            )
        } else {
            let decoded = if encoded { ", decoded from base64" } else { "" };
            (
                format!("It is a secret: `{placeholder}` stands in its place, and the value was not kept."),
                format!("Set the secret `{secret}` to the value{decoded}."),
            )
        };
        let mut note = self.about.document.note(Kind::Secret, &self.source(at), reason, hint);
        note.secret = Some(secret);
        self.notes.push(note);
        self.rewrites.push(Rewrite { at: at.clone(), value: Some(Value::String(placeholder)) });
    }

    /// The text with `${name}` and `${name:=default}` as variables; absent where nothing of it is known.
    fn substituted(&mut self, at: &ValuePath, text: &str, values: &BTreeMap<String, String>) -> Option<String> {
        let mut out = String::new();
        let mut rest = text;
        let (mut any, mut told) = (false, false);
        while let Some(start) = rest.find('$') {
            out.push_str(&rest[..start]);
            let tail = &rest[start..];
            if tail.starts_with("$${{") || !tail.starts_with("$$") && !tail.starts_with("${") {
                let kept = if tail.starts_with("$${{") { "$${{" } else { "$" };
                out.push_str(kept);
                rest = &tail[kept.len()..];
                continue;
            }
            if let Some(behind) = tail.strip_prefix("$$") {
                if !any {
                    self.tell(Kind::Changed, at, "Flux makes `$` of its `$$`, so `$` stands here.", "Nothing is to be done.");
                }
                any = true;
                out.push('$');
                rest = behind;
                continue;
            }
            let end = tail.find('}').filter(|_| !tail.starts_with("${{"));
            let inner = end.map(|end| &tail[2..end]);
            let known = inner.and_then(|inner| {
                let (name, default) =
                    inner.split_once(":=").or_else(|| inner.split_once(":-")).map_or((inner, None), |(name, or)| (name, Some(or)));
                let value = values.get(name).map(String::as_str).or(default)?;
                crate::variable::is_name(name).then_some((name, value))
            });
            match (known, end) {
                (Some((name, value)), Some(end)) => {
                    any = true;
                    let alone = start == 0 && end + 1 == text.len() && self.about.document.is_plain(&self.source(at));
                    let typed = scalar::resolve(value).ok().filter(|value| alone && (value.is_number() || value.is_boolean()));
                    self.sketch.declare(name, "What Flux put in by postBuild.", Some(typed.unwrap_or_else(|| value.into())));
                    out.push_str(&format!("${{{{ vars.{name} }}}}"));
                    rest = &tail[end + 1..];
                }
                _ => {
                    if !told && !tail.starts_with("${{") {
                        told = true;
                        self.tell(
                            Kind::Lost,
                            at,
                            "Flux would put something in the place of `${…}` here, and what is not in this import.",
                            "Declare a variable and write `${{ vars.NAME }}`, or write the value.",
                        );
                    }
                    out.push_str("${");
                    rest = &tail[2..];
                }
            }
        }
        out.push_str(rest);
        any.then_some(out)
    }
}
