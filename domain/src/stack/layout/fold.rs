//! A drawing with boxes in the place of folded namespaces: nothing else of it moves.

use std::collections::BTreeSet;

use super::{GAP, HEIGHT, Layout, Place, Route, WIDTH};
use crate::name::Name;
use crate::order;
use crate::stack::Point;
use crate::stack::fold::Folds;

impl Route {
    /// Whether it ends above where it begins: its wave comes before that of what it waits for.
    pub fn leads_back(&self) -> bool {
        matches!((self.points.first(), self.points.last()), (Some(from), Some(to)) if to.y <= from.y)
    }
}

impl Layout {
    /// Which of two components stands first: by wave, then from left to right.
    pub fn rank(&self, id: &Name) -> (usize, usize) {
        let place = self.place(id.as_str());
        place.map_or((usize::MAX, usize::MAX), |place| (place.wave, place.at.x.max(0.0) as usize))
    }

    /// The same with a box for each fold. Edges with an end in a box are joined and take the short way.
    #[must_use]
    pub fn folded(&self, folds: &Folds) -> Layout {
        if folds.is_empty() {
            return self.clone();
        }
        let places: Vec<Place> = self.places.iter().filter(|place| !folds.is_hidden(&place.component)).cloned().collect();
        let left_to_right = order::order(places.len(), &mut |a, b| places[a].at.x.total_cmp(&places[b].at.x));
        let drawn: Vec<&Place> = left_to_right.into_iter().map(|index| &places[index]).collect();
        let mut seen: BTreeSet<(&Name, &Name)> = BTreeSet::new();
        let mut routes = Vec::new();
        for route in &self.routes {
            let (component, on) = (folds.shown(&route.component), folds.shown(&route.on));
            if component == on || !seen.insert((component, on)) {
                continue;
            }
            let is_kept = folds.holding(&route.component).is_none() && folds.holding(&route.on).is_none();
            let own = (component, on) == (&route.component, &route.on);
            let points = if is_kept || own { route.points.clone() } else { self.short(&drawn, component, on) };
            routes.push(Route { component: component.clone(), on: on.clone(), points });
        }
        let by_id = order::order(places.len(), &mut |a, b| places[a].component.cmp(&places[b].component));
        Layout { places, routes, waves: self.waves, width: self.width, height: self.height, by_id }
    }

    /// From below one box to above another, beside the boxes that stand between them.
    fn short(&self, drawn: &[&Place], component: &Name, on: &Name) -> Vec<Point> {
        let (Some(to), Some(from)) = (self.place(component.as_str()), self.place(on.as_str())) else { return Vec::new() };
        let from = Point { x: from.at.x + WIDTH / 2.0, y: from.at.y + HEIGHT };
        let to = Point { x: to.at.x + WIDTH / 2.0, y: to.at.y };
        let (top, bottom) = (from.y.min(to.y), from.y.max(to.y));
        // Of an edge that leads back these are its own ends as well.
        let between: Vec<&Place> = drawn.iter().copied().filter(|place| place.at.y < bottom && place.at.y + HEIGHT > top).collect();
        let leads_back = to.y <= from.y;
        if !leads_back && between.is_empty() {
            let reach = ((to.y - from.y) * 0.6).max(36.0);
            return vec![from, Point { x: from.x, y: from.y + reach }, Point { x: to.x, y: to.y - reach }, to];
        }
        let lane = lane(&between, f64::midpoint(from.x, to.x));
        let (enter, leave, bend) = if leads_back {
            (from.y - HEIGHT / 2.0, to.y + HEIGHT / 2.0, -2.0 * GAP)
        } else {
            let first = between.iter().map(|place| place.at.y).fold(f64::INFINITY, f64::min);
            (first, between.iter().map(|place| place.at.y + HEIGHT).fold(first, f64::max), GAP)
        };
        let (enter, leave) = (Point { x: lane, y: enter }, Point { x: lane, y: leave });
        let below = |point: Point, y: f64| Point { y: point.y + y, ..point };
        vec![from, below(from, GAP), below(enter, -bend), enter, enter, leave, leave, below(leave, bend), below(to, -GAP), to]
    }
}

/// The column nearest to the wanted one that no box stands in; the boxes come from left to right.
fn lane(between: &[&Place], wanted: f64) -> f64 {
    const ROOM: f64 = GAP / 4.0;
    // Boxes that leave no room between them are one.
    let (mut from, mut to) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for place in between {
        if place.at.x - ROOM > to + ROOM {
            if to >= wanted {
                break;
            }
            from = place.at.x - ROOM;
        }
        to = to.max(place.at.x + WIDTH + ROOM);
    }
    if wanted <= from || wanted >= to {
        wanted
    } else if wanted - from < to - wanted {
        from - ROOM
    } else {
        to + ROOM
    }
}
