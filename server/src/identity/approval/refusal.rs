//! Why an approval does not count, each reason with its own stable code.

use domain::problem::Problem;

use crate::identity::sshsig::FileError;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The approval is larger than an approval can be.")]
    TooLarge,
    #[error("The approval is malformed: {0}.")]
    Malformed(&'static str),
    #[error("The approval could not be read: {0}.")]
    File(FileError),
    #[error("This is no assertion but another kind of passkey answer.")]
    WrongType,
    #[error("This approval was given to another plan.")]
    OtherPlan,
    #[error("The passkey signed something that is no plan.")]
    Challenge,
    #[error("The approval was given on another site.")]
    Origin,
    #[error("The approval was given inside another site's frame.")]
    CrossOrigin,
    #[error("The key belongs to another site.")]
    RpId,
    #[error("The authenticator did not ask for a touch.")]
    UserNotPresent,
    #[error("The authenticator did not check who you are.")]
    UserNotVerified,
    #[error("The authenticator said something that was not asked for.")]
    Flags,
    #[error("The signature does not fit the plan and the key.")]
    Signature,
    #[error("The plan's time to be signed is over.")]
    Expired,
    #[error("The key stands in no line of the roster.")]
    KeyUnknown,
    #[error("The key was revoked, or is not yet valid.")]
    KeyRevoked,
    #[error("You may not deploy here.")]
    Role,
    #[error("You wrote or accepted a value in this plan, and here somebody else has to sign it.")]
    FourEyes,
    #[error("This environment asks for a passkey.")]
    PasskeyAsked,
    #[error("A key of yours can sign here, so a password does not do.")]
    HasKey,
    #[error("Who can countersign and decrypt is decided by the keys in the roster, never by a password.")]
    KeysDecide,
    #[error("You have signed this plan already.")]
    Replayed,
    #[error("{have} of {needed} people have signed this plan.")]
    TooFew { have: usize, needed: usize },
}

impl From<FileError> for Refusal {
    fn from(error: FileError) -> Self {
        match error {
            FileError::TooLarge => Refusal::TooLarge,
            error => Refusal::File(error),
        }
    }
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::TooLarge => "approval_too_large",
            Refusal::Malformed(_) | Refusal::File(_) => "approval_malformed",
            Refusal::WrongType => "approval_wrong_type",
            Refusal::OtherPlan => "approval_other_plan",
            Refusal::Challenge => "approval_challenge",
            Refusal::Origin => "approval_origin",
            Refusal::CrossOrigin => "approval_cross_origin",
            Refusal::RpId => "approval_rp_id",
            Refusal::UserNotPresent => "approval_user_not_present",
            Refusal::UserNotVerified => "approval_user_not_verified",
            Refusal::Flags => "approval_flags",
            Refusal::Signature => "approval_signature",
            Refusal::Expired => "approval_expired",
            Refusal::KeyUnknown => "approval_key_unknown",
            Refusal::KeyRevoked => "approval_key_revoked",
            Refusal::Role => "approval_role",
            Refusal::FourEyes => "approval_four_eyes",
            Refusal::PasskeyAsked => "password_not_allowed",
            Refusal::HasKey => "password_beside_key",
            Refusal::KeysDecide => "password_over_keys",
            Refusal::Replayed => "approval_replayed",
            Refusal::TooFew { .. } => "approval_too_few",
        }
    }

    fn status(&self) -> u16 {
        match self {
            Refusal::TooLarge => 413,
            Refusal::KeyUnknown | Refusal::KeyRevoked | Refusal::Role | Refusal::FourEyes | Refusal::KeysDecide => 403,
            Refusal::OtherPlan
            | Refusal::Expired
            | Refusal::PasskeyAsked
            | Refusal::HasKey
            | Refusal::Replayed
            | Refusal::TooFew { .. } => 409,
            _ => 422,
        }
    }

    /// The next step, where there is one.
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Refusal::OtherPlan | Refusal::Challenge => "Open the review page again and sign what it shows now.",
            Refusal::Origin => "Open Countersign at the address it was set up with.",
            Refusal::CrossOrigin => "Open the review page in a tab of its own.",
            Refusal::UserNotPresent | Refusal::UserNotVerified => {
                "Use a key that asks for your fingerprint, face or PIN; for `ssh-keygen`, one made with `-O verify-required`."
            }
            Refusal::Expired => "Prepare the plan again; its content may be the same.",
            Refusal::KeyUnknown => "Add the key under Settings, People; a roster plan then carries it into Git.",
            Refusal::KeyRevoked => "Sign with another of your keys.",
            Refusal::Role => "Ask one of those who may; the review page names them.",
            Refusal::PasskeyAsked => {
                "Sign with your passkey, or ask somebody who has one. Where the environment has been changed since, plan again."
            }
            Refusal::HasKey => "Sign with your key. If it is lost, revoke it and carry the roster to the repository first.",
            Refusal::KeysDecide => "Somebody whose key stands in the roster has to sign this one.",
            Refusal::FourEyes => "Ask somebody who took no part in this change.",
            _ => return None,
        })
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = Problem::new(refusal.status(), refusal.code(), refusal.to_string());
        match refusal.hint() {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}
