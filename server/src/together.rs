//! Who looks at which draft right now, and the bell that tells them that it moved.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::audit::Act;
use domain::problem::Problem;
use tokio::sync::watch;

/// The most that listen at once, on all drafts together.
const MOST: usize = 20_000;
/// The most tabs of one principal.
const EACH: usize = 50;

/// In memory: whoever comes back after a restart sits down again.
#[derive(Default)]
pub struct Together(Arc<Mutex<Rooms>>);

#[derive(Default)]
struct Rooms {
    by_draft: HashMap<String, Room>,
    seats: usize,
    by_principal: HashMap<String, usize>,
    next: u64,
    closed: bool,
}

struct Room {
    /// Moves that nobody has heard of yet are one move.
    bell: watch::Sender<u64>,
    here: BTreeMap<u64, Here>,
}

struct Here {
    who: String,
    name: String,
    /// Machines listen without being looked at.
    is_person: bool,
}

impl Together {
    /// A seat in a draft's room; the others are told.
    pub fn sit(&self, draft: &str, who: &str, name: &str, is_person: bool) -> Result<Seat, Problem> {
        let mut rooms = lock(&self.0);
        if rooms.closed {
            return Err(Problem::new(503, "stopping", "The server is stopping.").hint("Come back in a moment."));
        }
        if rooms.seats >= MOST || rooms.by_principal.get(who).is_some_and(|seats| *seats >= EACH) {
            return Err(Problem::new(429, "too_many_listeners", "Too many pages listen at once.")
                .hint("Close some of them; this page still shows edits whenever it is read anew.")
                .with("retry_after", 60));
        }
        let number = rooms.next;
        rooms.next += 1;
        rooms.seats += 1;
        *rooms.by_principal.entry(who.to_owned()).or_default() += 1;
        let room = rooms.by_draft.entry(draft.to_owned()).or_insert_with(|| Room { bell: watch::Sender::new(0), here: BTreeMap::new() });
        room.here.insert(number, Here { who: who.to_owned(), name: name.to_owned(), is_person });
        room.ring();
        let mut bell = room.bell.subscribe();
        bell.mark_unchanged();
        Ok(Seat { rooms: self.0.clone(), draft: draft.to_owned(), who: who.to_owned(), number, bell })
    }

    /// An act is stored: whoever looks at what it is about, or may no longer look, looks again.
    pub fn hear(&self, act: &Act) {
        match act.object_kind() {
            "draft" => {
                if let Some(room) = lock(&self.0).by_draft.get(act.object_id()) {
                    room.ring();
                }
            }
            "plan" | "deployment" | "person" | "agent" | "token" => self.look_again(),
            _ => {}
        }
    }

    pub fn look_again(&self) {
        lock(&self.0).by_draft.values().for_each(Room::ring);
    }

    /// The server stops: whoever listens is let go, and nobody sits down any more.
    pub fn close(&self) {
        let mut rooms = lock(&self.0);
        rooms.closed = true;
        rooms.by_draft.clear();
    }
}

impl Room {
    fn ring(&self) {
        self.bell.send_modify(|moves| *moves += 1);
    }
}

/// Somebody who listens, for as long as this is held.
pub struct Seat {
    rooms: Arc<Mutex<Rooms>>,
    draft: String,
    who: String,
    number: u64,
    bell: watch::Receiver<u64>,
}

impl Seat {
    /// Waits for the next move; `None` when the server stops.
    pub async fn moved(&mut self) -> Option<()> {
        self.bell.changed().await.ok()
    }

    /// The names of the other people in the room.
    pub fn others(&self) -> Vec<String> {
        let rooms = lock(&self.rooms);
        let Some(room) = rooms.by_draft.get(&self.draft) else { return Vec::new() };
        let others = room.here.values().filter(|one| one.is_person && one.who != self.who);
        let by_person: BTreeMap<&str, &str> = others.map(|one| (one.who.as_str(), one.name.as_str())).collect();
        by_person.into_values().collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut rooms = lock(&self.rooms);
        rooms.seats = rooms.seats.saturating_sub(1);
        if let Some(seats) = rooms.by_principal.get_mut(&self.who) {
            *seats = seats.saturating_sub(1);
            if *seats == 0 {
                rooms.by_principal.remove(&self.who);
            }
        }
        let Some(room) = rooms.by_draft.get_mut(&self.draft) else { return };
        room.here.remove(&self.number);
        if room.here.is_empty() {
            rooms.by_draft.remove(&self.draft);
        } else {
            room.ring();
        }
    }
}

fn lock(rooms: &Mutex<Rooms>) -> MutexGuard<'_, Rooms> {
    rooms.lock().unwrap_or_else(PoisonError::into_inner)
}
