//! What a guard says: a finding is data, so that page, API, plan and assistant show the same one.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Looked at, nothing to say.
    Pass,
    /// Worth reading; stops nothing.
    Warn,
    /// Stops until a person has typed [`Finding::confirm`].
    Confirm,
    /// Stops. Only a change of the draft or of its surroundings helps.
    Block,
}

/// One thing that a guard has to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable, `snake_case`: `missing_secret`, `cycle`, …
    pub code: String,
    pub level: Level,
    /// A sentence that a person can act on.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Place::is_everywhere")]
    pub at: Place,
    /// What must be typed to go on, where the level is [`Level::Confirm`]: the name of what is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
    /// The next step, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// Where a finding stands. All empty: the stack as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The component's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// The path inside the component's values or manifest (`ingress.hosts[0]`), or of the stack's field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line in the component's text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Place {
    pub fn is_everywhere(&self) -> bool {
        *self == Place::default()
    }
}

impl Finding {
    pub fn new(code: &str, level: Level, reason: impl Into<String>) -> Finding {
        Finding { code: code.to_owned(), level, reason: reason.into(), at: Place::default(), confirm: None, hint: None }
    }

    pub fn pass(code: &str, reason: impl Into<String>) -> Finding {
        Finding::new(code, Level::Pass, reason)
    }

    pub fn warn(code: &str, reason: impl Into<String>) -> Finding {
        Finding::new(code, Level::Warn, reason)
    }

    pub fn block(code: &str, reason: impl Into<String>) -> Finding {
        Finding::new(code, Level::Block, reason)
    }

    /// Data may go: `word` must be typed.
    pub fn confirm(code: &str, word: impl Into<String>, reason: impl Into<String>) -> Finding {
        Finding { confirm: Some(word.into()), ..Finding::new(code, Level::Confirm, reason) }
    }

    #[must_use]
    pub fn component(mut self, id: impl ToString) -> Finding {
        self.at.component = Some(id.to_string());
        self
    }

    #[must_use]
    pub fn path(mut self, path: impl ToString) -> Finding {
        self.at.path = Some(path.to_string());
        self
    }

    #[must_use]
    pub fn line(mut self, line: usize) -> Finding {
        self.at.line = u32::try_from(line).ok();
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }
}
