//! What the pointer and the keys hold, and what part of the drawing is seen: shared by the canvas, its map and its tools.

use std::collections::BTreeSet;

use domain::name::Name;
use domain::stack::Point;
use leptos::prelude::*;

use super::CANVAS;
use super::viewport::{Area, Viewport};
use crate::builder::dom;
use crate::builder::inspector::DOCK;

/// What the pointer holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    Nothing,
    View {
        from: (f64, f64),
        before: Viewport,
    },
    Boxes {
        from: Point,
        moved: bool,
    },
    /// Whatever a frame meets will be chosen.
    Frame {
        from: Point,
        to: Point,
    },
    Edge,
}

/// An edge while it is being drawn, with pointer or keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The end that stays.
    pub from: Name,
    /// Whether that end waits; else it is waited for.
    pub waits: bool,
    /// The edge that it replaces: `component` waits for `on`.
    pub instead: Option<(Name, Name)>,
    pub to: Point,
    pub over: Option<Name>,
    /// The cycle that it would close.
    pub cycle: Option<Vec<Name>>,
    /// Drawn by keys: the target moves with the arrows.
    pub by_keys: bool,
}

impl Drawing {
    /// Who would wait, and for whom.
    pub fn edge(&self, over: &Name) -> (Name, Name) {
        if self.waits { (self.from.clone(), over.clone()) } else { (over.clone(), self.from.clone()) }
    }
}

#[derive(Clone, Copy)]
pub struct Hand {
    pub view: RwSignal<Viewport>,
    /// Of the canvas, in pixels.
    pub size: RwSignal<(f64, f64)>,
    pub held: RwSignal<Held>,
    pub drawing: RwSignal<Option<Drawing>>,
    /// Boxes that follow the pointer, and by how much.
    pub dragged: RwSignal<Option<(BTreeSet<Name>, Point)>>,
    /// The space bar is down: the pointer moves the view, wherever it is.
    pub space: RwSignal<bool>,
    /// A pointer on empty ground draws a frame instead of moving the view.
    pub frames: RwSignal<bool>,
    pub finding: RwSignal<bool>,
    pub showing_keys: RwSignal<bool>,
    /// Where the menu is open, in pixels of the canvas.
    pub menu: RwSignal<Option<(f64, f64)>>,
    pub area: Memo<Area>,
    pub is_readable: Memo<bool>,
}

impl Hand {
    /// The size of what can be seen of the canvas now.
    pub fn free(self) -> (f64, f64) {
        dom::free(CANVAS, DOCK).unwrap_or_else(|| self.size.get_untracked())
    }

    pub fn new() -> Hand {
        let view = RwSignal::new(Viewport::default());
        let size = RwSignal::new((1600.0, 1000.0));
        Hand {
            view,
            size,
            held: RwSignal::new(Held::Nothing),
            drawing: RwSignal::new(None),
            dragged: RwSignal::new(None),
            space: RwSignal::new(false),
            frames: RwSignal::new(false),
            finding: RwSignal::new(false),
            showing_keys: RwSignal::new(false),
            menu: RwSignal::new(None),
            area: Memo::new(move |_| view.get().area(size.get())),
            is_readable: Memo::new(move |_| view.get().is_readable()),
        }
    }

    /// How far a box is from where the layout has it.
    pub fn shift_of(self, id: &Name) -> Option<Point> {
        self.dragged.with(|dragged| dragged.as_ref().filter(|(ids, _)| ids.contains(id)).map(|(_, by)| *by))
    }
}
