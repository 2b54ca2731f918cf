//! What the editor asks about a component's text: it reads, and writes nothing. No answer waits for a chart's host.

mod known;

use domain::api::assist::{
    Assist, AssistAt, Completion, CompletionKind, Defaults, EditText, EditedText, Form, Severity, TextProblem, TextProblems,
};
use domain::problem::Problem;
use domain::schema::judge::{self, Fault};
use domain::schema::scan::Spot;
use domain::schema::{form, offer, scan, whole};
use domain::stack::{Component, Content};
use domain::text::sentence;
use domain::yaml::path::{Segment, ValuePath};
use domain::yaml::place::Place;
use domain::yaml::{edit, place, read};
use serde_json::Value;

use super::draft;
use crate::api::caller::Caller;
use crate::api::problem::too_large;
use crate::catalog::{self, kubernetes};
use crate::server::Shared;
use known::Books;

/// The draft and the component.
type Of<'a> = (&'a str, &'a str);

pub async fn at(server: &Shared, caller: &Caller, of: Of<'_>, at: AssistAt) -> Result<Assist, Problem> {
    let (books, component) = books(server, caller, of, &at.text).await?;
    let line = at.line.saturating_sub(1);
    let written = at.text.lines().nth(line).unwrap_or_default();
    let byte = byte_of(written, at.column);
    let (document, spot) = scan::spot(&at.text, line, byte);
    let book = books.of(document);
    let (from, mut completions) = offer::completions(&book.book(), &at.text, line, &spot, document);
    let mut from = from;
    if matches!(component.content, Content::Manifest(_))
        && let Some((at, more)) = of_object(&at.text, document, &spot)
    {
        from = at;
        completions.splice(0..0, more);
    }
    let hover = offer::hover(&book.book(), &at.text, line, byte);
    let from_column = written.get(..from).unwrap_or(written).encode_utf16().count() + 1;
    Ok(Assist { from_column, completions, hover, known: books.known })
}

/// What every object begins with.
fn of_object(text: &str, document: usize, spot: &Spot) -> Option<(usize, Vec<Completion>)> {
    let one = |insert: &str, label: &str, kind, detail: Option<&str>| Completion {
        label: label.to_owned(),
        insert: insert.to_owned(),
        kind,
        detail: detail.map(str::to_owned),
        doc: None,
        required: false,
    };
    let scan = scan::scan(text);
    match spot {
        Spot::Key { inside, from } if inside.is_empty() => {
            let wanted = ["apiVersion", "kind"].into_iter().filter(|key| scan.top(document, key).is_none());
            // The schema says the rest, once it is known which.
            let known = scan.top(document, "kind").is_some() && scan.top(document, "apiVersion").is_some();
            let more: Vec<Completion> = wanted.map(|key| one(&format!("{key}: "), key, CompletionKind::Key, Some("required"))).collect();
            (!known).then_some((*from, more))
        }
        Spot::Value { of, from } => {
            let [Segment::Key(key)] = of.as_slice() else { return None };
            let more: Vec<Completion> = match key.as_str() {
                "kind" => {
                    let fits = |api: &str| scan.top(document, "apiVersion").is_none_or(|written| written == api);
                    kubernetes::kinds()
                        .filter(|(api, _)| fits(api))
                        .map(|(api, kind)| one(kind, kind, CompletionKind::Value, Some(api)))
                        .collect()
                }
                "apiVersion" => {
                    let fits = |kind: &str| scan.top(document, "kind").is_none_or(|written| written == kind);
                    let mut all: Vec<&str> = kubernetes::kinds().filter(|(_, kind)| fits(kind)).map(|(api, _)| api).collect();
                    all.sort_unstable();
                    all.dedup();
                    all.into_iter().map(|api| one(api, api, CompletionKind::Value, None)).collect()
                }
                _ => return None,
            };
            Some((*from, more))
        }
        _ => None,
    }
}

pub async fn problems(server: &Shared, caller: &Caller, of: Of<'_>, text: String) -> Result<TextProblems, Problem> {
    let (books, _) = books(server, caller, of, &text).await?;
    let mut problems = Vec::new();
    // Broken YAML is told by a guard.
    for (number, document) in read::documents(&text).unwrap_or_default().iter().enumerate() {
        let book = books.of(number);
        let places = place::places(&text, number);
        let at = |path: &ValuePath, at_key: bool| match &places {
            Some(places) => places.find(path, at_key),
            None => Place { line: document.line, column: 1, end_line: document.line, end_column: 1 },
        };
        let tell = |severity, message: String, path: ValuePath, place: Place| {
            let Place { line, column, end_line, end_column } = place;
            TextProblem { severity, message, line, column, end_line, end_column, path }
        };
        if let Some(unknown) = &book.unknown {
            let path = ValuePath::root().key("kind");
            let place = at(&path, false);
            problems.push(tell(Severity::Info, unknown.clone(), path, place));
        }
        for Fault { path, at_key, message, is_guess } in judge::faults(&book.book(), &document.value) {
            let place = at(&path, at_key);
            problems.push(tell(if is_guess { Severity::Info } else { Severity::Error }, message, path, place));
        }
    }
    Ok(TextProblems { problems, known: books.known })
}

