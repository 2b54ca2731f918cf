//! What part of the drawing is seen: an offset and a zoom.

use domain::stack::Point;
use domain::stack::layout::Layout;

/// Left of everything stand the numbers of the waves.
pub const GUTTER: f64 = 44.0;

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
        let zoom = (room.0 / layout.width).min(room.1 / layout.height).clamp(0.25, 1.0);
        Viewport { x: GUTTER + ((room.0 - layout.width * zoom) / 2.0).max(0.0), y: 0.0, zoom }
    }

    pub fn moved(self, x: f64, y: f64) -> Viewport {
        Viewport { x: self.x + x, y: self.y + y, ..self }
    }

    /// The point under `around` stays where it is.
    pub fn zoomed(self, factor: f64, around: (f64, f64)) -> Viewport {
        let zoom = (self.zoom * factor).clamp(0.25, 2.0);
        let under = self.world(around);
        Viewport { x: around.0 - under.x * zoom, y: around.1 - under.y * zoom, zoom }
    }

    /// From the canvas's pixels to the drawing.
    pub fn world(self, at: (f64, f64)) -> Point {
        Point { x: (at.0 - self.x) / self.zoom, y: (at.1 - self.y) / self.zoom }
    }

    pub fn transform(self) -> String {
        format!("translate({} {}) scale({})", self.x, self.y, self.zoom)
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
        assert!(before.zoomed(1e9, at).zoom <= 2.0 && before.zoomed(1e-9, at).zoom >= 0.25);
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
