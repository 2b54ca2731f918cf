//! Imports and exports: what others wrote becomes the text of a draft, and a stack leaves in the form that is wanted.

use std::collections::BTreeMap;

use domain::api::exchange::{ExportFormat, Import, ImportPreview, ImportedComponent, ImportedStack};
use domain::exchange::{self, File, Refused, export};
use domain::expression;
use domain::finding::{Finding, Level};
use domain::name::Name;
use domain::plan::facts::Head;
use domain::principal;
use domain::problem::Problem;
use domain::stack::{Content, Stack, source};
use domain::text::sentence;

use super::draft::{self, Found};
use super::{place, plan, repository, target};
use crate::api::caller::Caller;
use crate::deploy::head::{self, Ours, Subject};
use crate::egress::{self, Ask};
use crate::server::Server;
use crate::store::{self, Conn};

/// Reads what was pasted or uploaded. Nothing is written: drafts are made of the answer by whoever asked.
pub async fn preview(server: &Server, caller: &Caller, mut import: Import) -> Result<ImportPreview, Problem> {
    let cluster = match &import.cluster {
        Some(name) => Some(place::cluster(&mut *server.store.read().await?, caller, principal::Act::Draft, name.as_str()).await?),
        None => None,
    };
    if let Some(address) = &import.url {
        import.files.push(fetched(server, address).await?);
    }
    let read = move || exchange::import(&import.files, import.format, import.name.as_ref()).map_err(refused);
    let imported = tokio::task::spawn_blocking(read).await.map_err(|_| Problem::internal("Reading the import was interrupted."))??;
    let head = match &cluster {
        Some(cluster) => Some(standing(server, cluster).await),
        None => None,
    };
    let mut db = server.store.read().await?;
    let mut stacks = Vec::with_capacity(imported.stacks.len());
    for stack in &imported.stacks {
        let mut findings = Vec::new();
        if let (Some(cluster), Some(head)) = (&cluster, &head) {
            findings = known(&mut db, cluster, stack).await?;
            // What is blocked as a whole is told once.
            if !findings.iter().any(|finding| finding.level == Level::Block) {
                findings.extend(in_repository(&mut db, cluster, stack, head).await?);
            }
        }
        stacks.push(shown(stack, findings));
    }
    Ok(ImportPreview { format: imported.format, stacks, notes: imported.notes })
}

/// The file at an address, by the way out that charts come by.
async fn fetched(server: &Server, address: &str) -> Result<File, Problem> {
    let problem = |status, code, why: &str| Problem::new(status, code, sentence(why)).at("url");
    let url = url::Url::parse(address.trim());
    let url = url.map_err(|_| problem(422, "import_address", "this is no address that can be fetched: write https://host/path"))?;
    let ask = Ask { limit: exchange::MAX_BYTES, ..Ask::default() };
    let fetched = server.way_out.get(&url, &ask, &|_, _| ()).await.map_err(|error| match &error {
        egress::Error::Refused { host, why } => problem(422, "import_host_refused", &format!("nothing is fetched from `{host}`: {why}"))
            .hint("An administrator of the server can allow inside networks with --allow-inside."),
        egress::Error::NotAnAddress(_) => problem(422, "import_address", &error.to_string()),
        egress::Error::TooLarge { .. } => problem(422, "import_too_large", &error.to_string()),
        egress::Error::Downgrade(_) | egress::Error::Circles(_) => problem(422, "import_redirect_refused", &error.to_string()),
        _ => problem(503, "import_host_failed", &error.to_string()),
    })?;
    if !fetched.status.is_success() {
        return Err(problem(422, "import_host_failed", &format!("the host answers {}", fetched.status.as_u16())));
    }
    let text = String::from_utf8(fetched.body).map_err(|_| problem(422, "import_no_text", "what stands there is no text"))?;
    if text.trim_start().starts_with('<') {
        return Err(problem(422, "import_no_text", "a page stands there, and no file").hint("Name the address of the raw file."));
    }
    let name = fetched.url.path_segments().and_then(|mut parts| parts.next_back()).filter(|name| !name.is_empty());
    Ok(File { path: name.unwrap_or("fetched.yaml").to_owned(), text })
}

