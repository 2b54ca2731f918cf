//! Judges an https host by a certificate authority that holds for one remote only.

use openssl::asn1::Asn1Time;
use openssl::stack::Stack;
use openssl::x509::store::X509StoreBuilder;
use openssl::x509::verify::{X509CheckFlags, X509VerifyFlags, X509VerifyParam};
use openssl::x509::{X509, X509PurposeId, X509StoreContext};

use super::error::tame;

/// Checks chain, dates, purpose and host name of `leaf` against the authorities in `pem`.
///
/// libgit2 hands over the host's own certificate and not the ones sent with it, so an intermediate
/// authority has to stand in `pem` too; any certificate there ends a chain.
pub(super) fn check(leaf: &[u8], host: &str, pem: &str) -> Result<(), String> {
    judge(leaf, host, pem).unwrap_or_else(|error| Err(tame(&error.to_string())))
}

fn judge(leaf: &[u8], host: &str, pem: &str) -> Result<Result<(), String>, openssl::error::ErrorStack> {
    let leaf = X509::from_der(leaf)?;
    let authorities = X509::stack_from_pem(pem.as_bytes())?;
    if authorities.is_empty() {
        return Ok(Err("the certificate authority of this remote holds no certificate".to_owned()));
    }
    if leaf.not_after() < Asn1Time::days_from_now(0)? {
        return Ok(Err(format!("it expired at {}", leaf.not_after())));
    }
    let mut store = X509StoreBuilder::new()?;
    for authority in authorities {
        store.add_cert(authority)?;
    }
    let mut param = X509VerifyParam::new()?;
    param.set_flags(X509VerifyFlags::PARTIAL_CHAIN)?;
    param.set_hostflags(X509CheckFlags::NO_PARTIAL_WILDCARDS);
    match host.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(ip) => param.set_ip(ip)?,
        Err(_) => param.set_host(host)?,
    }
    param.set_purpose(X509PurposeId::SSL_SERVER)?;
    store.set_param(&param)?;
    let mut context = X509StoreContext::new()?;
    context.init(&store.build(), &leaf, &*Stack::new()?, |context| {
        Ok(match context.verify_cert()? {
            true => Ok(()),
            false => Err(format!("{} (judged by this remote's own certificate authority)", context.error())),
        })
    })
}
