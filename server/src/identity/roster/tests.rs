#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;
use crate::identity::softkey::Softkey;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ilse() -> Signer {
    Signer::new("ilse@example.com").unwrap()
}

fn key(seed: u8) -> SigningKey {
    Softkey::new(seed, "cs.example.com").public()
}

fn roster() -> Roster {
    let mut roster = Roster::default();
    let platform = ssh_key::PrivateKey::from(ssh_key::private::Ed25519Keypair::from_seed(&[3; 32]));
    roster.add_platform(&platform.public_key().to_openssh().unwrap(), None).unwrap();
    roster.add(&ilse(), &key(1), at("2026-01-01T00:00:00Z")).unwrap();
    roster.add(&Signer::new("tomas").unwrap(), &key(2), at("2026-01-01T00:00:00Z")).unwrap();
    roster
}

#[test]
fn the_file_is_read_back_line_by_line() {
    let mut roster = roster();
    assert_eq!(Roster::parse(&roster.text()).unwrap(), roster);
    roster.revoke(&key(1), at("2026-03-01T12:30:15.9Z")).unwrap();
    roster.add(&ilse(), &key(1), at("2026-04-01T00:00:00Z")).unwrap();
    assert_eq!(Roster::parse(&roster.text()).unwrap(), roster);
    assert!(roster.text().contains(r#"valid-before="20260301123016Z""#), "{}", roster.text());
}

#[test]
fn what_a_key_signed_in_the_second_of_its_end_still_counts() {
    let mut roster = roster();
    let now = at("2026-03-01T12:30:15.9Z");
    roster.revoke(&key(1), now).unwrap();
    assert_eq!(roster.standing(&key(1), at("2026-03-01T12:30:15Z")), Standing::Good(&ilse()), "a plan frozen at 15.2");
    assert_eq!(roster.standing(&key(1), at("2026-03-01T12:30:16Z")), Standing::Lapsed(&ilse()));
    assert_eq!(roster.revoke(&key(1), now), Ok(()), "the roster planned once more");
}

#[test]
fn a_key_counts_until_it_is_revoked_and_again_once_it_is_reactivated() {
    let mut roster = roster();
    roster.revoke(&key(1), at("2026-03-01T00:00:00Z")).unwrap();
    roster.add(&ilse(), &key(1), at("2026-04-01T00:00:00Z")).unwrap();
    assert_eq!(roster.standing(&key(1), at("2026-02-28T23:59:59Z")), Standing::Good(&ilse()));
    assert_eq!(roster.standing(&key(1), at("2026-03-01T00:00:00Z")), Standing::Lapsed(&ilse()));
    assert_eq!(roster.standing(&key(1), at("2026-04-01T00:00:00Z")), Standing::Good(&ilse()));
    assert_eq!(roster.standing(&key(9), at("2026-04-01T00:00:00Z")), Standing::Unknown);
}

#[test]
fn nobody_gets_a_key_that_somebody_else_has_or_had() {
    let mut roster = roster();
    let tomas = Signer::new("tomas").unwrap();
    let now = at("2026-05-01T00:00:00Z");
    assert_eq!(roster.add(&tomas, &key(1), now), Err(RosterError::Held(ilse())));
    assert_eq!(roster.add(&ilse(), &key(1), now), Err(RosterError::Held(ilse())));
    roster.revoke(&key(1), now).unwrap();
    assert_eq!(roster.add(&tomas, &key(1), now), Err(RosterError::Held(ilse())));
    let stolen = roster.text() + &format!("tomas namespaces=\"{NAMESPACE}\" {}\n", key(1).line());
    assert!(matches!(Roster::parse(&stolen), Err(RosterError::TwoPeople { .. })));
}

#[test]
fn a_line_that_was_not_written_here_is_refused_with_its_number() {
    let good = roster().text();
    let person = key(4).line();
    for bad in [
        format!("* namespaces=\"{NAMESPACE}\" {person}"),
        format!("a,b namespaces=\"{NAMESPACE}\" {person}"),
        format!("!ilse namespaces=\"{NAMESPACE}\" {person}"),
        format!("countersign namespaces=\"{NAMESPACE}\" {person}"),
        format!("eve {person}"),
        format!("eve namespaces=\"*\" {person}"),
        format!("eve cert-authority,namespaces=\"{NAMESPACE}\" {person}"),
        format!("eve namespaces=\"{NAMESPACE}\",valid-before=\"2026\" {person}"),
        format!("eve namespaces=\"{NAMESPACE}\" {person} comment"),
        format!("eve  namespaces=\"{NAMESPACE}\" {person}"),
    ] {
        let number = good.lines().count() + 1;
        assert_eq!(Roster::parse(&format!("{good}{bad}\n")), Err(RosterError::Line(number)), "{bad}");
    }
}

#[test]
fn a_roster_only_follows_one_whose_lines_it_keeps() {
    let before = roster();
    let mut revoked = before.clone();
    revoked.revoke(&key(1), at("2026-03-01T00:00:00Z")).unwrap();
    let mut more = revoked.clone();
    more.add(&ilse(), &key(5), at("2026-03-02T00:00:00Z")).unwrap();
    assert_eq!(more.follows(&revoked).and(more.follows(&before)), Ok(()));

    assert_eq!(before.follows(&revoked), Err(RosterError::Rewritten(2)), "a revocation taken back");
    assert_eq!(revoked.follows(&more), Err(RosterError::Rewritten(4)), "a line removed");
    let mut later = before.clone();
    later.revoke(&key(1), at("2027-03-01T00:00:00Z")).unwrap();
    assert_eq!(later.follows(&revoked), Err(RosterError::Rewritten(2)), "a revocation put off");
    let mut turned = before.clone();
    turned.lines.swap(1, 2);
    assert_eq!(turned.follows(&before), Err(RosterError::Rewritten(2)), "lines swapped");
}

#[test]
fn names_that_ssh_keygen_would_read_as_patterns_are_no_signers() {
    for bad in ["", "*", "a b", "a,b", "!a", "a?", "Ilse", "#a", "-a", "\"a\"", PLATFORM, &"a".repeat(65)] {
        assert!(Signer::new(bad).is_err(), "{bad}");
    }
    for good in ["ilse", "ilse@example.com", "0-a_b+c.d"] {
        assert!(Signer::new(good).is_ok(), "{good}");
    }
}
