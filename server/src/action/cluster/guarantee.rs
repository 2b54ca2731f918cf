//! How far a cluster's own word says that nothing is applied there which this server did not sign.

use domain::api::cluster::{Guarantee, GuaranteeLevel, ToldBy};

use crate::store::signature_refusal::{Told, last, last_applied_unsigned};
use crate::store::{Conn, Error};

/// Flux says nothing of signatures that hold. So it is known by a commit that was refused, until one that should have been
/// refused is applied.
pub async fn of(db: &mut Conn, cluster: &str) -> Result<Guarantee, Error> {
    let (refused, applied) = (last(db, cluster).await?, last_applied_unsigned(db, cluster).await?);
    Ok(judge(refused, applied))
}

fn judge(refused: Option<Told>, applied: Option<Told>) -> Guarantee {
    let short = |told: &Told| told.commit_id.chars().take(7).collect::<String>();
    let by = |level, told: Told, sentence| Guarantee { level, told_by: Some(ToldBy { commit: told.commit_id, at: told.at }), sentence };
    match (refused, applied) {
        (Some(refused), applied) if applied.as_ref().is_none_or(|applied| applied.at <= refused.at) => {
            let sentence = match refused.is_ours {
                true => format!(
                    "Flux refused {}, an entry that this server signed: it was given another key, and applies nothing until that is put right.",
                    short(&refused)
                ),
                false => format!(
                    "Flux refused {}, which this server did not sign. It does not stop whoever holds this server's key, nor an unsigned commit below a signed one.",
                    short(&refused)
                ),
            };
            by(GuaranteeLevel::G1, refused, sentence)
        }
        (_, Some(applied)) => {
            let sentence = format!(
                "The cluster applied {}, which this server did not sign: what goes around it is reported, and not stopped.",
                short(&applied)
            );
            by(GuaranteeLevel::G0, applied, sentence)
        }
        _ => Guarantee {
            sentence: String::from(
                "No event has told that Flux checks signatures there: what goes around this server is reported, and not stopped.",
            ),
            ..Guarantee::default()
        },
    }
}
