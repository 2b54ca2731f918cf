//! One job each for `e2e/bench/run.mjs`, which measures it beside what the browser's world has: a layout, or one edit of YAML.
//!
//! `layout GRAPH.json ROUNDS` and `yaml FILE PATH VALUE ROUNDS` print one line of JSON; times are in ms, the first one cold.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops on failure and prints what it measured")]

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use domain::name::Name;
use domain::stack::layout::{HEIGHT, Layout, WIDTH, layout, layout_after};
use domain::stack::{Component, Content, Manifest, Stack};
use domain::yaml::edit;
use domain::yaml::path::ValuePath;
use serde_json::{Value, json};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let said = match words.as_slice() {
        ["layout", graph, rounds] => lay_out(graph, rounds.parse().unwrap()),
        ["yaml", file, path, value, rounds] => edit_yaml(file, path, value, rounds.parse().unwrap()),
        _ => json!("nothing is measured without a job: see e2e/bench/run.mjs"),
    };
    println!("{said}");
}

fn timed<T>(rounds: usize, work: impl Fn() -> T) -> (Vec<f64>, T) {
    let round = || {
        let begun = Instant::now();
        let made = black_box(work());
        (begun.elapsed().as_secs_f64() * 1000.0, made)
    };
    let (first, made) = round();
    let mut times = vec![first];
    times.extend((1..rounds).map(|_| round().0));
    (times, made)
}

fn component(number: usize, on: Vec<Name>) -> Component {
    let id = name(number);
    Component { depends_on: on, ..Component::new(id, Content::Manifest(Manifest { text: String::new() })) }
}

fn name(number: usize) -> Name {
    Name::new(&format!("c-{number}")).unwrap()
}

/// The graph is `{ "count": 3, "edges": [[0, 1], …] }`: the second waits for the first.
fn lay_out(graph: &str, rounds: usize) -> Value {
    let graph: Value = serde_json::from_str(&fs::read_to_string(graph).unwrap()).unwrap();
    let count = usize::try_from(graph["count"].as_u64().unwrap()).unwrap();
    let mut on: Vec<Vec<Name>> = vec![Vec::new(); count];
    for edge in graph["edges"].as_array().unwrap() {
        let end = |at: usize| usize::try_from(edge[at].as_u64().unwrap()).unwrap();
        on[end(1)].push(name(end(0)));
    }
    let mut stack = Stack::new(Name::new("large").unwrap());
    stack.components = on.into_iter().enumerate().map(|(number, on)| component(number, on)).collect();
    let (ms, drawn) = timed(rounds, || layout(&stack));
    let mut more = stack.clone();
    more.components.push(component(count, vec![name(count / 2)]));
    let (after, again) = timed(rounds, || layout_after(&drawn, &more));
    let centres: Vec<[f64; 2]> = drawn.places.iter().map(|place| [place.at.x + WIDTH / 2.0, place.at.y + HEIGHT / 2.0]).collect();
    json!({"ms": ms, "after": after, "moved": moved(&drawn, &again), "centres": centres, "routes": drawn.routes.len()})
}

/// How many boxes outside the row of the last one stand elsewhere than before.
fn moved(before: &Layout, now: &Layout) -> usize {
    let touched = now.places.last().map(|place| place.wave);
    let pairs = before.places.iter().zip(&now.places);
    pairs.filter(|(was, is)| Some(is.wave) != touched && (was.at.x, was.at.y) != (is.at.x, is.at.y)).count()
}

fn edit_yaml(file: &str, path: &str, value: &str, rounds: usize) -> Value {
    let text = fs::read_to_string(file).unwrap();
    let path = ValuePath::parse(path).unwrap();
    let (ms, edited) = timed(rounds, || edit::set(&text, &path, &json!(value)).unwrap());
    json!({"ms": ms, "text": edited})
}
