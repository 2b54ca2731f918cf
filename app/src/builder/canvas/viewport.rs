//! What part of the drawing is seen: an offset and a zoom.

use domain::stack::Point;
use domain::stack::layout::Layout;

/// Left of everything stand the numbers of the waves.
pub const GUTTER: f64 = 44.0;
/// Thousands of components fit into a window at this.
const SMALLEST: f64 = 0.01;
/// Below it nobody can read a box: all of them are drawn as one shape.
const READABLE: f64 = 0.45;
/// The part in sight grows and shrinks in steps of this, so that most moves change nothing of what is drawn.
const STEP: f64 = 320.0;

/// A part of the drawing: left, top, right, bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area(pub f64, pub f64, pub f64, pub f64);

impl Area {
    pub fn meets(&self, other: &Area) -> bool {
        self.0 <= other.2 && other.0 <= self.2 && self.1 <= other.3 && other.1 <= self.3
    }

    /// Around all of these points; empty where there are none.
    pub fn around(points: impl Iterator<Item = Point>) -> Area {
        let none = Area(f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
        points.fold(none, |area, at| Area(area.0.min(at.x), area.1.min(at.y), area.2.max(at.x), area.3.max(at.y)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Viewport {
    pub x: f64,
    pub y: f64,
    pub zoom: f64,
}

impl Default for Viewport {
    fn default() -> Viewport {
        Viewport { x: GUTTER, y: 0.0, zoom: 1.0 }
    }
}

impl Viewport {
    /// Everything in sight, never larger than it is.
    pub fn fitted(layout: &Layout, (width, height): (f64, f64)) -> Viewport {
        let room = (width - GUTTER, height - 56.0);
        let zoom = (room.0 / layout.width).min(room.1 / layout.height).clamp(SMALLEST, 1.0);
        Viewport { x: GUTTER + ((room.0 - layout.width * zoom) / 2.0).max(0.0), y: if zoom < 1.0 { 12.0 } else { 0.0 }, zoom }
    }

    pub fn moved(self, x: f64, y: f64) -> Viewport {
        Viewport { x: self.x + x, y: self.y + y, ..self }
    }

    /// The point under `around` stays where it is.
    pub fn zoomed(self, factor: f64, around: (f64, f64)) -> Viewport {
        let zoom = (self.zoom * factor).clamp(SMALLEST, 2.0);
        let under = self.world(around);
        Viewport { x: around.0 - under.x * zoom, y: around.1 - under.y * zoom, zoom }
    }

    pub fn is_readable(self) -> bool {
        self.zoom >= READABLE
    }

    /// What is in sight, and a little around it.
    pub fn area(self, (width, height): (f64, f64)) -> Area {
        let (from, to) = (self.world((0.0, 0.0)), self.world((width, height)));
        let (down, up) = (|at: f64| (at / STEP).floor() * STEP, |at: f64| (at / STEP).ceil() * STEP);
        Area(down(from.x), down(from.y), up(to.x), up(to.y))
    }

    /// The same point in the middle.
    pub fn centred(self, at: Point, (width, height): (f64, f64)) -> Viewport {
        Viewport { x: width / 2.0 - at.x * self.zoom, y: height / 2.0 - at.y * self.zoom, ..self }
    }

    /// From the canvas's pixels to the drawing.
    pub fn world(self, at: (f64, f64)) -> Point {
        Point { x: (at.0 - self.x) / self.zoom, y: (at.1 - self.y) / self.zoom }
    }

    /// Moves as little as possible so that a box is in sight.
    pub fn showing(self, at: Point, (box_width, box_height): (f64, f64), (width, height): (f64, f64)) -> Viewport {
        let (left, top) = (at.x * self.zoom + self.x, at.y * self.zoom + self.y);
        let (right, bottom) = (left + box_width * self.zoom, top + box_height * self.zoom);
        let shift = |low: f64, high: f64, from: f64, to: f64| {
            if low < from {
                from - low
            } else if high > to {
                (to - high).max(from - low)
            } else {
                0.0
            }
        };
        self.moved(shift(left, right, GUTTER + 8.0, width - 8.0), shift(top, bottom, 8.0, height - 56.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let before = Viewport { x: 60.0, y: -20.0, zoom: 0.8 };
        let (at, factor) = ((250.0, 140.0), 1.3);
        let (here, after) = (before.world(at), before.zoomed(factor, at));
        assert!((after.world(at).x - here.x).abs() < 1e-9 && (after.world(at).y - here.y).abs() < 1e-9);
        assert!(before.zoomed(1e9, at).zoom <= 2.0 && before.zoomed(1e-9, at).zoom > 0.0);
    }

    #[test]
    fn what_is_in_sight_is_inside_the_area_and_small_moves_do_not_change_it() {
        let size = (800.0, 600.0);
        let view = Viewport { x: -1010.0, y: -505.0, zoom: 0.5 };
        let (area, seen) = (view.area(size), Area(2020.0, 1010.0, 3620.0, 2210.0));
        assert!(area.0 <= seen.0 && area.1 <= seen.1 && area.2 >= seen.2 && area.3 >= seen.3);
        assert_eq!(view.moved(-1.0, 2.0).area(size), area);
        assert!(!area.meets(&Area(0.0, 0.0, 100.0, 100.0)) && area.meets(&Area(0.0, 1500.0, 9000.0, 1501.0)));
    }

    #[test]
    fn a_box_outside_comes_into_sight_and_one_inside_stays() {
        let view = Viewport::default();
        let (size, canvas) = ((212.0, 98.0), (800.0, 600.0));
        assert_eq!(view.showing(Point { x: 100.0, y: 100.0 }, size, canvas), view);
        let shown = view.showing(Point { x: 2000.0, y: -300.0 }, size, canvas);
        assert!(2000.0 + shown.x + 212.0 <= 800.0 && -300.0 + shown.y >= 0.0);
    }
}