pub async fn form(server: &Shared, caller: &Caller, of: Of<'_>, text: String) -> Result<Form, Problem> {
    let (books, component) = books(server, caller, of, &text).await?;
    let documents = match read::documents(&text) {
        Ok(documents) => documents,
        Err(error) => {
            let note =
                format!("The text cannot be read as YAML (line {}), so no field can be shown. Mend it under YAML first.", error.line);
            return Ok(Form { fields: Vec::new(), note: Some(note) });
        }
    };
    let values: Vec<Value> = documents.into_iter().map(|document| document.value).collect();
    let (fields, nothing) = match &component.content {
        Content::Manifest(_) => (form::of_objects(&values), "None of these objects has a field that is shown here."),
        Content::Addon(addon) => {
            let chart = catalog::of(&addon.chart);
            let own = values.first().cloned().unwrap_or_default();
            let fields = chart.map(|chart| form::of_values(&own, &chart.fields, books.notes())).unwrap_or_default();
            let nothing = if chart.is_some() {
                "The catalog names no field of this chart that most people set."
            } else {
                "This chart is not in the catalog, so nobody said where its well-known fields sit."
            };
            (fields, nothing)
        }
    };
    let note = fields.is_empty().then(|| format!("{nothing} Everything can be set under YAML."));
    Ok(Form { fields, note })
}

pub async fn defaults(server: &Shared, caller: &Caller, of: Of<'_>, text: String) -> Result<Defaults, Problem> {
    let (books, _) = books(server, caller, of, &text).await?;
    let values = books.values().map(str::to_owned);
    let count = books.notes().and_then(|notes| notes.defaults.as_ref()).map_or(0, whole::count);
    let Some(values) = values else { return Ok(Defaults { text: None, own: Vec::new(), beside: Vec::new(), count, known: books.known }) };
    let whole = tokio::task::spawn_blocking(move || whole::over(&values, &text))
        .await
        .map_err(|_| Problem::internal("Laying the values over the chart's was interrupted."))?;
    Ok(Defaults { text: Some(whole.text), own: whole.own, beside: whole.beside, count, known: books.known })
}

pub async fn edited(server: &Shared, caller: &Caller, of: Of<'_>, change: EditText) -> Result<EditedText, Problem> {
    let (books, _) = books(server, caller, of, &change.text).await?;
    let EditText { text, document, path, value, of_chart } = change;
    let refused = |error: edit::EditError| Problem::invalid("value_path", sentence(&error.to_string())).at("path");
    let own = || {
        let own = read::documents(&text).map_err(|error| refused(edit::EditError::Broken(error)))?;
        Ok::<Value, Problem>(own.into_iter().nth(document).map(|document| document.value).unwrap_or_default())
    };
    let value = match books.notes().and_then(|notes| notes.default_at(path.segments())) {
        _ if !of_chart => value,
        Some(theirs) => Some(path.get(&own()?).unwrap_or(theirs).clone()),
        None => return Err(Problem::invalid("value_path", format!("The chart has no value at `{path}`.")).at("path")),
    };
    let (text, at) = match value {
        None => (edit::unset_in(&text, document, &path).map_err(refused)?, path),
        Some(value) => {
            let (at, value) = form::step(&own()?, books.notes(), &path, &value);
            (edit::set_in(&text, document, &at, &value).map_err(refused)?, path)
        }
    };
    let line = read::line_in(&text, document, &at).unwrap_or(1);
    Ok(EditedText { text, line })
}

async fn books(server: &Shared, caller: &Caller, (draft, component): Of<'_>, text: &str) -> Result<(Books, Component), Problem> {
    if text.len() > read::MAX_BYTES {
        return Err(too_large());
    }
    let mut db = server.store.read().await?;
    let found = draft::find(&mut db, caller, domain::principal::Act::See, draft).await?;
    drop(db);
    let stack = draft::content(&found.row)?;
    let component = stack.component(component).ok_or_else(|| Problem::not_found("component"))?.clone();
    let books = match &component.content {
        Content::Addon(addon) => Books::of_chart(server, &addon.chart).await,
        Content::Manifest(_) => Books::of_objects(server, &stack, text).await,
    };
    Ok((books, component))
}

/// The byte of a line at a column in UTF-16 units, from 1.
fn byte_of(line: &str, column: usize) -> usize {
    let mut units = 1;
    for (byte, c) in line.char_indices() {
        if units >= column {
            return byte;
        }
        units += c.len_utf16();
    }
    line.len()
}
