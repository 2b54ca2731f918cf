//! What knocks from outside without a person: Flux's events and a forge's word that something was pushed. Each is
//! believed for its cluster's secret alone, and tells no stranger why it is not.

use std::net::IpAddr;

use domain::outcome::{self, Part};
use domain::problem::Problem;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::around;
use super::cluster::hook_secret;
use crate::audit::upkeep;
use crate::server::Server;
use crate::store;
use crate::vault::Plaintext;

/// Components of one stack that events are kept of.
const PARTS: i64 = 2_000;

/// How a request proves that it comes from where it says.
#[derive(Debug, Default)]
pub struct Proof {
    /// `sha256=<hex>` or the bare hex: an HMAC over the body.
    pub signature: Option<String>,
    /// The secret itself, from forges that cannot sign.
    pub token: Option<String>,
}

/// One event of Flux's. What is not about a component of ours is taken and forgotten.
pub async fn flux(server: &Server, address: Option<IpAddr>, cluster: &str, proof: &Proof, body: &[u8]) -> Result<(), Problem> {
    let signed = Proof { signature: proof.signature.clone(), token: None };
    let cluster = proven(server, address, cluster, &signed, body).await?;
    let event = outcome::read(body).map_err(|error| Problem::invalid("not_an_event", format!("{error}.")))?;
    let now = server.clock.now();
    let Some(mut event) = event else { return refused(server, &cluster, body, now).await };
    // A clock that runs ahead must not win for ever.
    event.at = event.at.min(now);
    let mut db = server.store.read().await?;
    if store::stack::by_stack_id(&mut db, &cluster.id, event.stack.as_str()).await?.is_none() {
        return Ok(());
    }
    let (parts, is_known) = store::cluster_event::parts(&mut db, &cluster.id, &event).await?;
    drop(db);
    if !is_known && parts >= PARTS && event.part != Part::Stack {
        return Ok(());
    }
    upkeep(&server.store, async |tx| store::cluster_event::hear(tx, &cluster.id, &event, now).await).await?;
    Ok(())
}

/// Flux checks signatures there, and one did not hold.
async fn refused(server: &Server, cluster: &store::cluster::Cluster, body: &[u8], now: i64) -> Result<(), Problem> {
    let ours = |refusal: &outcome::Refusal| refusal.source == cluster.flux.source && refusal.namespace == cluster.flux.namespace;
    let Some(refusal) = outcome::read_refusal(body).filter(ours) else { return Ok(()) };
    upkeep(&server.store, async |tx| store::signature_refusal::hear(tx, &cluster.id, &refusal.commit, refusal.at.min(now)).await).await?;
    Ok(())
}

/// Somebody pushed, says a forge: looked after at once. What it says beyond that is not read.
pub async fn git(server: &Server, address: Option<IpAddr>, cluster: &str, proof: &Proof, body: &[u8]) -> Result<(), Problem> {
    let cluster = proven(server, address, cluster, proof, body).await?;
    around::look(server, &cluster).await
}

/// The cluster, if the proof holds for it; whatever is wrong, a stranger is told the same.
async fn proven(
    server: &Server,
    address: Option<IpAddr>,
    name: &str,
    proof: &Proof,
    body: &[u8],
) -> Result<store::cluster::Cluster, Problem> {
    let now = server.clock.now();
    server.limits.may_knock(now, address)?;
    let found = store::cluster::by_name(&mut *server.store.read().await?, name).await?;
    let secret = match &found {
        Some(cluster) => hook_secret::read(server, &cluster.id).await?,
        None => None,
    };
    let holds = secret.as_ref().is_some_and(|secret| holds(secret, proof, body));
    match found.filter(|_| holds) {
        Some(cluster) => {
            server.limits.pace(now, &cluster.name)?;
            Ok(cluster)
        }
        None => {
            server.limits.knocked_in_vain(now, address);
            Err(Problem::new(401, "not_signed", "This is not signed as it should be."))
        }
    }
}

/// Compared in constant time, and never as text.
fn holds(secret: &Plaintext, proof: &Proof, body: &[u8]) -> bool {
    let keyed = || Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok();
    if let Some(signature) = &proof.signature {
        let bytes = unhex(signature.strip_prefix("sha256=").unwrap_or(signature));
        return match (bytes, keyed()) {
            (Some(bytes), Some(mac)) => mac.chain_update(body).verify_slice(&bytes).is_ok(),
            _ => false,
        };
    }
    let (Some(token), Some(given), Some(known)) = (&proof.token, keyed(), keyed()) else { return false };
    let known = known.chain_update(secret.expose().as_bytes()).finalize().into_bytes();
    given.chain_update(token.as_bytes()).verify_slice(&known).is_ok()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(signature: Option<&str>, token: Option<&str>) -> Proof {
        Proof { signature: signature.map(str::to_owned), token: token.map(str::to_owned) }
    }

    #[test]
    fn a_signature_is_the_hmac_of_the_very_body() {
        let secret = Plaintext::new(String::from("key"));
        let body = b"The quick brown fox jumps over the lazy dog";
        let right = "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        assert!(holds(&secret, &proof(Some(right), None), body));
        assert!(holds(&secret, &proof(Some(&right[7..]), None), body));
        assert!(!holds(&secret, &proof(Some(right), None), b"the quick brown fox"));
        for wrong in ["", "sha256=", "sha256=f7", "sha256=zz", &right[..right.len() - 2]] {
            assert!(!holds(&secret, &proof(Some(wrong), None), body), "{wrong}");
        }
        assert!(!holds(&secret, &proof(None, None), body));
    }

    #[test]
    fn a_token_is_the_secret_and_no_signature_falls_back_to_it() {
        let secret = Plaintext::new(String::from("key"));
        assert!(holds(&secret, &proof(None, Some("key")), b""));
        assert!(!holds(&secret, &proof(None, Some("ke")), b""));
        assert!(!holds(&secret, &proof(Some("sha256=00"), Some("key")), b""));
    }
}
