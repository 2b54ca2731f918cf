//! What goes wrong with charts of others, as people are told it.

use domain::problem::Problem;
use domain::text::sentence;

use crate::egress;

#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Egress(#[from] egress::Error),
    #[error("the host answered {0}")]
    Status(u16),
    #[error("the host wants other credentials")]
    Credentials,
    #[error("{0}")]
    Index(String),
    #[error("the chart's archive is refused: {0}")]
    Archive(String),
    #[error("{0}")]
    Missing(&'static str),
    #[error("{0}")]
    Registry(&'static str),
}

impl Trouble {
    pub fn archive(why: &str) -> Trouble {
        Trouble::Archive(why.to_owned())
    }

    fn code(&self) -> (u16, &'static str) {
        match self {
            Trouble::Egress(egress::Error::NotAnAddress(_)) => (422, "chart_address"),
            Trouble::Egress(egress::Error::Refused { .. }) => (422, "chart_host_refused"),
            Trouble::Egress(egress::Error::TooLarge { .. }) => (422, "chart_too_large"),
            Trouble::Egress(egress::Error::Downgrade(_) | egress::Error::Circles(_)) => (422, "chart_redirect_refused"),
            Trouble::Egress(egress::Error::Tls { .. }) => (503, "chart_host_unproven"),
            Trouble::Egress(_) | Trouble::Status(_) => (503, "chart_host_failed"),
            Trouble::Credentials => (422, "chart_credentials_refused"),
            Trouble::Index(_) => (422, "chart_index_unreadable"),
            Trouble::Archive(_) => (422, "chart_archive_refused"),
            Trouble::Missing(_) => (404, "chart_missing"),
            Trouble::Registry(_) => (422, "chart_registry_unreadable"),
        }
    }

    pub fn problem(&self) -> Problem {
        let (status, code) = self.code();
        let problem = Problem::new(status, code, sentence(&self.to_string()));
        match self {
            Trouble::Egress(egress::Error::Refused { .. }) => {
                problem.hint("An administrator of the server can allow inside networks with --allow-inside.")
            }
            Trouble::Credentials => problem.hint("Give the repository its user and password in the settings."),
            _ => problem,
        }
    }
}
