//! Literals that are secrets by their key or by their look.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Context, Guard};
use crate::finding::Finding;
use crate::resolve::{self, ResolvedContent, ResolvedObject};
use crate::sealing::ValuesTree;
use crate::stack::Component;
use crate::yaml::path::ValuePath;
use crate::yaml::read;

pub const GUARD: Guard = Guard {
    name: "plaintext_secret",
    passes: "No literal looks like a secret.",
    needs_head: false,
    check,
    #[cfg(test)]
    examples: || {
        (super::tests::Scene::values("adminUser: root\nexistingSecretName: x\n"), super::tests::Scene::values("adminPassword: hunter2\n"))
    },
};

/// What the last words of a key are when its value is a secret.
const WORDS: &[&str] = &["password", "passwd", "pass", "secret", "token", "auth", "apikey", "privatekey", "credential", "credentials"];

/// How every one of [`WORDS`] ends.
const ENDINGS: &[&str] = &["password", "passwd", "pass", "secret", "token", "auth", "key", "credential", "credentials"];
/// No credential that is known here is shorter.
const SHORTEST: usize = 20;

/// Stands for the beginning of an expression.
const EXPRESSION: &str = "\u{1}";

/// How credentials of well-known services begin, with the least number of characters that then follow.
const PREFIXES: &[(&str, usize)] = &[
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("gldt-", 16),
    ("glrt-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("xoxr-", 16),
    ("xapp-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk_test_", 16),
    ("sk-ant-", 16),
    ("sk-proj-", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("hvs.", 20),
    ("hvb.", 20),
    ("dop_v1_", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("SG.", 30),
    ("shpat_", 20),
    ("dckr_pat_", 16),
    ("tskey-", 16),
    ("AGE-SECRET-KEY-1", 30),
    ("eyJhbGciOi", 40),
];

fn check(context: &Context<'_>) -> Vec<Finding> {
    let known = secrets_of(context);
    let mut findings = Vec::new();
    for resolved in &context.resolution.components {
        let component = resolved.component;
        match &resolved.content {
            Some(ResolvedContent::Addon { values }) => walk(values, &Trail::Start, &mut |trail, text| {
                findings.extend(literal(trail, text, &known).map(|why| report(component, 0, &trail.path(&ValuePath::root()), &why)));
            }),
            Some(ResolvedContent::Manifest { objects }) => {
                for object in objects {
                    in_object(component, object, &known, &mut findings);
                }
            }
            None => {}
        }
    }
    findings
}

fn in_object(component: &Component, object: &ResolvedObject, known: &BTreeSet<String>, findings: &mut Vec<Finding>) {
    let is_secret = object.key.is("", "Secret");
    walk(&object.tree, &Trail::Start, &mut |trail, text| {
        let in_data = is_secret && matches!(trail.first_key(), Some("data" | "stringData"));
        if let Some(why) = literal(trail, text, known) {
            findings.push(report(component, object.document, &trail.path(&object.within), &why));
        } else if in_data && !text.is_empty() {
            let key = trail.last_key().unwrap_or_default();
            let path = trail.path(&object.within);
            let reason = format!("`{key}` of {} is written out in the stack; only the commit seals it.", object.key);
            let finding = Finding::warn("literal_in_secret", reason).component(&component.id).path(&path);
            findings.push(at_line(component, object.document, &path, finding).hint("If it is confidential, move it into a secret."));
        }
    });
}

/// Why a literal counts as a secret, if it does.
fn literal(trail: &Trail<'_>, text: &str, known: &BTreeSet<String>) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    if looks_like_a_credential(text) {
        return Some(format!("The value of `{}` begins as credentials do.", trail.last_key().unwrap_or("this")));
    }
    // A list's items have no key of their own.
    let Trail::Key(_, key) = trail else { return None };
    (names_a_secret(key) && !known.contains(text)).then(|| format!("`{key}` is the name of a secret, and its value is written out."))
}

/// The rule on keys: split into words, the last ones say what it is.
pub fn names_a_secret(key: &str) -> bool {
    // Few keys end in any of these letters, and splitting into words costs.
    let end = key.trim_end_matches(|c: char| !c.is_alphanumeric()).to_ascii_lowercase();
    if !ENDINGS.iter().any(|ending| end.ends_with(ending)) {
        return false;
    }
    let words = words(key);
    let Some(last) = words.last() else { return false };
    let last_two = words.iter().rev().take(2).rev().map(String::as_str).collect::<String>();
    WORDS.contains(&last.as_str()) || WORDS.contains(&last_two.as_str())
}

/// `adminPassword`, `admin-password`, `ADMIN_PASSWORD` → `admin`, `password`.
pub(crate) fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    let mut rest = key.chars().peekable();
    while let Some(c) = rest.next() {
        if !c.is_alphanumeric() {
            previous = None;
            continue;
        }
        let starts = match previous {
            None => true,
            // `AWSToken`: the last capital of a run begins the next word.
            Some(before) => c.is_uppercase() && (!before.is_uppercase() || rest.peek().is_some_and(|next| next.is_lowercase())),
        };
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        previous = Some(c);
    }
    words
}

/// Whether any part of a text begins as a credential of a well-known service, or is a private key.
pub fn looks_like_a_credential(text: &str) -> bool {
    if text.len() < SHORTEST {
        return false;
    }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY-----") {
        return true;
    }
    let part = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ':' | '@' | '=' | '/' | ',' | ';' | '(' | ')' | '<' | '>');
    text.split(part).any(|part| {
        PREFIXES.iter().any(|(prefix, least)| {
            part.strip_prefix(prefix)
                .is_some_and(|rest| rest.len() >= *least && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b)))
        })
    })
}

