//! Events into states. More events can only raise what is known: the order in which they come, and how often, is
//! nothing to it.

use std::collections::{BTreeMap, HashMap};

use super::{Event, Part, Said, Standing, State};
use crate::name::Name;
use crate::stack::Stack;

/// Place of the commit in the record, then the cluster's clock, then the worse.
type Key = (usize, i64, Said);

/// How every component of `stack` stands; `span` are the commits that hold this content, in order.
pub fn fold(stack: &Stack, span: &[&str], events: &[Event]) -> Vec<Standing> {
    let places: HashMap<&str, usize> = span.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut told: BTreeMap<&Part, Vec<(Key, &str)>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.stack == stack.id) {
        if let Some(place) = places.get(event.commit.as_str()) {
            told.entry(&event.part).or_default().push(((*place, event.at, event.said), &event.message));
        }
    }
    for one in told.values_mut() {
        one.sort_unstable();
    }
    let whole = told.get(&Part::Stack).and_then(|told| settled(told)).filter(|(state, _)| matches!(state, State::Failing { .. }));
    let mut known: BTreeMap<&Name, Standing> = BTreeMap::new();
    for component in &stack.components {
        let part = Part::Component(component.id.clone());
        let told = told.get(&part).map_or(&[][..], Vec::as_slice);
        known.insert(&component.id, of_itself(&component.id, told));
    }
    if let Some((State::Failing { message }, since)) = &whole {
        for standing in known.values_mut().filter(|standing| standing.state == State::Silent) {
            let because = format!("it cannot be applied: {}", first_line(message));
            standing.state = State::Waits { on: String::from("the stack itself"), because };
            standing.since = Some(*since);
        }
    }
    // At most as often as the longest chain is long; a stack that is recorded has no cycle.
    for _ in 0..stack.components.len() {
        let mut moved = false;
        for component in &stack.components {
            let Some(before) = known.remove(&component.id) else { continue };
            let mut standing = before.clone();
            if !matches!(standing.state, State::Reconciled | State::Failing { .. }) {
                wait(&mut standing, stack, &component.depends_on, &known);
            }
            moved |= standing != before;
            known.insert(&component.id, standing);
        }
        if !moved {
            break;
        }
    }
    stack.components.iter().filter_map(|component| known.remove(&component.id)).collect()
}

/// What the component's own events say, sorted by key.
fn of_itself(id: &Name, told: &[(Key, &str)]) -> Standing {
    let heard = told.iter().map(|((_, at, _), _)| *at).max();
    if let Some((state, since)) = settled(told) {
        return Standing { component: id.clone(), state, since: Some(since), heard };
    }
    let first = |said: Said| told.iter().filter(|((_, _, one), _)| *one == said).map(|((_, at, _), _)| *at).min();
    let (state, since) = match (first(Said::Waiting), first(Said::Progressing)) {
        (Some(since), _) => (State::Waits { on: String::new(), because: String::new() }, Some(since)),
        (None, Some(since)) => (State::Progressing, Some(since)),
        (None, None) => (State::Silent, None),
    };
    Standing { component: id.clone(), state, since, heard }
}

/// The last word that settles something, and since when it was said without a word to the contrary. Trying again
/// settles nothing: what was reached stays reached, and what failed has failed until it succeeds.
fn settled(told: &[(Key, &str)]) -> Option<(State, i64)> {
    let words: Vec<_> = told.iter().filter(|((_, _, said), _)| matches!(said, Said::Reconciled | Said::Failing)).collect();
    let ((_, _, last), message) = words.last()?;
    let run = words.iter().rev().take_while(|((_, _, said), _)| said == last);
    let since = run.map(|((_, at, _), _)| *at).min()?;
    let state = match last {
        Said::Failing => State::Failing { message: (*message).to_owned() },
        _ => State::Reconciled,
    };
    Some((state, since))
}

/// Whom a component that is not settled waits for.
fn wait(standing: &mut Standing, stack: &Stack, depends_on: &[Name], known: &BTreeMap<&Name, Standing>) {
    let says_so = matches!(&standing.state, State::Waits { .. });
    let of = |state: fn(&State) -> bool| depends_on.iter().filter_map(|on| known.get(on)).find(|found| state(&found.state));
    let stuck = of(|state| matches!(state, State::Failing { .. })).or_else(|| of(|state| matches!(state, State::Waits { .. })));
    let open = || of(|state| !matches!(state, State::Reconciled)).filter(|_| says_so);
    if let Some(found) = stuck.or_else(open) {
        let because = match &found.state {
            State::Failing { message } => format!("it fails: {}", first_line(message)),
            State::Waits { on, .. } if on.is_empty() => String::from("it waits itself"),
            State::Waits { on, .. } => format!("it waits for {on}"),
            State::Progressing => String::from("it is being applied"),
            State::Silent | State::Reconciled => String::from("nothing was heard of it yet"),
        };
        standing.state = State::Waits { on: found.component.to_string(), because };
        standing.since = standing.since.or(found.since);
    } else if matches!(&standing.state, State::Waits { on, .. } if on.is_empty()) {
        let (on, because) = match (depends_on.is_empty(), stack.depends_on.as_slice()) {
            (true, [one]) => (format!("the stack {one}"), "not all of it is ready"),
            (true, [_, ..]) => (
                format!("the stacks {}", stack.depends_on.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")),
                "not all of them are ready",
            ),
            _ => (String::from("what comes before it"), "the cluster has not said yet that it is ready"),
        };
        standing.state = State::Waits { on, because: because.to_owned() };
    }
}

fn first_line(message: &str) -> String {
    let line = message.lines().find(|line| !line.trim().is_empty()).unwrap_or("no reason was given").trim();
    match line.char_indices().nth(200) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}

/// Of everything that was said of a part at a commit the first and the last time: as much as a state needs, and as
/// little as a database can hold for years.
pub fn compact(events: &[Event]) -> Vec<Event> {
    let mut kept: BTreeMap<(&Name, &Part, &str, Said), (&Event, &Event)> = BTreeMap::new();
    let order = |event: &&Event| (event.at, event.message.clone());
    for event in events {
        let (first, last) = kept.entry((&event.stack, &event.part, &event.commit, event.said)).or_insert((event, event));
        if order(&event) < order(first) {
            *first = event;
        }
        if order(&event) > order(last) {
            *last = event;
        }
    }
    kept.into_values().flat_map(|(first, last)| [first.clone(), last.clone()]).collect()
}
