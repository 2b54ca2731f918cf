//! Reads an `ImportCluster` file: a hosted peer's stacks of addons and manifests.

mod edges;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::document::{Document, path, scalar};
use super::note::{Kind, Note};
use super::polish::{Polish, polish};
use super::sketch::{Sketch, variable};
use super::{File, Format, Imported, explain};
use crate::name::Name;
use crate::stack::{Addon, Chart, Content, Manifest, Stack, field};
use crate::yaml::path::ValuePath;

/// Where a chart's address must stand and none is known: a domain that nobody can have.
pub const NOWHERE: &str = "https://repository.invalid";

pub fn is_it(document: &Document) -> bool {
    document.kind() == "ImportCluster"
}

pub fn import(files: &[File], documents: Vec<Document>, mut notes: Vec<Note>) -> Imported {
    let mut stacks = Vec::new();
    let (mut used, mut spent) = (BTreeSet::new(), 0);
    for document in documents.iter().filter(|document| is_it(document)) {
        let mut places: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
        let first = stacks.len();
        for index in 0..document.list("spec.stacks").len() {
            let at = path("spec.stacks").index(index);
            let mut reading = Reading { files, document, notes: &mut notes, used: &mut used, spent: &mut spent };
            let (stack, own) = reading.stack(&at);
            for (key, component) in own {
                places.entry(key).or_insert((first + index, component));
            }
            stacks.push(stack);
        }
        for index in 0..document.list("spec.stacks").len() {
            edges::edges(document, &path("spec.stacks").index(index), first + index, &places, &mut stacks, &mut notes);
        }
        document.tell_rest(&mut notes, explain::peers);
    }
    for document in documents.iter().filter(|document| !is_it(document) && !used.contains(document.file.as_str())) {
        document.lose(
            &mut notes,
            "",
            "Beside an ImportCluster file only those files are read that it names.",
            "Import it by itself, or name it under from_file.",
        );
    }
    let mut names = BTreeSet::new();
    for stack in &mut stacks {
        let first = stack.name.clone();
        let mut number = 2;
        while !names.insert(stack.name.clone()) {
            stack.name =
                super::sketch::fit(&format!("{}-{number}", first.as_str().get(..first.as_str().len().min(26)).unwrap_or_default()));
            stack.id = stack.name.clone();
            number += 1;
        }
    }
    Imported { format: Format::ImportCluster, stacks, notes }
}

struct Reading<'a> {
    files: &'a [File],
    document: &'a Document,
    notes: &'a mut Vec<Note>,
    used: &'a mut BTreeSet<String>,
    /// Bytes that files brought: many components may name the same one.
    spent: &'a mut usize,
}

/// By kind and name, the place of each component.
type Places = Vec<((String, String), usize)>;