/// The same rule for a text as it is being typed, broken YAML too: rather once too often than once too seldom. A Secret
/// counts as one whatever it holds.
pub fn may_hold_a_secret(text: &str) -> bool {
    // The line before names a secret: as a variable of a container, or as a key whose value begins below.
    let (mut variable, mut above) = (false, false);
    // Its braces are none of YAML's.
    let text = text.replace("${{", EXPRESSION);
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if std::mem::take(&mut above) && !line.contains(':') && !line.starts_with(EXPRESSION) {
            return true;
        }
        for piece in line.split(['{', ',']) {
            let Some((key, value)) = piece.trim().trim_start_matches("- ").split_once(':') else { continue };
            let quotes = ['"', '\'', '}', ']', ' '];
            let (key, value) = (key.trim_matches(quotes), value.trim().trim_start_matches(quotes));
            let names = names_a_secret(key) && !key.starts_with("existing");
            let is_written = !value.is_empty() && !value.starts_with(EXPRESSION) && !matches!(value, "null" | "~");
            let is_kind = key == "kind" && value.trim_end_matches(quotes) == "Secret";
            if is_kind || (is_written && (names || (variable && key == "value"))) {
                return true;
            }
            above = names && value.is_empty();
            variable = key == "name" && names_a_secret(value);
        }
    }
    looks_like_a_credential(&text)
}

/// Names of Secrets that the stack brings or makes others bring: a value that is one of them refers to it.
fn secrets_of(context: &Context<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, object) in context.resolution.objects() {
        if object.key.is("", "Secret") {
            names.insert(object.key.name.clone());
        }
        let made = [
            &["spec", "secretName"][..],
            &["spec", "target", "name"],
            &["spec", "privateKeySecretRef", "name"],
            &["spec", "acme", "privateKeySecretRef", "name"],
        ];
        names.extend(made.iter().filter_map(|path| resolve::text(&object.tree, path)).map(str::to_owned));
        if object.key.is("postgresql.cnpg.io", "Cluster") {
            names.extend(["app", "superuser", "ca", "server"].map(|suffix| format!("{}-{suffix}", object.key.name)));
        }
    }
    names
}

/// Where a walk stands; a path is made of it only for those places that need one.
enum Trail<'a> {
    Start,
    Key(&'a Trail<'a>, &'a str),
    Index(&'a Trail<'a>, usize),
}

impl Trail<'_> {
    fn path(&self, start: &ValuePath) -> ValuePath {
        match self {
            Trail::Start => start.clone(),
            Trail::Key(above, key) => above.path(start).key(*key),
            Trail::Index(above, index) => above.path(start).index(*index),
        }
    }

    fn last_key(&self) -> Option<&str> {
        match self {
            Trail::Start => None,
            Trail::Key(_, key) => Some(key),
            Trail::Index(above, _) => above.last_key(),
        }
    }

    fn first_key(&self) -> Option<&str> {
        match self {
            Trail::Start => None,
            Trail::Key(Trail::Start, key) => Some(key),
            Trail::Key(above, _) | Trail::Index(above, _) => above.first_key(),
        }
    }
}