fn shown(stack: &Stack, findings: Vec<Finding>) -> ImportedStack {
    let what = |content: &Content| match content {
        Content::Addon(addon) => format!("{} {}", addon.chart.name, addon.chart.version),
        Content::Manifest(_) => String::from("manifest"),
    };
    let component =
        |component: &domain::stack::Component| ImportedComponent { name: component.name.clone(), what: what(&component.content) };
    ImportedStack {
        name: stack.name.clone(),
        components: stack.components.iter().map(component).collect(),
        edges: stack.components.iter().map(|component| component.depends_on.len()).sum(),
        secrets: expression::uses(stack).secrets.into_keys().collect(),
        variables: stack.variables.iter().map(|declared| declared.name.clone()).collect(),
        findings,
        source: source::emit(stack),
    }
}

/// What stands on the cluster's branch now, whoever wrote it.
async fn standing(server: &Server, cluster: &store::cluster::Cluster) -> Result<Head, Problem> {
    let tree = place::tree(cluster)?;
    repository::with(server, cluster, move |repository| {
        let read = || {
            let mirror = repository.mirror()?;
            let base = mirror.fetch(&repository.remote, &repository.branch)?;
            head::load(&mirror, base, &tree, &Subject::Cluster, &Ours::default())
        };
        read().map_err(|error| repository::unavailable(&error))
    })
    .await
}

/// An import goes on without the repository: nothing is deployed before a plan has read it.
async fn in_repository(
    db: &mut Conn,
    cluster: &store::cluster::Cluster,
    stack: &Stack,
    head: &Result<Head, Problem>,
) -> Result<Vec<Finding>, Problem> {
    match head {
        Ok(head) => Ok(exchange::taken(stack, &target::cluster(db, cluster, None).await?, head)),
        Err(problem) => {
            let reason = format!("What stands in the repository of {} already is not known: {}", cluster.name, problem.detail);
            Ok(vec![Finding::warn("repository_unread", reason).hint("A plan reads it before anything is deployed.")])
        }
    }
}

/// Whether the stack's name stands for another one that is recorded or drafted here.
async fn known(db: &mut Conn, cluster: &store::cluster::Cluster, stack: &Stack) -> Result<Vec<Finding>, Problem> {
    let Some(row) = store::stack::by_stack_id(db, &cluster.id, stack.id.as_str()).await? else { return Ok(Vec::new()) };
    if draft::recorded(db, &row, None).await?.is_some() {
        let reason =
            format!("A stack `{}` is recorded on {} already, and an import takes over nothing that lives.", stack.id, cluster.name);
        let hint = "Give the imported stack another name, or open a draft of the one that is there and change that.";
        return Ok(vec![Finding::block("stack_exists", reason).hint(hint)]);
    }
    let open = store::draft::in_state(db, "open", i64::MAX).await?.into_iter().filter(|draft| draft.stack == row.id).count();
    if open == 0 {
        return Ok(Vec::new());
    }
    let reason = format!("A draft of a stack `{}` is open on {} already; this one would stand beside it.", stack.id, cluster.name);
    Ok(vec![Finding::warn("draft_exists", reason).hint("Give the imported stack another name, if it is another stack.")])
}

fn refused(refused: Refused) -> Problem {
    // A note ends its own sentence.
    let detail = sentence(refused.to_string().trim_end_matches('.'));
    match refused {
        Refused::TooLarge { .. } | Refused::TooManyFiles { .. } | Refused::TooManyDocuments => {
            Problem::invalid("import_too_large", detail).at("files").hint("Import it in parts.")
        }
        Refused::Stack { errors, .. } => {
            let all: Vec<serde_json::Value> = errors.iter().map(|error| error.to_string().into()).collect();
            Problem::invalid("stack_yaml", detail).at("files").with("errors", all)
        }
        Refused::Nothing { notes } => {
            let all = serde_json::to_value(notes).unwrap_or_default();
            Problem::invalid("nothing_to_import", detail).at("files").with("notes", all)
        }
    }
}

/// A stack in the form that was asked for.
pub struct Exported {
    pub name: Name,
    pub format: ExportFormat,
    pub bytes: Vec<u8>,
}

/// What a draft holds. As Flux its secrets are sealed for the cluster, which takes a person who may draft.
pub async fn of_draft(server: &Server, caller: &Caller, id: &str, format: ExportFormat) -> Result<Exported, Problem> {
    let mut db = server.store.read().await?;
    let act = if format == ExportFormat::Flux { principal::Act::Draft } else { principal::Act::See };
    let found = draft::find(&mut db, caller, act, id).await?;
    let stack = draft::content(&found.row)?;
    let bytes = match format {
        ExportFormat::Flux => {
            caller.person()?;
            drop(db);
            rendered(server, &found, &stack).await?
        }
        other => plain(&stack, other).await?,
    };
    Ok(Exported { name: stack.id, format, bytes })
}

