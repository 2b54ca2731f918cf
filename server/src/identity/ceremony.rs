//! Questions put to a passkey that wait for their answer: each is answered once, within five minutes.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration};

use crate::clock::{MINUTE, Micros};

pub const LASTS: Micros = 5 * MINUTE;
/// More than this at once is an attack; the oldest are forgotten first.
const KEPT: usize = 10_000;

pub enum Ceremony {
    Login(DiscoverableAuthentication),
    Enrolment { person: String, registration: PasskeyRegistration, confirmation: Option<Confirmation> },
    Confirmation { person: String, confirmation: Confirmation },
}

/// A fresh yes that one of these keys is asked for.
pub struct Confirmation {
    pub state: PasskeyAuthentication,
    pub keys: Vec<Passkey>,
}

/// In memory: after a restart one simply starts again.
#[derive(Default)]
pub struct Ceremonies {
    open: Mutex<HashMap<String, (Micros, Ceremony)>>,
}

impl Ceremonies {
    /// Keeps a question and gives the id under which its answer may come.
    pub fn open(&self, now: Micros, ceremony: Ceremony) -> String {
        let id = Uuid::new_v4().to_string();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= KEPT {
            open.retain(|_, (opened, _)| now - *opened < LASTS);
        }
        while open.len() >= KEPT {
            let Some(oldest) = open.iter().min_by_key(|(_, (opened, _))| *opened).map(|(id, _)| id.clone()) else { break };
            open.remove(&oldest);
        }
        open.insert(id.clone(), (now, ceremony));
        id
    }

    /// The question, and never again: a second answer to it finds nothing.
    pub fn take(&self, now: Micros, id: &str) -> Option<Ceremony> {
        let taken = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        taken.filter(|(opened, _)| now - *opened < LASTS).map(|(_, ceremony)| ceremony)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::{identity::passkey::RelyingParty, public_url::PublicUrl};

    fn login() -> Ceremony {
        let here = RelyingParty::of(&PublicUrl::local(1)).unwrap();
        Ceremony::Login(here.start_login().unwrap().1)
    }

    #[test]
    fn a_question_is_answered_once_and_in_time() {
        let ceremonies = Ceremonies::default();
        let id = ceremonies.open(0, login());
        assert!(ceremonies.take(LASTS - 1, &id).is_some());
        assert!(ceremonies.take(LASTS - 1, &id).is_none());
        let late = ceremonies.open(0, login());
        assert!(ceremonies.take(LASTS, &late).is_none());
    }

    #[test]
    fn memory_is_bounded_and_the_newest_stay() {
        let ceremonies = Ceremonies::default();
        let ids: Vec<String> = (0..KEPT as i64 + 2).map(|now| ceremonies.open(now, login())).collect();
        assert!(ceremonies.take(1, &ids[0]).is_none());
        assert!(ceremonies.take(1, ids.last().unwrap()).is_some());
    }
}
