-- Everything the first release knows: who may act, what is drawn, what was signed, what was recorded, and the log of it all.

-- The installation: one row. Vault recipient, platform key and RP ID are remembered so that a server which differs refuses to start.
create table organisation (
    id              text   not null primary key,
    name            text   not null default '',
    public_url      text,
    rp_id           text,
    trusted_proxies text   not null default '[]', -- JSON list of addresses and networks
    vault_recipient text,
    platform_key    text,                         -- the public half, as an OpenSSH line
    set_up_code     text,                         -- SHA-256, until set-up is done
    set_up_at       bigint,
    constraint organisation_alone check (id = 'organisation'),
    constraint organisation_set_up_whole check (set_up_at is null or (name <> '' and public_url is not null))
);

create table person (
    id          text   not null primary key,
    name        text   not null, -- what they log in with, and their principal in allowed_signers
    full_name   text   not null,
    created_at  bigint not null,
    disabled_at bigint,
    constraint person_name_free unique (name)
);

-- What a person may do and where. `grant` is a word of SQL, hence the longer name.
create table role_grant (
    id          text   not null primary key,
    person      text   not null references person (id),
    role        text   not null,
    scope       text   not null,
    environment text,
    cluster     text,
    granted_at  bigint not null,
    granted_by  text,
    constraint role_grant_role_known check (role in ('auditor', 'editor', 'operator', 'admin')),
    constraint role_grant_scope_known check (scope in ('organisation', 'environment', 'cluster')),
    constraint role_grant_scope_whole check (
        (scope = 'organisation' and environment is null and cluster is null)
        or (scope = 'environment' and environment is not null and cluster is null)
        or (scope = 'cluster' and environment is not null and cluster is not null)
    )
);
create index role_grant_person on role_grant (person);

-- A passkey: what logs in, and, where it is ES256, what signs plans.
create table credential (
    id                 text    not null primary key,
    person             text    not null references person (id),
    name               text    not null,
    credential_id      blob    not null,
    passkey            text    not null, -- the login library's own state, JSON
    ssh_public_key     text,             -- null: this key may only log in
    rp_id              text    not null,
    origin             text    not null,
    aaguid             text,
    backup_eligible    integer not null default 0,
    backed_up          integer not null default 0,
    this_computer_only integer not null default 0,
    created_at         bigint  not null,
    used_at            bigint,
    revoked_at         bigint,
    revoked_by         text,
    elsewhere_at       bigint,           -- since when the server stands at another RP ID than the key's
    constraint credential_id_free unique (credential_id),
    constraint credential_flags_are_bools check (backup_eligible in (0, 1) and backed_up in (0, 1) and this_computer_only in (0, 1))
);
create index credential_person on credential (person);

create table password (
    person text   not null primary key references person (id),
    phc    text   not null, -- argon2id
    set_at bigint not null
);

-- Ids are hashed: whoever reads the database owns no live session.
create table session (
    id_hash    text   not null primary key,
    person     text references person (id),
    record     text   not null, -- JSON
    created_at bigint not null,
    expires_at bigint not null
);
create index session_person on session (person);
create index session_expires_at on session (expires_at);

-- A one-time code that lets a person enrol a key (or set a password where none is possible).
create table enrolment (
    id         text   not null primary key,
    person     text   not null references person (id),
    code_hash  text   not null,
    purpose    text   not null,
    created_at bigint not null,
    created_by text, -- null: somebody on the host
    expires_at bigint not null,
    used_at    bigint,
    constraint enrolment_code_free unique (code_hash),
    constraint enrolment_purpose_known check (purpose in ('first', 'invitation', 'recovery', 'device'))
);
create index enrolment_person on enrolment (person);

-- The account of an AI. It acts on behalf of its owner and can never deploy.
create table agent (
    id         text   not null primary key,
    name       text   not null,
    owner      text   not null references person (id),
    scope      text   not null default '[]', -- JSON list of targets
    created_at bigint not null,
    revoked_at bigint,
    constraint agent_name_free unique (name)
);

-- Bearer tokens, of people or of agents. Only the hash is kept.
create table token (
    id         text   not null primary key,
    hash       text   not null,
    person     text references person (id),
    agent      text references agent (id),
    name       text   not null,
    created_at bigint not null,
    expires_at bigint,
    revoked_at bigint,
    constraint token_hash_free unique (hash),
    constraint token_of_one check ((person is null) <> (agent is null))
);

