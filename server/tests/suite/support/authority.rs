//! A certificate authority of the tests' own, and the hosts that it certifies.

use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::ssl::{SslAcceptor, SslMethod};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name, X509NameBuilder, X509NameRef};

pub struct Authority {
    key: PKey<Private>,
    certificate: X509,
}

impl Authority {
    pub fn new() -> Authority {
        let (key, name) = (new_key(), name("Authority of the tests"));
        let mut made = unsigned(&key, &name, &name);
        made.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        made.sign(&key, MessageDigest::sha256()).unwrap();
        Authority { key, certificate: made.build() }
    }

    pub fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }

    /// What speaks TLS as this host.
    pub fn acceptor(&self, host: &str) -> SslAcceptor {
        let key = new_key();
        let mut made = unsigned(&key, &name(host), self.certificate.subject_name());
        let names = SubjectAlternativeName::new().dns(host).build(&made.x509v3_context(None, None)).unwrap();
        made.append_extension(names).unwrap();
        made.sign(&self.key, MessageDigest::sha256()).unwrap();
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
        acceptor.set_private_key(&key).unwrap();
        acceptor.set_certificate(&made.build()).unwrap();
        acceptor.build()
    }
}

fn new_key() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn name(common: &str) -> X509Name {
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, common).unwrap();
    name.build()
}

fn unsigned(key: &PKey<Private>, subject: &X509NameRef, issuer: &X509NameRef) -> X509Builder {
    let mut serial = BigNum::new().unwrap();
    serial.rand(64, MsbOption::MAYBE_ZERO, false).unwrap();
    let mut made = X509::builder().unwrap();
    made.set_version(2).unwrap();
    made.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    made.set_subject_name(subject).unwrap();
    made.set_issuer_name(issuer).unwrap();
    made.set_pubkey(key).unwrap();
    made.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    made.set_not_after(&Asn1Time::days_from_now(2).unwrap()).unwrap();
    made
}