impl Reading<'_> {
    fn take(&self, at: &ValuePath) -> Option<&Value> {
        self.document.take_at(at)
    }

    fn text(&self, at: &ValuePath) -> Option<String> {
        let text = scalar(at.get(&self.document.value)?)?;
        self.document.take_at(at);
        Some(text)
    }

    fn stack(&mut self, at: &ValuePath) -> (Stack, Places) {
        let name = self.text(&at.key("name")).unwrap_or_default();
        let mut sketch = Sketch::new(&name);
        self.renamed(&at.key("name"), &name, &sketch.stack.name.clone());
        sketch.stack.description = self.text(&at.key("description")).filter(|text| !text.is_empty());
        if let Some(Value::Object(variables)) = at.key("variables").get(&self.document.value) {
            for (name, value) in variables {
                self.document.take_at(&at.key("variables").key(name.as_str()));
                sketch.declare(
                    &variable_of(name),
                    &format!("`{name}` of the file that this was imported from."),
                    Some(value.clone()).filter(|value| !value.is_null()),
                );
            }
        }
        let mut places = Vec::new();
        for (list, kind) in [("manifests", "manifest"), ("addons", "addon")] {
            let at = at.key(list);
            let count = at.get(&self.document.value).and_then(Value::as_array).map_or(0, Vec::len);
            if count == 0 {
                self.document.take_at(&at);
            }
            for index in 0..count {
                let at = at.index(index);
                let wanted = self.text(&at.key("name")).unwrap_or_else(|| kind.to_owned());
                let name = sketch.name(&wanted);
                self.renamed(&at.key("name"), &wanted, &name);
                let namespace = self.namespace(&at.key("namespace"));
                let content = if kind == "addon" { self.addon(&mut sketch, &at, &name) } else { self.manifest(&mut sketch, &at, &name) };
                places.push(((kind.to_owned(), wanted), sketch.add(name, namespace, content)));
            }
        }
        (sketch.stack, places)
    }

    fn renamed(&mut self, at: &ValuePath, was: &str, name: &Name) {
        if was != name.as_str() {
            let reason = format!("`{}` cannot be a name here or is taken; it is called `{name}`.", crate::visible::one_line(was));
            self.document.tell(self.notes, Kind::Changed, at, reason, "Rename it, if another name is better.");
        }
    }

    fn namespace(&mut self, at: &ValuePath) -> Option<String> {
        let text = at.get(&self.document.value)?.as_str()?.to_owned();
        match field::namespace(&text) {
            Ok(()) => {
                self.take(at);
                Some(text)
            }
            Err(why) => {
                self.document.tell(self.notes, Kind::Lost, at, crate::text::sentence(&why), "State the component's namespace.");
                None
            }
        }
    }

    fn addon(&mut self, sketch: &mut Sketch, at: &ValuePath, component: &Name) -> Content {
        let mut part = |field: &str, rule: fn(&str) -> Result<(), String>, otherwise: &str, hint: &str| {
            let at = at.key(field);
            let Some(text) = self.text(&at) else {
                let reason = format!("No {} is stated; `{otherwise}` stands in its place.", field.replace('_', " "));
                self.notes.push(self.document.note(Kind::Lost, &at, reason, hint));
                return otherwise.to_owned();
            };
            match rule(&text) {
                Ok(()) => text,
                Err(why) => {
                    let reason = format!("{} `{otherwise}` stands in its place.", crate::text::sentence(&why));
                    self.document.tell(self.notes, Kind::Lost, &at, reason, hint);
                    otherwise.to_owned()
                }
            }
        };
        let name = part("chart_name", field::chart_name, component.as_str(), "State the chart's name.");
        let version = part("chart_version", field::chart_version, "*", "State the exact version.");
        let url = if at.key("registry_url").get(&self.document.value).is_some() { "registry_url" } else { "repository_url" };
        let mut part = |field: &str| {
            let at = at.key(field);
            let text = self.text(&at);
            match text.as_deref().map(field::chart_repository) {
                Some(Ok(())) => text.unwrap_or_default(),
                wrong => {
                    let why = wrong
                        .and_then(Result::err)
                        .map_or_else(|| "No address of the chart's source is stated.".to_owned(), |why| crate::text::sentence(&why));
                    let reason = format!("{why} `{NOWHERE}` stands in its place.");
                    self.document.tell(self.notes, Kind::Lost, &at, reason, "State the chart's repository.");
                    NOWHERE.to_owned()
                }
            }
        };
        let repository = part(url);
        let values = self.configuration(sketch, &at.key("configuration"), component);
        Content::Addon(Addon { chart: Chart { repository, name, version }, release: serde_json::Map::new(), values })
    }

    /// A text, a map that says where the values are, or the values themselves.
    fn configuration(&mut self, sketch: &mut Sketch, at: &ValuePath, component: &Name) -> String {
        let Some(found) = at.get(&self.document.value).filter(|value| !value.is_null()) else { return String::new() };
        let (at, text) = match found {
            Value::String(text) => (at.clone(), Some(text.clone())),
            Value::Object(map) => {
                let ways = ["values", "values_base64", "from_file"];
                match ways.into_iter().find(|way| map.contains_key(*way)) {
                    Some("values") => {
                        let at = at.key("values");
                        let text = at.get(&self.document.value).and_then(Value::as_str).map(str::to_owned);
                        (at.clone(), text.or_else(|| self.document.cut(&at)))
                    }
                    Some("values_base64") => (at.key("values_base64"), self.decoded(&at.key("values_base64"))),
                    Some(_) => (at.key("from_file"), self.file(&at.key("from_file"))),
                    None if map.keys().all(|key| key == "encrypted_paths") => return String::new(),
                    None => (at.clone(), self.document.cut(at)),
                }
            }
            _ => return String::new(),
        };
        let Some(text) = text else { return String::new() };
        self.document.take_at(&at);
        self.text_of(sketch, &at, component, &text, false)
    }

    fn manifest(&mut self, sketch: &mut Sketch, at: &ValuePath, component: &Name) -> Content {
        let (found, text) = if let Some(text) = at.key("manifest").get(&self.document.value).and_then(Value::as_str).map(str::to_owned) {
            (at.key("manifest"), Some(text))
        } else if at.key("manifest_base64").get(&self.document.value).is_some() {
            (at.key("manifest_base64"), self.decoded(&at.key("manifest_base64")))
        } else {
            (at.key("from_file"), self.file(&at.key("from_file")))
        };
        let text = match text {
            Some(text) => {
                self.document.take_at(&found);
                self.text_of(sketch, &found, component, &text, true)
            }
            None => String::from("# What this component holds was not in the import.\n"),
        };
        Content::Manifest(Manifest { text })
    }

    fn decoded(&mut self, at: &ValuePath) -> Option<String> {
        let text = at.get(&self.document.value)?.as_str()?.split_whitespace().collect::<String>();
        let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if decoded.is_none() {
            self.document.tell(self.notes, Kind::Lost, at, "This is no base64 of a text.", "Write the text into the component.");
        }
        decoded
    }

    fn file(&mut self, at: &ValuePath) -> Option<String> {
        let wanted = at.get(&self.document.value).and_then(Value::as_str).unwrap_or_default().trim_start_matches("./").to_owned();
        let ends = |file: &&File| {
            let path = file.path.trim_start_matches("./");
            !wanted.is_empty() && (path == wanted || path.strip_suffix(wanted.as_str()).is_some_and(|before| before.ends_with('/')))
        };
        let base = |file: &&File| !wanted.is_empty() && wanted.rsplit('/').next() == file.path.rsplit('/').next();
        let found = self.files.iter().find(ends).or_else(|| {
            // Browsers upload files without their folders.
            let mut same = self.files.iter().filter(base);
            same.next().filter(|_| same.next().is_none())
        });
        match found {
            Some(file) => {
                self.used.insert(file.path.clone());
                *self.spent = self.spent.saturating_add(file.text.len());
                if *self.spent > crate::stack::source::MAX_BYTES {
                    let reason = "What is brought by references is more than a stack may hold.";
                    self.document.tell(self.notes, Kind::Lost, at, reason, "Import it in parts.");
                    return None;
                }
                Some(file.text.clone())
            }
            None if wanted.is_empty() => {
                self.notes.push(self.document.note(Kind::Lost, at, "No text is stated.", "Write the text into the component."));
                None
            }
            None => {
                let reason = format!("The file `{wanted}` is not in this import.");
                self.document.tell(
                    self.notes,
                    Kind::Lost,
                    at,
                    reason,
                    "Import it together with this file, or paste its text into the component.",
                );
                None
            }
        }
    }

    /// Takes over variables and hides secrets, document by document.
    fn text_of(&mut self, sketch: &mut Sketch, at: &ValuePath, component: &Name, text: &str, is_object: bool) -> String {
        let text = self.variables(sketch, at, text);
        let file = File { path: self.document.file.clone(), text: text.clone() };
        let mut trouble = Vec::new();
        let documents = super::read::documents(&[file], &mut trouble).unwrap_or_default();
        if documents.is_empty() && trouble.is_empty() {
            return text;
        }
        if let Some(first) = trouble.first() {
            // What cannot be read may hold secrets that nobody sees, so it is not kept.
            let why = first.reason.clone();
            self.document.tell(self.notes, Kind::Lost, at, why, "Repair it and import again, or write the text into the component.");
            return String::new();
        }
        let known: BTreeSet<String> =
            documents.iter().filter(|document| document.is("", "Secret")).map(|document| document.name().to_owned()).collect();
        let mut parts = Vec::new();
        for document in &documents {
            let owner = if is_object && !document.name().is_empty() { document.name() } else { component.as_str() };
            let about = Polish { document, at: ValuePath::root(), owner, known: &known, substitute: None, is_object, ours: true };
            let mut told = Vec::new();
            parts.push(polish(sketch, &mut told, &about, &document.text, &document.value));
            // What is said of a text inside stands at the text's own place in the file.
            self.notes.extend(told.into_iter().map(|note| Note {
                line: Some(self.document.line_of(at)),
                object: Some(component.to_string()),
                path: format!("{at}: {}", note.path),
                ..note
            }));
        }
        parts.join("---\n")
    }

    /// `${{ ankra.NAME }}` becomes a variable of the stack; any other expression becomes text.
    fn variables(&mut self, sketch: &mut Sketch, at: &ValuePath, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find("${{") {
            out.push_str(&rest[..start]);
            let tail = &rest[start..];
            let inner = tail.find("}}").map(|end| (tail[3..end].trim(), end + 2));
            match inner.and_then(|(inner, end)| Some((inner.strip_prefix("ankra.")?, end))) {
                Some((name, end)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()) => {
                    let own = variable_of(name);
                    sketch.declare(&own, &format!("`{name}` of the file that this was imported from."), None);
                    out.push_str(&format!("${{{{ vars.{own} }}}}"));
                    rest = &tail[end..];
                }
                _ => {
                    // No more of the line is repeated than what stands between the braces.
                    let whole = inner.map_or("${{", |(_, end)| &tail[..end]);
                    let shown = crate::visible::one_line(&whole.chars().take(60).collect::<String>());
                    let reason = format!("`{shown}` is no variable that is known here; it is kept as text, written `$${{{{`.");
                    self.notes.push(self.document.note(
                        Kind::Changed,
                        at,
                        reason,
                        "Declare a variable, if one was meant, and write `${{ vars.NAME }}`.",
                    ));
                    out.push_str("$${{");
                    rest = &tail[3..];
                }
            }
        }
        out.push_str(rest);
        out
    }
}

/// The peer's names as they are where they can be; ours tell upper from lower case as well.
fn variable_of(name: &str) -> String {
    if crate::variable::is_name(name) { name.to_owned() } else { variable(name) }
}