create table environment (
    id                text    not null primary key,
    name              text    not null,
    position          integer not null,
    four_eyes         integer not null default 0,
    approvals         integer not null default 1,
    password_approval integer not null default 0,
    freezes           text    not null default '[]', -- JSON list of windows
    created_at        bigint  not null,
    constraint environment_name_free unique (name),
    constraint environment_flags_are_bools check (four_eyes in (0, 1) and password_approval in (0, 1)),
    constraint environment_approvals_some check (approvals between 1 and 9)
);

create table cluster (
    id              text    not null primary key,
    environment     text    not null references environment (id),
    name            text    not null,
    engine          text    not null,
    url             text    not null,
    branch          text    not null,
    path_prefix     text    not null default '',
    embedded        integer not null default 0,
    recipients      text    not null default '[]', -- JSON list of age recipients
    kube_system_uid text,
    flux            text    not null default '{}', -- JSON: namespace, source, decryptionSecret
    host_key        text,                          -- pinned, for ssh
    ca_certificate  text,                          -- PEM, for https with an own authority
    deploy_key      text,                          -- public half of a key that was made for this repository
    credential      blob,                          -- sealed to the vault
    revision        integer not null default 1,    -- counts edits of these settings
    bound_at        bigint,                        -- the first deploy wrote countersign.yaml
    halted          text,                          -- why nothing is deployed there: the branch is not as it was recorded
    created_at      bigint  not null,
    constraint cluster_name_free unique (name),
    constraint cluster_branch_free unique (url, branch), -- one URL and branch binds exactly one cluster
    constraint cluster_engine_known check (engine in ('flux', 'argocd')),
    constraint cluster_embedded_is_bool check (embedded in (0, 1))
);
create index cluster_environment on cluster (environment);

-- What Flux shows to pull an embedded repository. Only the hash is kept; a new one takes the old one's place.
create table pull_token (
    cluster   text   not null primary key references cluster (id),
    hash      text   not null,
    issued_at bigint not null,
    used_at   bigint,
    constraint pull_token_hash_free unique (hash)
);

-- What Flux signs its events with. Checking an HMAC takes the secret itself, so it is sealed to the vault.
create table hook_secret (
    cluster   text   not null primary key references cluster (id),
    sealed    blob   not null,
    issued_at bigint not null
);

create table stack (
    id         text   not null primary key,
    cluster    text   not null references cluster (id),
    stack_id   text   not null, -- immutable; every path and object name comes from it
    name       text   not null,
    created_at bigint not null,
    removed_at bigint,
    constraint stack_id_free unique (cluster, stack_id)
);

create table draft (
    id          text    not null primary key,
    stack       text    not null references stack (id),
    revision    integer not null,
    base_entry  integer,          -- null: nothing recorded yet
    title       text    not null default '',
    why         text    not null default '',
    ticket      text    not null default '',
    content     text    not null, -- stack.yaml
    author_kind text    not null,
    author      text    not null,
    edited_kind text    not null,
    edited_by   text    not null,
    origin      text    not null,
    state       text    not null,
    created_at  bigint  not null,
    updated_at  bigint  not null,
    constraint draft_author_known check (author_kind in ('person', 'agent')),
    constraint draft_origin_known check (origin in ('person', 'example', 'assistant', 'mcp', 'alert', 'promotion', 'import', 'revert')),
    constraint draft_state_known check (state in ('open', 'recorded', 'discarded')),
    constraint draft_revision_counts check (revision >= 0)
);
create index draft_stack on draft (stack);

-- Every edit, by whoever made it. One row takes a draft from `revision - 1` to `revision`.
create table draft_change (
    id               text    not null primary key,
    draft            text    not null references draft (id),
    revision         integer not null,
    author_kind      text    not null,
    author           text    not null,
    client_change_id text    not null,
    changes          text    not null, -- JSON list of typed changes
    changed_at       bigint  not null,
    rebased_to       integer,          -- the entry that a rebase carried the draft to; null: somebody's own edit
    constraint draft_change_once unique (draft, client_change_id),
    constraint draft_change_in_order unique (draft, revision),
    constraint draft_change_author_known check (author_kind in ('person', 'agent'))
);

