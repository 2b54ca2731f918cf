//! Where a value is set: the ladder of levels, and choosing one of its places.

use domain::api::overview::Overview;
use domain::api::variable::Scope;
use domain::problem::Problem;
use domain::variable::Level;
use leptos::prelude::*;

use crate::widget::field::{FormProblem, SelectField};

pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::Default => "default",
        Level::Organisation => "organisation",
        Level::Environment => "environment",
        Level::Cluster => "cluster",
        Level::Stack => "stack",
    }
}

/// Which of them: `production`, `nl-prod-1`, `monitoring on nl-prod-1`.
pub fn place(scope: &Scope) -> String {
    match scope {
        Scope::Organisation => String::new(),
        Scope::Environment { environment } => environment.clone(),
        Scope::Cluster { cluster } => cluster.clone(),
        Scope::Stack { cluster, stack } => format!("{stack} on {cluster}"),
    }
}

#[component]
pub fn Ladder(scope: Scope) -> AnyView {
    let name = level_name(scope.level());
    let place = place(&scope);
    view! {
        <span class="ladder" data-from=name><span class="ladder-steps" aria-hidden="true"><i></i><i></i><i></i><i></i></span>{name}</span>
        {(!place.is_empty()).then(|| view! { <span class="ladder-place">{place}</span> })}
    }
    .into_any()
}

/// What there is to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub environments: Vec<String>,
    /// Cluster and its environment.
    pub clusters: Vec<(String, String)>,
    /// Cluster and stack.
    pub stacks: Vec<(String, String)>,
}

impl Places {
    pub fn of(overview: &Overview) -> Places {
        let stacks = overview.stacks.iter().flat_map(|row| {
            let here = row.cells.iter().filter(|cell| cell.entry.is_some() || !cell.drafts.is_empty());
            here.map(|cell| (cell.cluster.to_string(), row.stack.to_string()))
        });
        Places {
            environments: overview.environments.iter().map(|one| one.name.to_string()).collect(),
            clusters: overview.clusters.iter().map(|one| (one.name.to_string(), one.environment.to_string())).collect(),
            stacks: stacks.collect(),
        }
    }

    /// Whether a value set there reaches this cluster.
    pub fn reaches(&self, scope: &Scope, cluster: &str) -> bool {
        match scope {
            Scope::Organisation => true,
            Scope::Environment { environment } => self.clusters.iter().any(|(name, of)| name == cluster && of == environment),
            Scope::Cluster { cluster: name } | Scope::Stack { cluster: name, .. } => name == cluster,
        }
    }
}

/// A scope as the two selects hold it.
#[derive(Debug, Clone, Copy)]
pub struct ChosenScope {
    pub level: RwSignal<String>,
    pub place: RwSignal<String>,
}

impl ChosenScope {
    pub fn of(scope: &Scope) -> ChosenScope {
        ChosenScope { level: RwSignal::new(level_name(scope.level()).to_owned()), place: RwSignal::new(key(scope)) }
    }

    pub fn set(self, scope: &Scope) {
        self.level.set(level_name(scope.level()).to_owned());
        self.place.set(key(scope));
    }

    pub fn scope(self) -> Result<Scope, Problem> {
        let place = self.place.get_untracked();
        let missing = || Problem::invalid("scope_needed", "Choose where the value counts.").at("place");
        match self.level.get_untracked().as_str() {
            "organisation" => Ok(Scope::Organisation),
            _ if place.is_empty() => Err(missing()),
            "environment" => Ok(Scope::Environment { environment: place }),
            "cluster" => Ok(Scope::Cluster { cluster: place }),
            _ => place
                .split_once('/')
                .map(|(cluster, stack)| Scope::Stack { cluster: cluster.to_owned(), stack: stack.to_owned() })
                .ok_or_else(missing),
        }
    }
}

fn key(scope: &Scope) -> String {
    match scope {
        Scope::Organisation => String::new(),
        Scope::Environment { environment } => environment.clone(),
        Scope::Cluster { cluster } => cluster.clone(),
        Scope::Stack { cluster, stack } => format!("{cluster}/{stack}"),
    }
}

/// `weakest` leaves the organisation out for secrets.
#[component]
pub fn ScopeFields(chosen: ChosenScope, places: Places, problem: FormProblem, #[prop(optional)] without_organisation: bool) -> AnyView {
    let levels: Vec<(String, String)> = [
        ("organisation", "Organisation: everywhere"),
        ("environment", "Environment"),
        ("cluster", "Cluster"),
        ("stack", "One stack on one cluster"),
    ]
    .into_iter()
    .filter(|(name, _)| !(without_organisation && *name == "organisation"))
    .map(|(name, label)| (name.to_owned(), label.to_owned()))
    .collect();
    let places = StoredValue::new(places);
    let options = Signal::derive(move || {
        places.with_value(|places| match chosen.level.get().as_str() {
            "environment" => places.environments.iter().map(|name| (name.clone(), name.clone())).collect(),
            "cluster" => places.clusters.iter().map(|(name, environment)| (name.clone(), format!("{name} ({environment})"))).collect(),
            "stack" => {
                places.stacks.iter().map(|(cluster, stack)| (format!("{cluster}/{stack}"), format!("{stack} on {cluster}"))).collect()
            }
            _ => Vec::<(String, String)>::new(),
        })
    });
    // Another level has other places: the first of them is chosen, and shown as chosen.
    Effect::new(move |_| {
        let there = options.get();
        if !there.iter().any(|(one, _)| *one == chosen.place.get_untracked()) {
            chosen.place.set(there.first().map(|(one, _)| one.clone()).unwrap_or_default());
        }
    });
    view! {
        <div class="field-row">
            <SelectField name="scope" label="Level" value=chosen.level options=levels problem/>
            <Show when=move || chosen.level.get() != "organisation">
                <SelectField name="place" label="Which" value=chosen.place options problem/>
            </Show>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_reaches_the_clusters_below_its_place_and_no_other() {
        let places = Places { clusters: vec![("a".into(), "dev".into()), ("b".into(), "prod".into())], ..Places::default() };
        let environment = Scope::Environment { environment: "dev".into() };
        assert!(places.reaches(&Scope::Organisation, "b"));
        assert!(places.reaches(&environment, "a") && !places.reaches(&environment, "b"));
        assert!(!places.reaches(&Scope::Stack { cluster: "a".into(), stack: "x".into() }, "b"));
    }
}
