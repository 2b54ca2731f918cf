//! Importing what others wrote: paste or upload, see what is carried over and what is not, make a draft. `import.js` runs it.

use domain::api::cluster::Cluster;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::api::use_api;
use crate::assets::use_assets;
use crate::frame::{Crumb, Frame, Place};
use crate::part::new_stack::draftable;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::plain_field::{PlainArea, PlainField, PlainSelect, ProblemPlace};
use crate::widget::sheet::{Empty, Sheet};

/// What a person can name where the files do not tell.
const FORMATS: [(&str, &str); 6] = [
    ("", "As the files tell"),
    ("stack", "stack.yaml"),
    ("flux", "Flux: HelmReleases, sources, Kustomizations"),
    ("argo_cd", "Argo CD: Applications"),
    ("import_cluster", "An ImportCluster file"),
    ("manifests", "Plain manifests, those of Flux and Argo CD too"),
];

#[component]
pub fn Import() -> AnyView {
    let api = use_api();
    let clusters = Resource::new(|| (), move |()| api.clusters());
    view! {
        <Frame place=Place::Stacks title="Import" crumbs=vec![Crumb::link("Overview", "/"), Crumb::here("Import")]>
            <PageHead title="Import" about="What you have becomes a draft; nothing is taken over, and nothing changes before a plan of it is countersigned."/>
            <Loaded resource=clusters what="the clusters" view=|clusters| view! { <Form clusters/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Form(clusters: Vec<Cluster>) -> AnyView {
    let clusters = draftable(&clusters);
    if clusters.is_empty() {
        return view! { <Empty icon="draft" title="Nowhere to make a draft" text="Importing needs a cluster, and the role editor on it."/> }.into_any();
    }
    let options: Vec<(String, String)> =
        clusters.iter().map(|one| (one.name.to_string(), format!("{} ({})", one.name, one.environment))).collect();
    let formats: Vec<(String, String)> = FORMATS.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect();
    view! {
        <script type="module" src=use_assets().url("import.js") nonce=use_nonce()></script>
        <form class="stack-y" method="post" data-import="" novalidate>
            <Sheet id="h-source" title="What you have" note="A stack.yaml, manifests, or what Flux, Argo CD or an ImportCluster file describe">
                <div class="sheet-body stack-y">
                    <div class="field">
                        <label class="field-label" for="field-files">"Files"</label>
                        <input class="input" id="field-files" name="files" type="file" multiple=true accept=".yaml,.yml,.json,text/plain" aria-describedby="field-files-hint field-files-error"/>
                        <p class="field-hint" id="field-files-hint">"Several at once; files that name each other find each other by their names."</p>
                        <p class="field-error" id="field-files-error" hidden=true></p>
                    </div>
                    <div class="field">
                        <label class="field-label" for="field-folder">"Or a folder"</label>
                        <input class="input" id="field-folder" name="folder" type="file" multiple=true aria-describedby="field-folder-hint"/>
                        <p class="field-hint" id="field-folder-hint">"Its YAML and JSON files with their paths, by which Flux's Kustomizations know what is theirs."</p>
                    </div>
                    <PlainField name="url" label="Or an address" mono=true placeholder="https://raw.example.com/ops/stack.yaml" hint="One file on the internet, without a password. The server fetches it."/>
                    <PlainArea name="text" label="Or paste" rows=12/>
                    <PlainSelect name="cluster" label="On cluster" options/>
                    <PlainSelect name="format" label="Format" options=formats/>
                    <PlainField name="name" label="Name" placeholder="monitoring" hint="For a stack that has no name of its own."/>
                    <ProblemPlace/>
                    <div class="form-actions mt-0"><button class="btn btn--action" type="submit">"Show what it becomes"</button></div>
                    <noscript><p class="callout callout--waiting">"Importing needs JavaScript: allow it for this site."</p></noscript>
                </div>
            </Sheet>
        </form>
        <div data-import-result="" role="region" aria-label="What it becomes" hidden=true></div>
        // What the script puts together stands here once, as every other sheet of the product does.
        <template data-import-stack="">
            <section class="sheet mt">
                <header class="sheet-head"><h2 class="sheet-title" data-name=""></h2><span class="sheet-note" data-counts=""></span></header>
                <div class="sheet-body stack-y">
                    <ul class="plain-list" data-components=""></ul>
                    <p data-secrets=""></p>
                    <ul class="plain-list stack-y" data-findings=""></ul>
                    <div class="callout callout--failing" data-problem="" role="alert" hidden=true></div>
                    <div class="form-actions mt-0"><button class="btn btn--action" type="button" data-make=""><Icon name="draft"/>"Make the draft"</button></div>
                </div>
            </section>
        </template>
    }
    .into_any()
}