-- The whole content at some revisions; what it was at the others follows from the edits after the nearest before.
create table draft_text (
    draft    text    not null references draft (id),
    revision integer not null,
    content  text    not null, -- stack.yaml
    primary key (draft, revision)
);

-- A revision that somebody gave a name.
create table draft_checkpoint (
    id       text    not null primary key,
    draft    text    not null references draft (id),
    revision integer not null,
    name     text    not null,
    made_by  text    not null,
    made_at  bigint  not null,
    constraint draft_checkpoint_name_free unique (draft, name)
);

create table variable (
    id         text   not null primary key,
    scope      text   not null,
    scope_id   text   not null default '', -- '' for the organisation
    name       text   not null,
    type       text   not null,
    value      text   not null,            -- JSON
    updated_at bigint not null,
    updated_by text   not null,
    constraint variable_once unique (scope, scope_id, name),
    constraint variable_scope_known check (scope in ('organisation', 'environment', 'cluster', 'stack')),
    constraint variable_scope_whole check ((scope = 'organisation') = (scope_id = '')),
    constraint variable_type_known check (type in ('string', 'number', 'bool', 'list', 'map'))
);

-- Write-only: what is kept is sealed to the vault, and a keyed fingerprint that tells "same" from "changed".
create table secret (
    id          text   not null primary key,
    scope       text   not null,
    scope_id    text   not null,
    name        text   not null,
    sealed      blob   not null,
    fingerprint text   not null,
    updated_at  bigint not null,
    updated_by  text   not null,
    constraint secret_once unique (scope, scope_id, name),
    constraint secret_scope_known check (scope in ('environment', 'cluster', 'stack'))
);

-- Helm repositories and OCI registries of people's own; what they hold is fetched and kept outside the database.
create table chart_repository (
    id         text    not null primary key,
    name       text    not null,
    url        text    not null, -- without a slash at the end
    plain_http integer not null,
    username   text,
    sealed     blob,             -- the password, sealed to the vault
    added_at   bigint  not null,
    added_by   text    not null,
    constraint chart_repository_name_free unique (name),
    constraint chart_repository_url_free unique (url),
    constraint chart_repository_credentials_whole check ((username is null) = (sealed is null))
);

-- SOPS files as sealed once, so an unchanged secret never changes in Git.
create table sealed_file (
    cluster     text   not null references cluster (id),
    path        text   not null,
    fingerprint text   not null, -- keyed, over its leaves
    recipients  text   not null, -- SHA-256 of the sorted recipients
    bytes       blob   not null,
    sealed_at   bigint not null,
    constraint sealed_file_once primary key (cluster, path, fingerprint, recipients)
);

-- A frozen plan: canonical bytes that never change.
create table plan (
    id        text   not null primary key,
    kind      text   not null,
    cluster   text references cluster (id),
    stack     text references stack (id),
    draft     text references draft (id),
    draft_revision integer,
    bytes     blob   not null,
    sha256    text   not null,
    frozen_by text   not null references person (id),
    frozen_at bigint not null,
    not_after bigint not null,
    state     text   not null,
    reason    text,                          -- why it went stale
    base_commit text,                        -- where the branch stood; null: nothing stood there
    secrets   text   not null default '{}',  -- JSON: keyed fingerprint by secret name, to tell same from changed
    constraint plan_digest_free unique (sha256),
    constraint plan_kind_known check (kind in ('stack', 'stack_removal', 'cluster', 'roster', 'adopt')),
    constraint plan_state_known check (state in ('frozen', 'deployed', 'stale', 'withdrawn'))
);
create index plan_draft on plan (draft);

-- File contents that plans name by digest.
create table plan_file (
    sha256 text not null primary key,
    bytes  blob not null
);

create table approval (
    id          text   not null primary key,
    plan        text   not null references plan (id),
    person      text   not null references person (id),
    credential  text references credential (id),
    kind        text   not null,
    bytes       blob   not null, -- the SSH signature, or the record of a password approval
    accepted_at bigint not null,
    constraint approval_once unique (plan, person),
    constraint approval_kind_known check (kind in ('passkey', 'ssh', 'password', 'recorded')), -- recorded: read back from Git
    constraint approval_names_its_key check (kind in ('password', 'recorded') or credential is not null)
);