async fn rendered(server: &Server, found: &Found, stack: &Stack) -> Result<Vec<u8>, Problem> {
    let mut db = server.store.read().await?;
    let cluster = target::cluster(&mut db, &found.cluster, Some(&found.stack.id)).await?;
    let secrets = target::Secrets::of(&mut db, &found.cluster, &found.stack.id).await?;
    drop(db);
    let sealed = plan::seal(server, &found.cluster.id, stack, &cluster, secrets).await?;
    let stack = stack.clone();
    let out = tokio::task::spawn_blocking(move || export::flux(&stack, &cluster, &sealed));
    let out = out.await.map_err(|_| Problem::internal("The export was interrupted."))?;
    archive(out.files, &out.lost)
}

/// What the record holds of a stack, at its newest entry or at an earlier one.
pub async fn of_record(
    server: &Server,
    caller: &Caller,
    cluster: &str,
    stack: &str,
    entry: Option<u64>,
    format: ExportFormat,
) -> Result<Exported, Problem> {
    let mut db = server.store.read().await?;
    let cluster = place::cluster(&mut db, caller, principal::Act::See, cluster).await?;
    let row = store::stack::by_stack_id(&mut db, &cluster.id, stack).await?.ok_or_else(|| Problem::not_found("stack"))?;
    let entry = entry.map(|entry| i64::try_from(entry).unwrap_or(i64::MAX));
    let recorded = draft::recorded(&mut db, &row, entry).await?;
    let (number, content) = recorded.ok_or_else(|| Problem::not_found("record of this stack"))?;
    let bytes = match format {
        ExportFormat::Flux => {
            let files = files(&mut db, &cluster, number).await?;
            let name = Name::new(&cluster.name).map_err(|error| Problem::internal(format!("cluster {}: {error}", cluster.id)))?;
            archive(files, &export::unsaid(&content, &name))?
        }
        other => plain(&content, other).await?,
    };
    Ok(Exported { name: content.id, format, bytes })
}

/// The files of an entry as they stand in Git, without the stack's source.
async fn files(db: &mut Conn, cluster: &store::cluster::Cluster, entry: u64) -> Result<BTreeMap<String, Vec<u8>>, Problem> {
    let number = i64::try_from(entry).unwrap_or(i64::MAX);
    let entry = store::entry::by_number(db, &cluster.id, number).await?.ok_or_else(|| Problem::not_found("entry"))?;
    let row = store::plan::get(db, &entry.plan).await?.ok_or_else(|| Problem::internal(format!("entry {number}: its plan is missing")))?;
    let plan = crate::deploy::intend::read(&row)?;
    let source = plan.stack.as_ref().map(|stack| plan.tree().stack_yaml(&stack.id));
    let mut files = BTreeMap::new();
    for file in plan.files.iter().filter(|file| Some(&file.path) != source.as_ref()) {
        let Some(after) = &file.after else { continue };
        let bytes = store::plan::file(db, &after.sha256).await?;
        let bytes = bytes.ok_or_else(|| Problem::internal(format!("entry {number}: the file {} is missing", file.path)))?;
        files.insert(file.path.clone(), bytes);
    }
    Ok(files)
}

async fn plain(stack: &Stack, format: ExportFormat) -> Result<Vec<u8>, Problem> {
    let stack = stack.clone();
    let work = move || if format == ExportFormat::Svg { export::svg(&stack) } else { export::source(&stack) };
    let text = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal("The export was interrupted."))?;
    Ok(text.into_bytes())
}

/// A tar archive; the same files give the same bytes.
fn archive(mut files: BTreeMap<String, Vec<u8>>, lost: &[String]) -> Result<Vec<u8>, Problem> {
    if !lost.is_empty() {
        let mut text = String::from("# What these files do not say\n\n");
        lost.iter().for_each(|sentence| text.push_str(&format!("- {sentence}\n")));
        files.insert(String::from("LEFT-OUT.md"), text.into_bytes());
    }
    let mut archive = tar::Builder::new(Vec::new());
    let mut write = || {
        for (path, bytes) in &files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            archive.append_data(&mut header, path, bytes.as_slice())?;
        }
        archive.finish()
    };
    write().map_err(|error| Problem::internal(format!("The archive could not be written: {error}.")))?;
    archive.into_inner().map_err(|error| Problem::internal(format!("The archive could not be written: {error}.")))
}
