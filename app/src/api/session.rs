//! Who is logged in, and set-up.

use domain::api::session::SessionState;
use domain::api::setup::SetUpState;
use domain::problem::Problem;

use super::{ApiClient, BoxFut};

impl ApiClient {
    pub fn session(&self) -> BoxFut<Result<SessionState, Problem>> {
        self.get("/session")
    }

    pub fn log_out(&self) -> BoxFut<Result<(), Problem>> {
        self.tell("DELETE", "/session", None)
    }

    pub fn set_up_state(&self) -> BoxFut<Result<SetUpState, Problem>> {
        self.get("/setup")
    }
}
