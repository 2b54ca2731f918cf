//! States as people read them.

use super::{Standing, State};

/// One word for a badge.
pub fn word(state: &State) -> &'static str {
    match state {
        State::Silent => "No word yet",
        State::Progressing => "In progress",
        State::Waits { .. } => "Waits",
        State::Failing { .. } => "Failing",
        State::Reconciled => "Reconciled",
    }
}

/// The whole of it.
pub fn sentence(state: &State) -> String {
    match state {
        State::Silent => String::from("The cluster has not said anything of it yet."),
        State::Progressing => String::from("The cluster is applying it."),
        State::Waits { on, because } => format!("Waits for {on}, because {because}."),
        State::Failing { .. } => String::from("The cluster cannot make it so."),
        State::Reconciled => String::from("The cluster holds it as it was signed."),
    }
}

/// Where somebody else changed the stack since: what was last said, as something said of before.
pub fn once(state: &State, since: &str) -> String {
    let before = match state {
        State::Silent => String::from("the cluster had not said anything of it"),
        State::Progressing => String::from("the cluster was applying it"),
        State::Waits { on, .. } => format!("it waited for {on}"),
        State::Failing { .. } => String::from("the cluster could not make it so"),
        State::Reconciled => String::from("the cluster held it as it was signed"),
    };
    format!("Before somebody else's commit {since} changed this stack, {before}. What runs now is not known.")
}

/// A stack by its components: the worst speaks for all, and only all together are reconciled.
pub fn summary(components: &[Standing]) -> (State, String) {
    let count = |of: fn(&State) -> bool| components.iter().filter(|one| of(&one.state)).count();
    let (all, reconciled) = (components.len(), count(|state| *state == State::Reconciled));
    let failing = components.iter().find(|one| matches!(one.state, State::Failing { .. }));
    let waiting = components.iter().find(|one| matches!(one.state, State::Waits { .. }));
    let tally = format!("{reconciled} of {all} reconciled");
    match (failing, waiting) {
        (Some(one), _) => {
            let more = count(|state| matches!(state, State::Failing { .. })) - 1;
            let others = if more > 0 { format!(" and {more} more") } else { String::new() };
            (one.state.clone(), format!("{}{others} failing, {tally}", one.component))
        }
        (None, Some(one)) => (one.state.clone(), format!("{} waits, {tally}", one.component)),
        (None, None) if all > 0 && reconciled == all => (State::Reconciled, tally),
        (None, None) if count(|state| *state == State::Silent) == all => {
            (State::Silent, String::from("nothing was heard from the cluster yet"))
        }
        (None, None) => (State::Progressing, tally),
    }
}
