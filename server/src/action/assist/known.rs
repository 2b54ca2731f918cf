//! What is known of a component's text: of a chart from its archive, of objects from Kubernetes and from CRDs of the stack.

use std::sync::{Arc, OnceLock};

use domain::api::assist::{Known, KnownState};
use domain::object::group_of;
use domain::problem::Problem;
use domain::schema::notes::Notes;
use domain::schema::{self, scan};
use domain::stack::{Chart, Content, Stack};
use regex::Regex;
use serde_json::Value;

use crate::action::chart;
use crate::catalog::{self, CrdSchema, Inside, Shelf, kubernetes};
use crate::server::Shared;

/// So many charts are opened to look for a custom resource.
const MAX_CHARTS: usize = 12;
/// A pattern may become an engine of this size.
const MAX_PATTERN: usize = 1 << 18;

/// What is known of every document of a text.
pub struct Books {
    pub known: Known,
    chart: Option<Arc<Inside>>,
    documents: Vec<Document>,
}

#[derive(Default)]
struct Document {
    schema: Option<Source>,
    unknown: Option<String>,
}

enum Source {
    Kubernetes(&'static Value),
    Crd(Box<Value>),
}

/// One document's, as the domain reads it.
pub struct Book<'a> {
    schema: Option<&'a Value>,
    root: &'a Value,
    notes: Option<&'a Notes>,
    strict: bool,
    pub unknown: Option<String>,
}

impl Book<'_> {
    pub fn book(&self) -> schema::Book<'_> {
        schema::Book { schema: self.schema, root: self.root, notes: self.notes, strict: self.strict, matches }
    }
}

impl Books {
    pub async fn of_chart(server: &Shared, chart: &Chart) -> Books {
        let (inside, known) = match inside(server, chart).await {
            Ok(Some(inside)) => {
                let known = of_inside(chart, &inside);
                (Some(inside), known)
            }
            Ok(None) => (None, said(KnownState::Loading, format!("The schema of {} {} is being fetched.", chart.name, chart.version))),
            Err(problem) => {
                let sentence = format!("The schema of {} {} is not known. {}", chart.name, chart.version, problem.detail);
                (None, said(KnownState::Unknown, sentence))
            }
        };
        Books { known, chart: inside, documents: Vec::new() }
    }

    pub async fn of_objects(server: &Shared, stack: &Stack, text: &str) -> Books {
        let scan = scan::scan(text);
        let count = scan.entries.last().map_or(0, |entry| entry.document + 1);
        let (mut documents, mut names, mut waits) = (Vec::new(), Vec::new(), false);
        for number in 0..count {
            let mut document = Document::default();
            if let (Some(version), Some(kind)) = (scan.top(number, "apiVersion"), scan.top(number, "kind")) {
                match of_kind(server, stack, text, version, kind).await {
                    Kind::Known(schema) => {
                        names.push(kind.to_owned());
                        document.schema = Some(schema);
                    }
                    Kind::Fetched => waits = true,
                    Kind::Unknown(why) => document.unknown = Some(why),
                }
            }
            documents.push(document);
        }
        names.dedup();
        let known = match (names.is_empty(), waits) {
            (_, true) => said(KnownState::Loading, "Charts that may bring this kind are being fetched.".to_owned()),
            (false, _) => said(KnownState::Schema, format!("Schema: {}.", names.join(", "))),
            (true, _) => said(KnownState::Unknown, "No schema is known for what stands here.".to_owned()),
        };
        Books { known, chart: None, documents }
    }

    pub fn notes(&self) -> Option<&Notes> {
        self.chart.as_ref()?.notes.as_ref()
    }

    /// The chart's `values.yaml`.
    pub fn values(&self) -> Option<&str> {
        self.chart.as_ref()?.contents.values.as_deref()
    }

    pub fn of(&self, document: usize) -> Book<'_> {
        static NOTHING: Value = Value::Null;
        if let Some(inside) = &self.chart {
            let schema = inside.contents.schema.as_ref();
            return Book { schema, root: schema.unwrap_or(&NOTHING), notes: inside.notes.as_ref(), strict: false, unknown: None };
        }
        let found = self.documents.get(document);
        let (schema, root) = match found.and_then(|found| found.schema.as_ref()) {
            Some(Source::Kubernetes(schema)) => (Some(*schema), kubernetes::objects()),
            Some(Source::Crd(schema)) => (Some(&**schema), &**schema),
            None => (None, &NOTHING),
        };
        Book { schema, root, notes: None, strict: true, unknown: found.and_then(|found| found.unknown.clone()) }
    }
}

