#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::stack::{Component, Content, Manifest};
use proptest::prelude::*;

fn stack(edges: &[&[usize]]) -> Stack {
    let name = |index: usize| Name::new(&format!("c{index}")).unwrap();
    let mut stack = Stack::new(Name::new("s").unwrap());
    for (index, on) in edges.iter().enumerate() {
        let mut component = Component::new(name(index), Content::Manifest(Manifest { text: String::new() }));
        component.depends_on = on.iter().map(|&on| name(on)).collect();
        stack.components.push(component);
    }
    stack
}

fn at(layout: &Layout, index: usize) -> Point {
    layout.places[index].at
}

/// Boxes of one row that are nearer than they may be.
fn overlaps(layout: &Layout) -> usize {
    let mut boxes: Vec<Point> = layout.places.iter().map(|place| place.at).collect();
    boxes.sort_by(|a, b| (a.y, a.x).partial_cmp(&(b.y, b.x)).unwrap());
    boxes.windows(2).filter(|pair| pair[0].y == pair[1].y && pair[1].x - pair[0].x < WIDTH).count()
}

#[test]
fn rows_are_waves_from_top_to_bottom() {
    let layout = layout(&stack(&[&[], &[0], &[0, 1], &[]]));
    let waves: Vec<usize> = layout.places.iter().map(|place| place.wave).collect();
    assert_eq!(waves, [0, 1, 2, 0]);
    assert_eq!(at(&layout, 0).y, at(&layout, 3).y);
    assert!(at(&layout, 0).y < at(&layout, 1).y && at(&layout, 1).y < at(&layout, 2).y);
    assert_eq!(layout.waves, 3);
}

#[test]
fn a_component_stands_below_the_middle_of_what_it_waits_for() {
    let layout = layout(&stack(&[&[], &[], &[0, 1]]));
    assert_eq!(at(&layout, 2).x, f64::midpoint(at(&layout, 0).x, at(&layout, 1).x));
    assert_eq!(at(&layout, 1).x - at(&layout, 0).x, WIDTH + GAP);
}

#[test]
fn edges_that_need_not_cross_do_not() {
    // Declared so that straight lines would cross.
    let layout = layout(&stack(&[&[], &[], &[1], &[0]]));
    assert_eq!(at(&layout, 2).x < at(&layout, 3).x, at(&layout, 1).x < at(&layout, 0).x);
}

#[test]
fn a_long_edge_passes_beside_the_boxes_between() {
    let layout = layout(&stack(&[&[], &[0], &[1], &[2, 0]]));
    let route = layout.routes.iter().find(|route| route.component.as_str() == "c3" && route.on.as_str() == "c0").unwrap();
    for row in [1, 2] {
        let top = MARGIN + Layout::row(row);
        let x = route.points.iter().find(|point| point.y == top).unwrap().x;
        let middle = at(&layout, row).x;
        assert!(x < middle || x > middle + WIDTH, "{x} in {middle}");
    }
    assert_eq!((route.points.len() - 1) % 3, 0);
}

#[test]
fn an_edge_starts_below_and_ends_above() {
    let layout = layout(&stack(&[&[], &[0]]));
    let points = &layout.routes[0].points;
    assert_eq!(points[0], Point { x: at(&layout, 0).x + WIDTH / 2.0, y: at(&layout, 0).y + HEIGHT });
    assert_eq!(points[3], Point { x: at(&layout, 1).x + WIDTH / 2.0, y: at(&layout, 1).y });
    assert_eq!(layout.routes[0].path(), "M136 128 C136 164 136 150 136 186");
}

#[test]
fn a_stated_position_is_kept_and_others_make_room() {
    let mut stack = stack(&[&[], &[], &[]]);
    stack.components[1].layout = Some(Point { x: 50.0, y: 40.0 });
    let layout = layout(&stack);
    assert_eq!(at(&layout, 1), Point { x: 50.0, y: 40.0 });
    assert!(layout.places[1].stated && !layout.places[0].stated);
    for other in [0, 2] {
        assert!((at(&layout, other).x - 50.0).abs() >= WIDTH, "{:?}", at(&layout, other));
    }
}

