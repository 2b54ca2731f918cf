//! A person's own application without YAML: a form whose answers become a component of a draft. `application.js` sends it.

use domain::api::draft::{Draft, DraftState};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::api::use_api;
use crate::assets::use_assets;
use crate::frame::{Crumb, Frame, Place};
use crate::part::{drafts_path, stack_path};
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::page_head::PageHead;
use crate::widget::plain_field::{PlainArea, PlainField, ProblemPlace};
use crate::widget::sheet::{Empty, Sheet};

#[component]
pub fn Application() -> AnyView {
    let (api, params, query) = (use_api(), use_params_map(), use_query_map());
    let of = move |key: &str| params.with_untracked(|params| params.get(key).unwrap_or_default());
    let (cluster, stack) = (of("cluster"), of("stack"));
    let asked = query.with_untracked(|query| query.get("draft").unwrap_or_default());
    let draft = Resource::new(|| (), move |()| api.draft(&asked));
    let crumbs = vec![
        Crumb::link("Overview", "/"),
        Crumb::link(cluster.clone(), "/#stacks"),
        Crumb::link(stack.clone(), stack_path(&cluster, &stack, None)),
        Crumb::here("Add an application"),
    ];
    view! {
        <Frame place=Place::Stacks title="Add an application" crumbs>
            <PageHead title="Add an application" about="A few facts about an image become a Deployment and what it needs: a component of the draft, edited as YAML from then on."/>
            <Loaded resource=draft what="the draft" view=|draft| view! { <Form draft/> }/>
        </Frame>
    }
    .into_any()
}

#[component]
fn Form(draft: Draft) -> AnyView {
    let summary = draft.summary;
    let (cluster, stack) = (summary.cluster.to_string(), summary.stack.to_string());
    let back = stack_path(&cluster, &stack, Some(&summary.id));
    let data_back = back.clone();
    if summary.state != DraftState::Open {
        let href = drafts_path(&cluster, &stack);
        return view! { <Empty icon="draft" title="This draft is closed" text="Nothing is added to it any more."><a class="btn" href=href rel="external">"To the stack"</a></Empty> }.into_any();
    }
    if !draft.may_edit {
        return view! { <Empty icon="draft" title="Only read" text="Adding to a draft needs the role editor on its cluster."><a class="btn" href=back rel="external">"To the draft"</a></Empty> }.into_any();
    }
    let title = format!("For the draft of {}", summary.stack_name);
    let note = format!("on {cluster}, rev {}", summary.revision);
    view! {
        <script type="module" src=use_assets().url("application.js") nonce=use_nonce()></script>
        <form class="stack-y" method="post" data-application=summary.id.clone() data-back=data_back novalidate>
            <Sheet id="h-application" title note>
                <div class="sheet-body stack-y">
                    <PlainField name="name" label="Name" required=true placeholder="shop" hint="a-z, 0-9 and single hyphens. Objects are named after it for good."/>
                    <PlainField name="namespace" label="Namespace" required=true mono=true value=stack hint="It is made where it is missing."/>
                    <PlainField name="image" label="Image" required=true mono=true placeholder="ghcr.io/acme/shop:1.4.2" hint="With its tag or digest."/>
                    <div class="field-row">
                        <PlainField name="replicas" label="Replicas" required=true kind="number" value="1"/>
                        <PlainField name="port" label="Port" kind="number" placeholder="8080" hint="Where it listens. A Service leads there from port 80."/>
                    </div>
                    <PlainField name="host" label="Host" mono=true placeholder="shop.example.com" hint="The world reaches it under this name, by an Ingress. ${{ vars.NAME }} may stand in it."/>
                    <PlainArea name="environment" label="Environment" rows=4 placeholder="LOG_LEVEL=info" hint="NAME=value, one on a line."/>
                    <PlainArea name="secrets" label="Secrets" rows=3 placeholder="DB_PASSWORD" hint="Names of environment variables, one on a line. Values are set under the stack's secrets, never here."/>
                    <div class="field-row">
                        <PlainField name="volume_size" label="Volume" mono=true placeholder="10Gi" hint="What is kept when a pod goes."/>
                        <PlainField name="volume_path" label="Mounted at" mono=true placeholder="/data"/>
                    </div>
                    <ProblemPlace/>
                    <div class="form-actions mt-0">
                        <button class="btn btn--action" type="submit"><Icon name="plus"/>"Add to the draft"</button>
                        <a class="btn btn--quiet" href=back rel="external">"Back to the draft"</a>
                    </div>
                    <noscript><p class="callout callout--waiting">"Adding needs JavaScript: allow it for this site."</p></noscript>
                </div>
            </Sheet>
        </form>
    }
    .into_any()
}
