//! Where a plan stands: open, waiting for others, on its way, recorded, or no longer to be deployed.

use domain::api::plan::{Deployment, DeploymentState, Plan};
use leptos::prelude::*;

use super::section::shown;
use crate::part::seal::LargeSeal;
use crate::part::{entry_path, number};
use crate::widget::icon::Icon;

#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    Open,
    /// This many have signed; more must.
    Waiting(u32),
    /// Signed, and the commit is under way or its outcome is not clear yet.
    UnderWay(Deployment),
    Recorded(Deployment),
    /// Nothing was recorded.
    Rejected(Deployment),
    Stale(String),
    Expired,
}

impl Standing {
    pub fn of(plan: &Plan, now: i64) -> Standing {
        if let Some(deployment) = plan.deployment.clone() {
            match deployment.state {
                DeploymentState::Recorded => return Standing::Recorded(deployment),
                DeploymentState::Intended | DeploymentState::Unclear => return Standing::UnderWay(deployment),
                DeploymentState::Rejected => return Standing::Rejected(deployment),
                DeploymentState::Stale => {
                    let reason = deployment.detail.clone().or_else(|| plan.stale.clone());
                    return Standing::Stale(reason.unwrap_or_else(|| "Something else moved what this plan builds on.".to_owned()));
                }
                DeploymentState::Waiting => {}
            }
        }
        if let Some(reason) = &plan.stale {
            return Standing::Stale(reason.clone());
        }
        if let Some(newer) = plan.newer_revision {
            return Standing::Stale(format!("The draft has been edited since; it is at rev {newer}."));
        }
        if plan.not_after <= now {
            return Standing::Expired;
        }
        match u32::try_from(plan.approvals.len()).unwrap_or(u32::MAX) {
            0 => Standing::Open,
            signed => Standing::Waiting(signed),
        }
    }

    /// Whether a signature could still be given.
    pub fn is_open(&self) -> bool {
        matches!(self, Standing::Open | Standing::Waiting(_))
    }
}

/// What `sign.js` asks for until it is settled.
pub fn unsettled(standing: &Standing) -> Option<String> {
    match standing {
        Standing::UnderWay(deployment) => Some(deployment.id.clone()),
        _ => None,
    }
}

#[component]
pub fn StandingView(standing: Standing, plan: Plan) -> AnyView {
    let call = |kind: &'static str, icon: &'static str, title: &'static str, text: String| {
        view! { <div class=kind role="status"><Icon name=icon/><div><p class="callout-title">{title}</p><p>{shown(&text)}</p></div></div> }
            .into_any()
    };
    match standing {
        Standing::Open => ().into_any(),
        Standing::Waiting(signed) => {
            let missing = plan.approvals_needed.saturating_sub(signed);
            let people = if missing == 1 { "person" } else { "people" };
            let text =
                format!("{signed} of {} approvals. {missing} more {people} must sign before anything is committed.", plan.approvals_needed);
            call("callout callout--waiting", "wait", "Waiting for others", text)
        }
        Standing::UnderWay(deployment) if deployment.state == DeploymentState::Unclear => call(
            "callout callout--waiting",
            "wait",
            "Not clear yet",
            "The repository did not say clearly whether it took the commit. It is asked again by itself; nobody needs to sign again."
                .to_owned(),
        ),
        Standing::UnderWay(_) => {
            call("callout callout--waiting", "wait", "On its way", "Signed. The commit is fixed and goes to the repository now.".to_owned())
        }
        Standing::Rejected(deployment) => {
            let detail = deployment.detail.unwrap_or_default();
            call("callout callout--failing", "fail", "The repository refused it", format!("Nothing was recorded. {detail}"))
        }
        Standing::Stale(reason) => call("callout callout--waiting", "warn", "This plan no longer holds", reason),
        Standing::Expired => call(
            "callout callout--waiting",
            "clock",
            "This plan has expired",
            "A plan can be signed for a day, so that nobody signs yesterday's facts. Plan again.".to_owned(),
        ),
        Standing::Recorded(deployment) => view! { <Recorded deployment plan/> }.into_any(),
    }
}

#[component]
fn Recorded(deployment: Deployment, plan: Plan) -> AnyView {
    let entry = deployment.entry.unwrap_or_default();
    let by_password = plan.approvals.iter().any(|approval| !approval.countersigned);
    let label = format!("Seal of record {}, drawn from its plan's hash", number(entry));
    view! {
        <div class="sealed-entry" role="status">
            <LargeSeal hash=plan.sha256 label/>
            <p class="callout-title">"Recorded as "<a href=entry_path(&plan.cluster, entry) rel="external">{format!("№ {}", number(entry))}</a></p>
            {deployment.commit.map(|commit| view! { <p class="muted">"Commit "<code class="wrap">{commit}</code></p> })}
            {by_password.then(|| view! { <p class="callout-title">"Not countersigned"</p><p class="muted">"A password was given in place of a signature; nothing in Git proves it."</p> })}
            <p class="muted">"The cluster takes it from Git now."</p>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use domain::api::plan::Slip;
    use domain::api::{Author, AuthorKind};

    use super::*;

    fn plan() -> Plan {
        Plan {
            id: "p".into(),
            kind: "stack".into(),
            sha256: "ab".into(),
            draft: None,
            cluster: "nl".into(),
            environment: "dev".into(),
            stack: None,
            frozen_by: Author { kind: AuthorKind::Person, id: "1".into(), name: "Maren".into() },
            frozen_at: 0,
            not_after: 100,
            newer_revision: None,
            stale: None,
            approvals_needed: 1,
            approvals: Vec::new(),
            slip: Slip { armed: true, reason: None, confirm: Vec::new(), who_can: Vec::new(), by_password: false },
            deployment: None,
        }
    }

    fn deployed(state: DeploymentState) -> Plan {
        let deployment = Deployment { id: "d".into(), plan: "p".into(), entry: Some(7), commit: None, state, code: None, detail: None };
        Plan { deployment: Some(deployment), ..plan() }
    }

    #[test]
    fn a_plan_is_open_until_it_expires_moves_or_is_deployed() {
        assert_eq!(Standing::of(&plan(), 99), Standing::Open);
        assert_eq!(Standing::of(&plan(), 100), Standing::Expired);
        assert!(!Standing::of(&Plan { newer_revision: Some(3), ..plan() }, 0).is_open());
        assert!(!Standing::of(&Plan { stale: Some("Moved.".into()), ..plan() }, 0).is_open());
        assert!(!Standing::of(&deployed(DeploymentState::Rejected), 0).is_open());
    }

    #[test]
    fn a_recorded_plan_stays_recorded_after_its_last_day() {
        assert!(matches!(Standing::of(&deployed(DeploymentState::Recorded), 1_000), Standing::Recorded(_)));
    }

    #[test]
    fn only_what_is_under_way_is_asked_for_again() {
        for (state, asked) in [
            (DeploymentState::Intended, true),
            (DeploymentState::Unclear, true),
            (DeploymentState::Recorded, false),
            (DeploymentState::Stale, false),
        ] {
            assert_eq!(unsettled(&Standing::of(&deployed(state), 0)).is_some(), asked, "{state:?}");
        }
    }
}