#[test]
fn a_stack_with_a_cycle_or_a_lost_edge_is_drawn_too() {
    let mut stack = stack(&[&[1], &[0], &[2, 1]]);
    stack.components[0].depends_on.push(Name::new("lost").unwrap());
    let layout = layout(&stack);
    assert_eq!(layout.places.len(), 3);
    assert_eq!(layout.routes.len(), 3, "the edge to itself and the lost one have no route");
    assert_eq!(layout_of_nothing(), 0);
}

fn layout_of_nothing() -> usize {
    layout(&Stack::new(Name::new("s").unwrap())).places.len()
}

#[test]
fn a_thousand_components_take_no_noticeable_time() {
    let edges: Vec<Vec<usize>> = (0..1000usize)
        .map(|index| if index < 45 { vec![] } else { vec![index - 1 - index * 7 % 44, index - 45 + index * 13 % 20] })
        .collect();
    let borrowed: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
    let stack = stack(&borrowed);
    let started = std::time::Instant::now();
    let layout = layout(&stack);
    // Unoptimised and beside other tests; a release build takes a small fraction.
    assert!(started.elapsed().as_secs() < 8, "{:?}", started.elapsed());
    assert_eq!(overlaps(&layout), 0);
}

/// Edges from each component to earlier ones.
fn dag(picks: &[Vec<prop::sample::Index>]) -> Stack {
    let of = |(index, on): (usize, &Vec<prop::sample::Index>)| {
        let mut on: Vec<usize> = if index == 0 { vec![] } else { on.iter().map(|pick| pick.index(index)).collect() };
        on.sort_unstable();
        on.dedup();
        on
    };
    let edges: Vec<Vec<usize>> = picks.iter().enumerate().map(of).collect();
    let borrowed: Vec<&[usize]> = edges.iter().map(Vec::as_slice).collect();
    stack(&borrowed)
}

fn picks(most: usize) -> impl Strategy<Value = Vec<Vec<prop::sample::Index>>> {
    proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 0..4), 2..most)
}

/// Components of a row from left to right, of those that stood in this row before.
fn kept_order(before: &Layout, of: &Layout, wave: usize) -> Vec<String> {
    let same = |place: &&Place| place.wave == wave && before.place(place.component.as_str()).is_some_and(|old| old.wave == wave);
    let mut row: Vec<&Place> = of.places.iter().filter(same).collect();
    row.sort_by(|a, b| a.at.x.total_cmp(&b.at.x));
    row.iter().map(|place| place.component.to_string()).collect()
}

/// Rows into which a component or a passing edge came.
fn touched_rows(before: &Layout, after: &Layout) -> Vec<usize> {
    let old_points: std::collections::HashSet<String> = before
        .routes
        .iter()
        .flat_map(|route| passes(route).into_iter().map(move |y| format!("{} {} {y}", route.component, route.on)))
        .collect();
    let wave = |y: f64| ((y - MARGIN) / ROW).round() as usize;
    let lanes = after.routes.iter().flat_map(|route| {
        passes(route).into_iter().filter(|y| !old_points.contains(&format!("{} {} {y}", route.component, route.on))).collect::<Vec<f64>>()
    });
    let boxes = after.places.iter().filter(|place| before.place(place.component.as_str()).is_none_or(|old| old.wave != place.wave));
    boxes.map(|place| place.wave).chain(lanes.map(wave)).collect()
}

fn passes(route: &Route) -> Vec<f64> {
    (0..route.passes()).filter_map(|index| route.pass(index)).map(|point| point.y).collect()
}

#[test]
fn a_box_that_is_put_elsewhere_leaves_the_others_where_they_are() {
    let mut stack = stack(&[&[], &[], &[], &[1]]);
    let before = layout(&stack);
    stack.components[1].layout = Some(Point { x: 2000.0, y: 700.0 });
    let after = layout_after(&before, &stack);
    for index in [0, 2, 3] {
        assert_eq!(at(&after, index), at(&before, index));
    }
}

