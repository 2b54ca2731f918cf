//! `countersign render`: what a deploy would write, without a server. The same code, the same bytes.

mod output;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow};
use clap::{Args, ValueEnum};
use domain::cluster::Cluster;
use domain::finding::{Finding, Level};
use domain::plan::offline::{self, Offline};
use domain::plan::{Wave, sealing_requests};
use domain::repository::Tree;
use domain::stack::Stack;
use domain::yaml::fields::SourceError;
use serde_json::{Value, json};

use crate::vault::{Plaintext, Recipients, Sealer, secrets_file};

/// Writes the files that deploying a stack to a cluster would write.
#[derive(Debug, Args)]
pub struct Render {
    /// The stack.
    #[arg(value_name = "STACK.yaml")]
    stack: PathBuf,
    /// The cluster, with its variables.
    #[arg(long, value_name = "CLUSTER.yaml")]
    cluster: PathBuf,
    /// A YAML map of each secret's name to its value; `-` reads standard input.
    #[arg(long, value_name = "FILE")]
    secrets: Option<PathBuf>,
    /// The root of the tree; the stack's own folder in it is replaced as a whole, everything else is left alone.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// 0: written. 1: findings block, nothing is written. 2: what was given cannot be read.
pub fn render(arguments: &Render) -> ExitCode {
    match run(arguments) {
        Ok(Ok(summary)) => {
            say(&mut std::io::stdout(), &summary);
            ExitCode::SUCCESS
        }
        Ok(Err(findings)) => {
            say(&mut std::io::stderr(), &findings);
            ExitCode::from(1)
        }
        Err(error) => {
            say(&mut std::io::stderr(), &format!("countersign: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// A closed pipe is no failure of the work.
fn say(to: &mut dyn Write, text: &str) {
    let _ = writeln!(to, "{}", text.trim_end());
}

/// The summary, or the findings that block.
fn run(arguments: &Render) -> anyhow::Result<Result<String, String>> {
    let text = read(&arguments.stack)?;
    let cluster = domain::cluster::source::parse(&read(&arguments.cluster)?).map_err(|errors| unreadable(&arguments.cluster, &errors))?;
    let secrets = match &arguments.secrets {
        None => BTreeMap::new(),
        Some(path) => secrets_file::read(&read(path)?).with_context(|| format!("reading {}", path.display()))?,
    };
    let stack = match domain::stack::source::parse(&text) {
        Ok(stack) => stack,
        Err(errors) => return Ok(Err(blocked(arguments.format, None, &errors.iter().map(finding).collect::<Vec<_>>()))),
    };
    let offline = plan(&stack, &cluster, &secrets)?;
    if offline.blocks() {
        let blocks: Vec<Finding> = offline.findings.into_iter().filter(|finding| finding.level == Level::Block).collect();
        return Ok(Err(blocked(arguments.format, Some(&stack), &blocks)));
    }
    let tree = Tree::new(&cluster.repository.path, cluster.name.clone());
    output::write(&arguments.out, &tree, &stack.id, &offline.rendered)
        .with_context(|| format!("writing to {}", arguments.out.display()))?;
    Ok(Ok(summary(arguments, &stack, &cluster, &offline)))
}

fn plan(stack: &Stack, cluster: &Cluster, secrets: &BTreeMap<String, Plaintext>) -> anyhow::Result<Offline> {
    let names: BTreeSet<String> = secrets.keys().cloned().collect();
    let requests = sealing_requests(stack, cluster);
    let sealed = if requests.is_empty() || cluster.recipients.is_empty() {
        Default::default()
    } else {
        let recipients = Recipients::parse(&cluster.recipients)?;
        // What cannot be sealed for want of a secret is a finding of the guards.
        #[expect(clippy::disallowed_methods, reason = "a command has no server whose clock a test could move")]
        let now = jiff::Timestamp::now();
        Sealer::ephemeral(cluster.name.as_str(), &recipients, secrets).seal(&requests, now, &|_| None)?.files
    };
    Ok(offline::render(stack, cluster, &names, &sealed))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().read_to_string(&mut text).context("reading standard input")?;
    } else {
        text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    }
    Ok(text)
}

fn unreadable(path: &Path, errors: &[SourceError]) -> anyhow::Error {
    let lines: Vec<String> = errors.iter().map(|error| format!("{}{}: {}", place(&error.path), line(error.line), error.message)).collect();
    anyhow!("{} is no cluster:\n  {}", path.display(), lines.join("\n  "))
}

fn place(path: &str) -> &str {
    if path.is_empty() { "the file" } else { path }
}

fn line(line: Option<usize>) -> String {
    line.map(|line| format!(" (line {line})")).unwrap_or_default()
}

fn finding(error: &SourceError) -> Finding {
    let mut sentence = error.message.clone();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    let mut finding = Finding::block("invalid_stack", sentence);
    if !error.path.is_empty() {
        finding = finding.path(&error.path);
    }
    error.line.into_iter().fold(finding, Finding::line)
}

fn blocked(format: Format, stack: Option<&Stack>, findings: &[Finding]) -> String {
    if format == Format::Json {
        return json!({"stack": stack.map(|stack| &stack.id), "findings": findings}).to_string();
    }
    let mut text = match stack {
        Some(stack) => format!("{} is blocked; nothing was written.\n", stack.id),
        None => "The stack cannot be read; nothing was written.\n".to_owned(),
    };
    for finding in findings {
        text.push_str(&described(finding));
    }
    text
}

/// `floating_version  grafana  chart.version  line 3`, then the sentences.
fn described(finding: &Finding) -> String {
    let mut place: Vec<String> = vec![finding.code.clone()];
    place.extend(finding.at.component.clone());
    place.extend(finding.at.path.clone());
    place.extend(finding.at.line.map(|line| format!("line {line}")));
    let mut text = format!("  {}\n    {}\n", place.join("  "), finding.reason);
    if let Some(hint) = &finding.hint {
        text.push_str(&format!("    {hint}\n"));
    }
    text
}

fn summary(arguments: &Render, stack: &Stack, cluster: &Cluster, offline: &Offline) -> String {
    let warnings: Vec<&Finding> = offline.findings.iter().filter(|finding| matches!(finding.level, Level::Warn | Level::Confirm)).collect();
    let ids = |wave: &Wave| -> Vec<String> { wave.steps.iter().map(|step| step.component.to_string()).collect() };
    if arguments.format == Format::Json {
        let files: Vec<&String> = offline.rendered.files.keys().collect();
        let waves: Vec<Value> = offline.order.iter().map(|wave| json!(ids(wave))).collect();
        return json!({"stack": stack.id, "cluster": cluster.name, "out": arguments.out, "waves": waves, "files": files, "findings": warnings}).to_string();
    }
    let (components, files) = (stack.components.len(), offline.rendered.files.len());
    let mut text = format!(
        "{} for {}: {components} component{} in {} wave{}, {files} files written to {}\n",
        stack.id,
        cluster.name,
        plural(components),
        offline.order.len(),
        plural(offline.order.len()),
        arguments.out.display()
    );
    for (index, wave) in offline.order.iter().enumerate() {
        text.push_str(&format!("  {}  {}\n", index + 1, ids(wave).join(", ")));
    }
    if !warnings.is_empty() {
        text.push_str(&format!("{} warning{}:\n", warnings.len(), plural(warnings.len())));
    }
    for warning in warnings {
        text.push_str(&described(warning));
    }
    text
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