-- One row per countersigned plan. The state follows the push; what was signed never changes.
create table deployment (
    id           text   not null primary key,
    plan         text   not null references plan (id),
    cluster      text   not null references cluster (id),
    entry_number integer,
    state        text   not null,
    commit_bytes blob,
    commit_id    text,
    checkpoint   text, -- the audit log's head in the commit, a signed note
    consistency  text, -- how the log grew to it since the entry before
    audit_head   blob, -- the same head, for the proof of the next entry
    parent_id    text, -- null: the first commit
    pack         blob,
    code         text   not null default '', -- of the problem that `reason` tells
    reason       text   not null default '',
    attempts     integer not null default 0,
    intended_at  bigint not null,
    pushed_at    bigint,
    recorded_at  bigint,
    constraint deployment_once unique (plan),
    constraint deployment_state_known check (state in ('intended', 'pushed', 'recorded', 'stale', 'failed')),
    constraint deployment_commit_kept check (state not in ('pushed', 'recorded') or (commit_id is not null and entry_number is not null))
);
create index deployment_cluster on deployment (cluster, state);

-- The record, as rebuilt from Git: gapless numbers per repository.
create table entry (
    cluster     text    not null references cluster (id),
    number      integer not null,
    commit_id   text    not null,
    parent_id   text,
    plan        text references plan (id),
    stack       text references stack (id),
    subject     text    not null,
    recorded_at bigint  not null,
    constraint entry_number_once primary key (cluster, number),
    constraint entry_commit_once unique (cluster, commit_id)
);
create index entry_stack on entry (stack);

-- What a cluster said of a component at a commit: of each kind the first and the last time. The rows are hints, and
-- which one counts is decided by the commit's place in the record.
create table cluster_event (
    cluster   text   not null references cluster (id),
    stack_id  text   not null,
    part      text   not null, -- '' for what applies the components
    commit_id text   not null, -- maybe one that is not known yet
    said      text   not null,
    first_at  bigint not null,
    last_at   bigint not null,
    message   text   not null, -- of the last
    heard_at  bigint not null, -- our clock
    constraint cluster_event_once primary key (cluster, stack_id, part, commit_id, said),
    constraint cluster_event_said_known check (said in ('progressing', 'waiting', 'failing', 'reconciled'))
);

-- That a cluster refused a commit for its signature: the last time that it said so.
create table signature_refusal (
    cluster   text   not null primary key references cluster (id),
    commit_id text   not null,
    at        bigint not null
);

-- How far a branch was looked through.
create table branch (
    cluster   text   not null primary key references cluster (id),
    commit_id text   not null,
    seen_at   bigint not null
);

-- Commits on a bound branch that are none of ours. All text is as the commit has it.
create table foreign_commit (
    cluster     text    not null references cluster (id),
    commit_id   text    not null,
    parent      text,             -- what the branch held before it
    is_merged   integer not null, -- it came in by a merge, which tells what that changed
    after_entry integer not null,
    place       integer not null, -- counts along the branch
    author      text    not null,
    subject     text    not null,
    authored_at bigint  not null,
    seen_at     bigint  not null,
    paths       text    not null, -- JSON, the first of them
    changed     integer not null,
    stacks      text    not null, -- JSON list of stack ids
    constraint foreign_commit_once primary key (cluster, commit_id)
);

-- The audit log: canonical bytes and their RFC 6962 leaf hash, numbered from 0 without gaps, only ever appended.
create table audit (
    n      integer not null primary key,
    leaf   blob    not null,
    hash   blob    not null,
    -- copies of what stands in the leaf, for searching
    at     bigint  not null,
    actor  text    not null,
    action text    not null,
    object text    not null
);
create index audit_object on audit (object);
create index audit_actor on audit (actor);

create trigger audit_is_never_changed before update on audit begin
    select raise(abort, 'audit rows are only appended');
end;
create trigger audit_is_never_cut before delete on audit begin
    select raise(abort, 'audit rows are only appended');
end;
create trigger audit_has_no_gaps before insert on audit
when new.n <> (select coalesce(max(n) + 1, 0) from audit) begin
    select raise(abort, 'audit numbers have no gaps');
end;

-- Personal and free text that leaves only commit to, so that it can be erased while every proof still holds.
create table audit_text (
    n     integer not null references audit (n),
    field text    not null,
    salt  blob    not null,
    text  text    not null,
    constraint audit_text_once primary key (n, field)
);