fn of_inside(chart: &Chart, inside: &Inside) -> Known {
    let Chart { name, version, .. } = chart;
    let notes = inside.contents.notes.iter().filter(|note| note.contains("values.schema.json")).cloned().collect();
    match (&inside.contents.schema, &inside.notes) {
        (Some(_), _) => Known { state: KnownState::Schema, sentence: format!("Schema: {name} {version}."), notes },
        (None, Some(Notes { defaults: Some(_), .. })) => {
            Known { state: KnownState::Values, sentence: format!("{name} {version} has no schema; its own values speak."), notes }
        }
        _ => Known { state: KnownState::Unknown, sentence: format!("{name} {version} has no schema and no values to read."), notes },
    }
}

fn said(state: KnownState, sentence: String) -> Known {
    Known { state, sentence, notes: Vec::new() }
}

enum Kind {
    Known(Source),
    Fetched,
    Unknown(String),
}

async fn of_kind(server: &Shared, stack: &Stack, text: &str, api_version: &str, kind: &str) -> Kind {
    if let Some(schema) = kubernetes::schema(api_version, kind) {
        return Kind::Known(Source::Kubernetes(schema));
    }
    let group = group_of(api_version);
    let version = api_version.rsplit('/').next().unwrap_or_default();
    let find = |all: &[CrdSchema]| {
        let is_it = |one: &&CrdSchema| one.group == group && one.kind == kind && one.version == version;
        all.iter().find(is_it).map(|one| Kind::Known(Source::Crd(Box::new(one.schema.clone()))))
    };
    let texts = stack.components.iter().filter(|one| matches!(one.content, Content::Manifest(_))).map(|one| one.text());
    if let Some(found) = std::iter::once(text).chain(texts).find_map(|text| find(&catalog::of_file(text))) {
        return found;
    }
    let addons = stack.components.iter().filter_map(|component| match &component.content {
        // A chart of the catalog that does not bring it need not be asked.
        Content::Addon(addon) => catalog::of(&addon.chart).is_none_or(|known| known.brings(group, kind)).then_some(&addon.chart),
        Content::Manifest(_) => None,
    });
    let mut waits = false;
    for chart in addons.take(MAX_CHARTS) {
        match inside(server, chart).await {
            Ok(Some(inside)) => {
                if let Some(found) = find(&inside.crds) {
                    return found;
                }
            }
            Ok(None) => waits = true,
            Err(_) => {}
        }
    }
    if waits {
        return Kind::Fetched;
    }
    Kind::Unknown(format!("No schema is known for {kind} ({api_version}), so its fields are not checked."))
}

/// What is inside a chart, as far as it is known now. What is not yet known begins to be fetched.
async fn inside(server: &Shared, chart: &Chart) -> Result<Option<Arc<Inside>>, Problem> {
    let chart = &Chart { repository: chart.source().0.to_owned(), ..chart.clone() };
    let now = server.clock.now();
    match server.catalog.shelf(chart, now) {
        Some(Shelf::Here(inside)) => return Ok(Some(inside)),
        Some(Shelf::Failed(problem, _)) => return Err(problem),
        Some(Shelf::Fetching) => return Ok(None),
        None => {}
    }
    let source = chart::source(server, &chart.repository, &chart.name).await?;
    if server.catalog.begin_inside(chart, now) {
        let (catalog, chart) = (server.catalog.clone(), chart.clone());
        let mut fetches = server.fetches.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while fetches.try_join_next().is_some() {}
        fetches.spawn(async move {
            let shelf = match catalog.inside(&source, &chart, now).await {
                Ok(inside) => Shelf::Here(Arc::new(inside)),
                Err(trouble) => Shelf::Failed(trouble.problem(), now),
            };
            catalog.put(&chart, shelf);
        });
    }
    Ok(None)
}

/// Patterns of others: one that is too large or that our engine does not know refuses nothing.
fn matches(pattern: &str, text: &str) -> bool {
    static KEPT: OnceLock<std::sync::Mutex<std::collections::HashMap<String, Option<Regex>>>> = OnceLock::new();
    let mut kept = KEPT.get_or_init(Default::default).lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if kept.len() > 2_000 {
        kept.clear();
    }
    let built = kept.entry(pattern.to_owned()).or_insert_with(|| regex::RegexBuilder::new(pattern).size_limit(MAX_PATTERN).build().ok());
    built.as_ref().is_none_or(|regex| regex.is_match(text))
}
