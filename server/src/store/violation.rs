//! From a broken rule of the schema to the problem people meet.

use domain::problem::Problem;

/// SQLite names checks, but of unique rules it only says the columns: they stand here once more.
const UNIQUE: &[(&str, &str)] = &[
    ("agent.name", "agent_name_free"),
    ("approval.plan, approval.person", "approval_once"),
    ("chart_repository.name", "chart_repository_name_free"),
    ("chart_repository.url", "chart_repository_url_free"),
    ("cluster.name", "cluster_name_free"),
    ("cluster.url, cluster.branch", "cluster_branch_free"),
    ("credential.credential_id", "credential_id_free"),
    ("deployment.plan", "deployment_once"),
    ("draft_change.draft, draft_change.client_change_id", "draft_change_once"),
    ("draft_change.draft, draft_change.revision", "draft_change_in_order"),
    ("draft_checkpoint.draft, draft_checkpoint.name", "draft_checkpoint_name_free"),
    ("entry.cluster, entry.number", "entry_number_once"),
    ("entry.cluster, entry.commit_id", "entry_commit_once"),
    ("environment.name", "environment_name_free"),
    ("person.name", "person_name_free"),
    ("plan.sha256", "plan_digest_free"),
    ("secret.scope, secret.scope_id, secret.name", "secret_once"),
    ("stack.cluster, stack.stack_id", "stack_id_free"),
    ("variable.scope, variable.scope_id, variable.name", "variable_once"),
];

/// What a broken rule is called towards people: constraint, code, sentence, field.
const PROBLEMS: &[(&str, &str, &str, &str)] = &[
    ("agent_name_free", "name_taken", "There is already an agent of this name.", "name"),
    ("approval_once", "already_approved", "You have already signed this plan.", ""),
    ("chart_repository_name_free", "name_taken", "There is already a chart repository of this name.", "name"),
    ("chart_repository_url_free", "url_taken", "This chart repository is already there under another name.", "url"),
    ("cluster_branch_free", "repository_taken", "This URL and branch are bound to another cluster.", "url"),
    ("cluster_name_free", "name_taken", "There is already a cluster of this name.", "name"),
    ("credential_id_free", "key_known", "This key is already enrolled.", ""),
    ("deployment_once", "already_deployed", "This plan has already been deployed.", ""),
    ("draft_change_in_order", "revision_taken", "Somebody saved this draft at the same moment.", "revision"),
    ("draft_checkpoint_name_free", "name_taken", "Another revision of this draft has this name.", "name"),
    ("environment_name_free", "name_taken", "There is already an environment of this name.", "name"),
    ("person_name_free", "name_taken", "There is already a person of this name.", "name"),
    ("stack_id_free", "name_taken", "There is already a stack of this name on this cluster.", "name"),
];

/// The name of the rule in SQLite's message.
pub(super) fn name(message: &str) -> Option<String> {
    if let Some(columns) = message.strip_prefix("UNIQUE constraint failed: ") {
        let known = UNIQUE.iter().find(|(key, _)| *key == columns).map(|(_, name)| *name);
        return Some(known.unwrap_or(columns).to_owned());
    }
    if let Some(name) = message.strip_prefix("CHECK constraint failed: ") {
        return Some(name.to_owned());
    }
    (message == "FOREIGN KEY constraint failed").then(|| String::from("foreign_key"))
}

pub(super) fn problem(name: &str) -> Problem {
    if name == "foreign_key" {
        return Problem::conflict("still_used", "Something else still refers to this, or what it refers to is gone.");
    }
    match PROBLEMS.iter().find(|(constraint, ..)| *constraint == name) {
        Some((_, code, detail, "")) => Problem::conflict(code, *detail),
        Some((_, code, detail, at)) => Problem::conflict(code, *detail).at(*at),
        None => {
            tracing::error!(rule = name, "A rule of the database was broken that no check before it caught");
            Problem::internal("A rule of the database says no; the server's log names it.")
        }
    }
}
