//! Nothing is here yet: three steps to the first entry of the record.

use domain::api::overview::Overview;
use domain::principal::{Act, Target};
use leptos::prelude::*;

use crate::part::new_stack::NewStack;
use crate::session::use_session;
use crate::widget::icon::Icon;
use crate::widget::sheet::Sheet;

#[component]
pub fn FirstRun(found: Overview) -> AnyView {
    let session = use_session();
    let may_administer = session.may(Act::Administer, &Target::Organisation);
    let names: Vec<String> = found.environments.iter().map(|one| one.name.to_string()).collect();
    let has_cluster = !found.clusters.is_empty();
    let add = match (has_cluster, may_administer) {
        (true, _) => None,
        (false, true) => {
            Some(view! { <a class="btn btn--action" href="/settings/clusters/new"><Icon name="plug"/>"Add a cluster"</a> }.into_any())
        }
        (false, false) => Some(view! { <p class="muted">"Adding one needs the role admin."</p> }.into_any()),
    };
    let clusters = found.clusters.clone();
    view! {
        <Sheet id="h-first" title="Three steps to the first record" note="About ten minutes">
            <ol class="first-steps">
                <li class="step" class:step--done=has_cluster>
                    <span class="step-mark" aria-hidden="true">{if has_cluster { view! { <Icon name="check"/> }.into_any() } else { view! { "1" }.into_any() }}</span>
                    <div>
                        <h3>"Bring a cluster"</h3>
                        <p class="muted">"One Git repository per cluster; an embedded one in the data folder will do to begin with. Countersign never holds a kubeconfig: Flux in the cluster reads the repository."</p>
                        <p class="fine">"Environments: "{names.join(", ")}". "<a href="/settings/environments">"Change them"</a></p>
                        {add}
                    </div>
                </li>
                <li class="step">
                    <span class="step-mark" aria-hidden="true">"2"</span>
                    <div>
                        <h3>"Draw a stack"</h3>
                        <p class="muted">"A stack is a set of Helm addons and manifests with the order between them. Load an example as a draft, or start with an empty canvas."</p>
                        {has_cluster.then(|| view! { <NewStack clusters/> })}
                    </div>
                </li>
                <li class="step">
                    <span class="step-mark" aria-hidden="true">"3"</span>
                    <div>
                        <h3>"Review and countersign"</h3>
                        <p class="muted">"The plan shows exactly what would be committed. Your passkey signs it, one commit goes to the repository, and Flux does the rest."</p>
                    </div>
                </li>
            </ol>
        </Sheet>
    }
    .into_any()
}
