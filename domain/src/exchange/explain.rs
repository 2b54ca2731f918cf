//! What is known of fields that a stack has no place for: why, and what to do.

use super::document::path;
use super::note::Kind;
use crate::yaml::path::{Segment, ValuePath};

pub type Words = Option<(Kind, &'static str, &'static str)>;

const NOTHING: &str = "Nothing is to be done.";

/// A field, and what is said of it and of all below it.
type Line = (&'static str, Kind, &'static str, &'static str);

fn find(lines: &[Line], at: &ValuePath) -> Words {
    lines.iter().find(|(field, ..)| at.starts_with(&path(field))).map(|(_, kind, reason, hint)| (*kind, *reason, *hint))
}

/// Of objects that a tool reads and a cluster need not keep.
const METADATA: &[Line] = &[
    ("status", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    ("metadata.creationTimestamp", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    ("metadata.uid", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    ("metadata.resourceVersion", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    ("metadata.generation", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    ("metadata.managedFields", Kind::Changed, "A cluster wrote this; it is no part of what is wanted.", NOTHING),
    (
        "metadata.labels",
        Kind::Lost,
        "Countersign writes this object itself, with labels of its own.",
        "If something selects by this label, choose its objects in another way.",
    ),
    (
        "metadata.annotations",
        Kind::Lost,
        "Countersign writes this object itself, with annotations of its own.",
        "If a tool reads this annotation, tell it in another way.",
    ),
    ("metadata.finalizers", Kind::Changed, "What goes is removed by entries of the record, in order.", NOTHING),
    ("metadata.name", Kind::Changed, "Countersign names this object itself, after the component.", NOTHING),
    ("metadata.namespace", Kind::Changed, "Countersign puts this object where it belongs itself.", NOTHING),
    ("apiVersion", Kind::Changed, "Countersign writes this object itself.", NOTHING),
    ("kind", Kind::Changed, "Countersign writes this object itself.", NOTHING),
];

pub fn release(at: &ValuePath) -> Words {
    const LINES: &[Line] = &[
        (
            "spec.kubeConfig",
            Kind::Lost,
            "A stack is deployed to the cluster that it belongs to, and to no other.",
            "Import it into a stack of that other cluster.",
        ),
        (
            "spec.storageNamespace",
            Kind::Lost,
            "Helm keeps its state in the component's namespace.",
            "A release that lives must be moved first, or it is installed a second time.",
        ),
        (
            "spec.chart.spec.interval",
            Kind::Changed,
            "Countersign states exact versions, so how often Flux looks for a newer one does not matter.",
            NOTHING,
        ),
        (
            "spec.chart.spec.reconcileStrategy",
            Kind::Lost,
            "A chart is carried by its version alone.",
            "Raise the version when the chart changes.",
        ),
        (
            "spec.chart.spec.valuesFiles",
            Kind::Lost,
            "Values files inside a chart are not read here.",
            "Open the chart and take over into the values what the file says.",
        ),
        (
            "spec.chart.spec.valuesFile",
            Kind::Lost,
            "Values files inside a chart are not read here.",
            "Open the chart and take over into the values what the file says.",
        ),
        (
            "spec.chart.spec.verify",
            Kind::Lost,
            "Countersign does not verify signatures of charts.",
            "Verify the chart before its version is countersigned.",
        ),
        ("spec.chart.metadata", Kind::Lost, "Countersign writes the source itself.", NOTHING),
    ];
    find(LINES, at).or_else(|| find(METADATA, at))
}

pub fn repository(at: &ValuePath) -> Words {
    const CREDENTIALS: &str = "Credentials of a chart's source are not part of a stack.";
    const MIRROR: &str = "Use a source that needs none, or have Flux log in by the node's own identity.";
    const LINES: &[Line] = &[
        ("spec.secretRef", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.certSecretRef", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.proxySecretRef", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.passCredentials", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.serviceAccountName", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.provider", Kind::Lost, CREDENTIALS, MIRROR),
        ("spec.insecure", Kind::Lost, "Registries are asked by https.", "Give the registry a certificate."),
        (
            "spec.verify",
            Kind::Lost,
            "Countersign does not verify signatures of charts.",
            "Verify the chart before its version is countersigned.",
        ),
        ("spec.interval", Kind::Changed, "Countersign has Flux look once an hour; versions are exact.", NOTHING),
        ("spec.timeout", Kind::Changed, "Countersign leaves this to Flux's default.", NOTHING),
        ("spec.layerSelector", Kind::Changed, "Countersign chooses the layer of a chart itself.", NOTHING),
        (
            "spec.suspend",
            Kind::Lost,
            "A source of a stack cannot be suspended by itself.",
            "Suspend the source in the cluster, if it still must be.",
        ),
    ];
    find(LINES, at).or_else(|| find(METADATA, at))
}

pub fn kustomization(at: &ValuePath) -> Words {
    const LINES: &[Line] = &[
        ("spec.interval", Kind::Changed, "Countersign has Flux look once an hour, and at once after a deploy.", NOTHING),
        ("spec.retryInterval", Kind::Changed, "Countersign has Flux try again after a minute.", NOTHING),
        ("spec.sourceRef", Kind::Changed, "Countersign names the repository of the cluster itself.", NOTHING),
        ("spec.path", Kind::Changed, "Countersign puts each component into a folder of its own.", NOTHING),
        (
            "spec.prune",
            Kind::Changed,
            "Countersign prunes what a component no longer holds.",
            "Annotate what must stay with kustomize.toolkit.fluxcd.io/prune: disabled.",
        ),
        ("spec.wait", Kind::Changed, "Countersign waits for every component.", NOTHING),
        ("spec.healthChecks", Kind::Changed, "Countersign waits for every object of a component.", NOTHING),
        (
            "spec.healthCheckExprs",
            Kind::Changed,
            "Countersign writes these itself for the kinds that need them.",
            "Look at the plan whether a kind of yours is among them.",
        ),
        ("spec.deletionPolicy", Kind::Changed, "Countersign waits until what goes is gone.", NOTHING),
        ("spec.decryption", Kind::Changed, "Countersign seals secrets for the cluster itself.", NOTHING),
        (
            "spec.timeout",
            Kind::Lost,
            "It stood over several components, and each has a time of its own.",
            "State a timeout where ten minutes are not enough.",
        ),
        (
            "spec.targetNamespace",
            Kind::Lost,
            "A component's namespace is filled in where an object states none, and moves no other.",
            "Look at the namespaces of the components.",
        ),
        ("spec.patches", Kind::Lost, "Patches are not applied by this import.", "Make the change in the component's text."),
        ("spec.patchesStrategicMerge", Kind::Lost, "Patches are not applied by this import.", "Make the change in the component's text."),
        ("spec.patchesJson6902", Kind::Lost, "Patches are not applied by this import.", "Make the change in the component's text."),
        ("spec.images", Kind::Lost, "Images are not replaced by this import.", "Write the image that is wanted into the component's text."),
        ("spec.namePrefix", Kind::Lost, "Names are not changed by this import.", "Write the names that are wanted."),
        ("spec.nameSuffix", Kind::Lost, "Names are not changed by this import.", "Write the names that are wanted."),
        ("spec.components", Kind::Lost, "Components of kustomize are not built by this import.", "Import what `kustomize build` prints."),
        ("spec.commonMetadata", Kind::Lost, "Labels and annotations are not added by this import.", "Write them where they are wanted."),
        (
            "spec.postBuild.substituteFrom",
            Kind::Lost,
            "What Flux would read from the cluster is not known here.",
            "Declare variables and write `${{ vars.NAME }}`.",
        ),
        ("spec.force", Kind::Lost, "Countersign never has Flux delete and create anew by itself.", NOTHING),
        ("spec.suspend", Kind::Lost, "A component that is deployed is reconciled.", "Leave the component out, if it must not run."),
        (
            "spec.serviceAccountName",
            Kind::Lost,
            "Components are applied with the rights that Flux has.",
            "Limit Flux itself, if that is what it was for.",
        ),
        (
            "spec.kubeConfig",
            Kind::Lost,
            "A stack is deployed to the cluster that it belongs to, and to no other.",
            "Import it into a stack of that other cluster.",
        ),
        (
            "spec.postBuild",
            Kind::Lost,
            "Nothing that belongs to it is in this import.",
            "Import the files under its path together with it.",
        ),
    ];
    find(LINES, at).or_else(|| find(METADATA, at))
}

pub fn kustomize_file(at: &ValuePath) -> Words {
    const BUILD: &str = "Import what `kustomize build` prints.";
    const LINES: &[Line] = &[
        ("apiVersion", Kind::Changed, "Countersign writes its own list of files.", NOTHING),
        ("kind", Kind::Changed, "Countersign writes its own list of files.", NOTHING),
        ("metadata", Kind::Changed, "Countersign writes its own list of files.", NOTHING),
        ("namespace", Kind::Lost, "kustomize would move everything in its list into this namespace; this import does not.", BUILD),
        ("resources", Kind::Lost, "This is in the list and not in this import.", "Import that file together with this one."),
    ];
    find(LINES, at).or(Some((Kind::Lost, "kustomize would change objects by this; this import does not.", BUILD)))
}

pub fn application(at: &ValuePath) -> Words {
    const LINES: &[Line] = &[
        (
            "spec.project",
            Kind::Changed,
            "Projects of Argo CD limit who may deploy where; here roles on clusters do.",
            "Grant the roles that are wanted.",
        ),
        (
            "spec.destination",
            Kind::Changed,
            "A stack is deployed to the cluster that it belongs to.",
            "Make the draft on the cluster that this names.",
        ),
        (
            "spec.syncPolicy.automated",
            Kind::Changed,
            "Flux applies what is countersigned, prunes, and corrects what drifts in manifests.",
            NOTHING,
        ),
        (
            "spec.syncPolicy.syncOptions",
            Kind::Changed,
            "Countersign makes namespaces itself and leaves how objects are applied to Flux.",
            "Look whether an option here matters to you.",
        ),
        ("spec.syncPolicy", Kind::Changed, "Flux tries again by itself, and Helm three times.", NOTHING),
        (
            "spec.ignoreDifferences",
            Kind::Lost,
            "Argo CD would look away from these fields.",
            "For a chart, state release.driftDetection.ignore; in a manifest leave the field out.",
        ),
        ("spec.revisionHistoryLimit", Kind::Changed, "The record keeps every entry.", NOTHING),
        ("spec.info", Kind::Lost, "A component has no place for such notes.", "Write them into the stack's description."),
        ("operation", Kind::Changed, "This was one run of Argo CD; it is no part of what is wanted.", NOTHING),
    ];
    find(LINES, at).or_else(|| find(METADATA, at))
}

pub fn peers(at: &ValuePath) -> Words {
    const LINES: &[Line] = &[
        ("apiVersion", Kind::Changed, "The stack has a format of its own.", NOTHING),
        ("kind", Kind::Changed, "The stack has a format of its own.", NOTHING),
        (
            "metadata",
            Kind::Changed,
            "This describes the cluster; a stack belongs to the cluster on which its draft is made.",
            "Make the draft on that cluster.",
        ),
        (
            "spec.git_repository",
            Kind::Changed,
            "Where the cluster's repository is, its binding here says.",
            "Bind the cluster to that repository, or to another.",
        ),
    ];
    // spec.stacks[0].addons[0].FIELD, and the same inside its configuration.
    match at.segments() {
        [_, _, Segment::Index(_), _, Segment::Index(_), Segment::Key(field)] if field != "configuration" => Some(peers_field(field)),
        [_, _, Segment::Index(_), _, Segment::Index(_), Segment::Key(_), Segment::Key(field)] => Some(peers_field(field)),
        _ => find(LINES, at),
    }
}

/// Of an addon or manifest in a peer's file, by the field's own name.
fn peers_field(field: &str) -> (Kind, &'static str, &'static str) {
    match field {
        "registry_name" => (Kind::Changed, "The chart's source is told by its address alone.", NOTHING),
        "registry_credential_name" => (
            Kind::Lost,
            "Credentials of a chart's source are not part of a stack.",
            "Use a source that needs none, or have Flux log in by the node's own identity.",
        ),
        "encrypted_paths" => (
            Kind::Changed,
            "Here a secret is an expression, and all of them are sealed.",
            "Look whether each of these paths holds `${{ secrets.… }}` now.",
        ),
        "configuration_type" => (Kind::Changed, "Values belong to their component.", NOTHING),
        "force" => (Kind::Lost, "Countersign never has Flux delete and create anew by itself.", NOTHING),
        _ => (
            Kind::Lost,
            "A component of a stack has no such field.",
            "If it is needed, look whether the chart's values or a manifest can say it.",
        ),
    }
}