/// Every literal text of a tree. A text with a secret in it is none.
fn walk(tree: &ValuesTree, trail: &Trail<'_>, found: &mut impl FnMut(&Trail<'_>, &str)) {
    match tree {
        ValuesTree::Plain(value) => walk_plain(value, trail, found),
        ValuesTree::Text(_) => {}
        ValuesTree::List(items) => items.iter().enumerate().for_each(|(index, item)| walk(item, &Trail::Index(trail, index), found)),
        ValuesTree::Map(entries) => entries.iter().for_each(|(key, entry)| walk(entry, &Trail::Key(trail, key), found)),
    }
}

fn walk_plain(value: &Value, trail: &Trail<'_>, found: &mut impl FnMut(&Trail<'_>, &str)) {
    match value {
        Value::String(text) => found(trail, text),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| walk_plain(item, &Trail::Index(trail, index), found)),
        Value::Object(members) => members.iter().for_each(|(key, member)| walk_plain(member, &Trail::Key(trail, key), found)),
        _ => {}
    }
}

fn report(component: &Component, document: usize, path: &ValuePath, why: &str) -> Finding {
    let finding = Finding::block("plaintext_secret", format!("{why} It would stand readable in Git.")).component(&component.id).path(path);
    at_line(component, document, path, finding).hint("Move it into a secret and write `${{ secrets.NAME }}` here.")
}

fn at_line(component: &Component, document: usize, path: &ValuePath, finding: Finding) -> Finding {
    match read::line_in(component.text(), document, path) {
        Some(line) => finding.line(line),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_key_decide() {
        for secret in [
            "password",
            "adminPassword",
            "ADMIN_PASSWORD",
            "db-passwd",
            "smtp.pass",
            "clientSecret",
            "authToken",
            "basicAuth",
            "apiKey",
            "api_key",
            "apikey",
            "privateKey",
            "credentials",
            "AWSCredential",
        ] {
            assert!(names_a_secret(secret), "{secret}");
        }
        for plain in [
            "passwordKey",
            "secretName",
            "existingSecretKey",
            "tokenRef",
            "passwordSecretRef",
            "compass",
            "author",
            "bypass",
            "secretRef",
            "tokens",
            "passThrough",
            "authentication",
            "key",
            "publicKey",
            "",
        ] {
            assert!(!names_a_secret(plain), "{plain}");
        }
    }

    #[test]
    fn credentials_are_known_by_their_beginning() {
        let token = |prefix: &str| format!("{prefix}{}", "a1B2".repeat(12));
        for secret in [
            token("ghp_"),
            format!("https://x:{}@github.com", token("glpat-")),
            "-----BEGIN OPENSSH PRIVATE KEY-----\nx".into(),
            token("AKIA"),
        ] {
            assert!(looks_like_a_credential(&secret), "{secret}");
        }
        for plain in ["ghp_", "npm_config", "sk-learn", "-----BEGIN CERTIFICATE-----", "SG.example.com", "AKIA-1"] {
            assert!(!looks_like_a_credential(plain), "{plain}");
        }
    }

    #[test]
    fn a_text_on_its_way_is_kept_nowhere_where_it_could_hold_a_secret() {
        for secret in [
            "adminPassword: hunter2",
            "auth: {user: a, password: 'hunter2'}",
            "\"apiKey\": \"x\"",
            "apiVersion: v1\nkind: Secret\nstringData: {a: b}",
            "env:\n  - name: DB_PASSWORD\n    value: hunter2",
            "password: |\n  hunter2",
            "password:\n  hunter2",
            "broken: [\n  token: abc",
            "url: https://x:ghp_a1B2a1B2a1B2a1B2a1B2a1B2@github.com",
        ] {
            assert!(may_hold_a_secret(secret), "{secret}");
        }
        for plain in [
            "replicas: 2\n# password: none",
            "password: ${{ secrets.password }}",
            "existingSecret: login\nauth:\n  enabled: true",
            "env:\n  - name: HOME\n    value: /root",
            "kind: SecretStore",
            "",
        ] {
            assert!(!may_hold_a_secret(plain), "{plain}");
        }
    }
}