#[test]
fn a_new_component_stands_under_what_it_waits_for() {
    let before = layout(&stack(&[&[], &[], &[]]));
    let after = layout_after(&before, &stack(&[&[], &[], &[], &[2]]));
    assert_eq!(at(&after, 3).x, at(&after, 2).x);
    assert_eq!(at(&after, 2), at(&before, 2));
}

proptest! {
    #[test]
    fn what_an_edit_does_not_touch_keeps_its_order_and_its_place(
        picks in picks(40), new in proptest::collection::vec(any::<prop::sample::Index>(), 0..3), edits in proptest::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 0..4),
    ) {
        let mut stack = dag(&picks);
        let mut before = layout(&stack);
        // One component more, then one edge more at a time.
        let id = Name::new("new").unwrap();
        let mut component = Component::new(id, Content::Manifest(Manifest { text: String::new() }));
        component.depends_on = new.iter().map(|pick| stack.components[pick.index(stack.components.len())].id.clone()).collect();
        component.depends_on.dedup();
        stack.components.push(component);
        for edit in std::iter::once(None).chain(edits.iter().map(Some)) {
            if let Some((a, b)) = edit {
                let (a, b) = (a.index(stack.components.len()), b.index(stack.components.len()));
                let on = stack.components[a.min(b)].id.clone();
                if a != b && !stack.components[a.max(b)].depends_on.contains(&on) {
                    stack.components[a.max(b)].depends_on.push(on);
                }
            }
            let after = layout_after(&before, &stack);
            prop_assert_eq!(overlaps(&after), 0);
            prop_assert!(after.places.iter().all(|place| place.at.x >= MARGIN));
            prop_assert!(after.routes.iter().all(|route| after.place(route.on.as_str()).unwrap().wave < after.place(route.component.as_str()).unwrap().wave));
            let touched = touched_rows(&before, &after);
            for wave in 0..after.waves {
                prop_assert_eq!(kept_order(&before, &after, wave), kept_order(&after, &before, wave));
                if !touched.contains(&wave) {
                    for place in after.places.iter().filter(|place| place.wave == wave) {
                        prop_assert_eq!(place.at, before.place(place.component.as_str()).unwrap().at);
                    }
                }
            }
            before = after;
        }
    }

    #[test]
    fn drawn_after_itself_a_stack_stays_as_it_is(picks in picks(40)) {
        let stack = dag(&picks);
        let before = layout(&stack);
        let after = layout_after(&before, &stack);
        prop_assert_eq!(&after.places, &before.places);
        prop_assert_eq!(layout_after(&after, &stack), after);
    }

    #[test]
    fn no_two_boxes_overlap_and_every_edge_goes_down(picks in picks(40)) {
        let stack = dag(&picks);
        let drawn = layout(&stack);
        prop_assert_eq!(overlaps(&drawn), 0);
        prop_assert!(drawn.places.iter().all(|place| place.at.x >= MARGIN && place.at.x + WIDTH <= drawn.width));
        for (route, edge) in drawn.routes.iter().zip(super::edges(&stack)) {
            prop_assert!(drawn.places[edge.on].wave < drawn.places[edge.component].wave);
            prop_assert!(route.points.iter().all(|point| point.x.is_finite() && point.y.is_finite()));
        }
        // The waves are those of the deploy order.
        let graph = crate::stack::graph::Graph::new(&stack).unwrap();
        for (wave, names) in graph.waves().iter().enumerate() {
            for name in names {
                prop_assert_eq!(drawn.place(name.as_str()).unwrap().wave, wave);
            }
        }
        prop_assert_eq!(layout(&stack), drawn);
    }
}

#[test]
fn the_first_of_a_layout_stand_where_they_stood_and_the_rest_is_not_there() {
    let stack = stack(&[&[], &[0], &[1]]);
    let (all, first) = (layout(&stack), layout(&stack).only_first(2));
    assert_eq!(first.places, all.places[..2]);
    assert_eq!((first.index("c1"), first.index("c2")), (Some(1), None));
    assert_eq!(first.routes.iter().map(|route| route.component.as_str()).collect::<Vec<_>>(), ["c1"]);
}
