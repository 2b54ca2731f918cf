#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::identity::{
    roster::PLATFORM,
    softkey::{Claim, Softkey, client_data, ssh_keygen_says},
};

const ORIGIN: &str = "https://cs.example.com";
const RP_ID: &str = "cs.example.com";
const PLAN: &[u8] = br#"{"kind":"stack","nonce":"7f3a","subject":"Deploy monitoring to nl-prod-1"}"#;

static NOBODY: LazyLock<BTreeSet<Signer>> = LazyLock::new(BTreeSet::new);

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ilse() -> Signer {
    Signer::new("ilse@example.com").unwrap()
}

fn ilses_key() -> Softkey {
    Softkey::new(1, RP_ID)
}

fn roster() -> Roster {
    let mut roster = Roster::default();
    let since = time("2026-01-01T00:00:00Z");
    roster.add(&ilse(), &ilses_key().public(), since).unwrap();
    roster.add(&Signer::new("tomas").unwrap(), &Softkey::new(2, "ssh:").public(), since).unwrap();
    roster
}

fn terms(plan: &[u8]) -> Terms<'_> {
    Terms { plan, not_after: time("2026-06-02T00:00:00Z"), writers: &[] }
}

fn rules(roster: &Roster) -> Rules<'_> {
    Rules {
        at: time("2026-06-01T12:00:00Z"),
        site: Site::Here { origin: ORIGIN, rp_id: RP_ID },
        roster,
        deployers: Deployers::AnyoneInTheRoster,
        four_eyes: true,
        approved_by: &NOBODY,
    }
}

fn honest() -> Claim {
    Claim::honest(PLAN, ORIGIN, RP_ID)
}

/// What becomes of a truly signed claim, whatever it claims.
fn verdict(claim: &Claim) -> Result<Approved, Refusal> {
    let key = ilses_key();
    verify_assertion(&terms(PLAN), &key.public(), &key.assert(claim), &rules(&roster()))
}

#[track_caller]
fn check(code: &str, claim: &Claim) {
    assert_eq!(verdict(claim).map_err(|refusal| refusal.code()).err(), Some(code));
}

#[test]
fn ssh_keygen_says_good_to_a_passkeys_approval_and_to_nothing_else() {
    let approved = verdict(&honest()).unwrap();
    let (file, roster) = (approved.file(), roster());
    let says = |person: &str, namespace: &str, plan: &[u8]| ssh_keygen_says(&roster, person, namespace, &file, plan, &[]);
    let (good, said) = says("ilse@example.com", sshsig::NAMESPACE, PLAN);
    assert!(good && said.starts_with("Good \"countersign-deploy@v1\" signature for ilse@example.com"), "{said}");
    assert!(!says("ilse@example.com", sshsig::NAMESPACE, b"another plan").0);
    assert!(!says("ilse@example.com", "git", PLAN).0);
    assert!(!says("tomas", sshsig::NAMESPACE, PLAN).0);
    assert!(!says(PLATFORM, sshsig::NAMESPACE, PLAN).0);
}

#[test]
fn the_file_alone_gives_the_same_verdict_here_and_offline() {
    let approved = verdict(&honest()).unwrap();
    let roster = roster();
    let rules = rules(&roster);
    let offline = Rules { site: Site::OfTheKey, ..rules };
    for rules in [rules, offline] {
        assert_eq!(verify_file(&terms(PLAN), approved.file().as_bytes(), &rules).unwrap(), approved);
    }
}

#[test]
fn a_fido2_key_of_openssh_approves_with_the_same_file() {
    let (key, roster) = (Softkey::new(2, "ssh:"), roster());
    let file = key.sign_as_openssh(PLAN, 0x05).file();
    assert_eq!(verify_file(&terms(PLAN), file.as_bytes(), &rules(&roster)).unwrap().signer().as_str(), "tomas");
    let (good, said) = ssh_keygen_says(&roster, "tomas", sshsig::NAMESPACE, &file, PLAN, &[]);
    assert!(good, "{said}");

    let refused = |plan: &[u8], flags: u8| {
        let file = key.sign_as_openssh(plan, flags).file();
        verify_file(&terms(PLAN), file.as_bytes(), &rules(&roster)).unwrap_err()
    };
    assert_eq!(refused(PLAN, 0x01), Refusal::UserNotVerified);
    assert_eq!(refused(PLAN, 0x04), Refusal::UserNotPresent);
    assert_eq!(refused(b"another plan", 0x05), Refusal::Signature);
}

#[test]
fn a_passkeys_own_key_cannot_be_used_past_the_browser() {
    let (key, roster) = (ilses_key(), roster());
    let file = key.sign_as_openssh(PLAN, 0x05).file();
    assert_eq!(verify_file(&terms(PLAN), file.as_bytes(), &rules(&roster)), Err(Refusal::RpId));
    let offline = Rules { site: Site::OfTheKey, ..rules(&roster) };
    assert_eq!(verify_file(&terms(PLAN), file.as_bytes(), &offline), Err(Refusal::RpId));
}

#[test]
fn an_approval_of_another_plan_is_refused() {
    check("approval_other_plan", &Claim::honest(b"another plan", ORIGIN, RP_ID));
}

#[test]
fn a_signed_login_challenge_is_no_approval() {
    check("approval_challenge", &Claim { client_data: client_data("webauthn.get", &[9; 32], ORIGIN, ""), ..honest() });
}

#[test]
fn a_registration_is_no_approval() {
    let client_data = client_data("webauthn.create", &sshsig::challenge(PLAN), ORIGIN, "");
    check("approval_wrong_type", &Claim { client_data, ..honest() });
}

#[test]
fn an_approval_given_on_another_site_is_refused() {
    for origin in ["https://evil.example", "http://cs.example.com", "https://cs.example.com:8443", "https://a.cs.example.com"] {
        check("approval_origin", &Claim::honest(PLAN, origin, RP_ID));
    }
}

#[test]
fn an_approval_given_in_another_sites_frame_is_refused() {
    for rest in [r#","crossOrigin":true"#, r#","crossOrigin":false,"topOrigin":"https://evil.example""#, r#","topOrigin":null"#] {
        let client_data = client_data("webauthn.get", &sshsig::challenge(PLAN), ORIGIN, rest);
        check("approval_cross_origin", &Claim { client_data, ..honest() });
    }
}

#[test]
fn an_approval_for_another_relying_party_is_refused() {
    check("approval_rp_id", &Claim { rp_id: "evil.example".into(), ..honest() });
    let (key, roster) = (Softkey::new(1, "example.com"), roster());
    let assertion = key.assert(&Claim { rp_id: "example.com".into(), ..honest() });
    let refusal = verify_assertion(&terms(PLAN), &key.public(), &assertion, &rules(&roster));
    assert_eq!(refusal, Err(Refusal::RpId));
}

#[test]
fn presence_and_verification_are_both_needed() {
    check("approval_user_not_present", &Claim { flags: 0x04, ..honest() });
    check("approval_user_not_verified", &Claim { flags: 0x01, ..honest() });
}

#[test]
fn what_was_not_asked_for_is_refused() {
    for flags in [0x05 | 0x40, 0x05 | 0x80, 0x05 | 0x02, 0x05 | 0x20, 0x05 | 0x10] {
        check("approval_flags", &Claim { flags, ..honest() });
    }
    check("approval_flags", &Claim { trailing: vec![0xa0], ..honest() });
    check("approval_flags", &Claim { flags: 0x85, trailing: vec![0xa0], ..honest() });
    assert!(verdict(&Claim { flags: 0x1d, ..honest() }).is_ok_and(|approved| approved.is_backup_eligible()));
}

#[test]
fn client_data_in_an_order_that_openssh_refuses_is_refused_here_too() {
    let good = honest().client_data;
    let turned =
        good.replacen(r#"{"type":"webauthn.get","#, "{", 1).replacen(",\"crossOrigin\"", r#","type":"webauthn.get","crossOrigin""#, 1);
    check("approval_malformed", &Claim { client_data: turned, ..honest() });
    check("approval_malformed", &Claim { client_data: good.replacen('{', "{ ", 1), ..honest() });
    check("approval_malformed", &Claim { client_data: good.replacen(r#"{"#, r#"{"type":"webauthn.get","#, 1), ..honest() });
    check("approval_too_large", &Claim { client_data: good.replace('}', &format!(",\"x\":\"{}\"}}", "x".repeat(2048))), ..honest() });
}

#[test]
fn members_that_browsers_add_do_no_harm() {
    let rest = r#","crossOrigin":false,"other_keys_can_be_added_here":"do not compare clientDataJSON against a template""#;
    let client_data = client_data("webauthn.get", &sshsig::challenge(PLAN), ORIGIN, rest);
    let approved = verdict(&Claim { client_data, ..honest() }).unwrap();
    assert!(ssh_keygen_says(&roster(), "ilse@example.com", sshsig::NAMESPACE, &approved.file(), PLAN, &[]).0);
}

#[test]
fn another_keys_signature_is_refused() {
    let refusal = verify_assertion(&terms(PLAN), &ilses_key().public(), &Softkey::new(8, RP_ID).assert(&honest()), &rules(&roster()));
    assert_eq!(refusal, Err(Refusal::Signature));
}

#[test]
fn every_flipped_bit_of_an_assertion_is_refused() {
    let key = ilses_key();
    let (public, good, roster) = (key.public(), key.assert(&honest()), roster());
    let fields: [fn(&mut Assertion) -> &mut Vec<u8>; 3] = [|a| &mut a.client_data, |a| &mut a.authenticator_data, |a| &mut a.signature];
    let mut tried = 0;
    for field in fields {
        for bit in 0..field(&mut good.clone()).len() * 8 {
            let mut bad = good.clone();
            field(&mut bad)[bit / 8] ^= 1 << (bit % 8);
            assert!(verify_assertion(&terms(PLAN), &public, &bad, &rules(&roster)).is_err(), "bit {bit}");
            tried += 1;
        }
    }
    assert!(tried > 2000, "{tried}");
}

#[test]
fn every_flipped_bit_of_a_file_is_refused() {
    let roster = roster();
    for file in [verdict(&honest()).unwrap().file(), Softkey::new(2, "ssh:").sign_as_openssh(PLAN, 0x05).file()] {
        assert!(verify_file(&terms(PLAN), file.as_bytes(), &rules(&roster)).is_ok());
        for bit in 0..file.len() * 8 {
            let mut bad = file.clone().into_bytes();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(verify_file(&terms(PLAN), &bad, &rules(&roster)).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn the_other_twin_of_a_signature_counts_once() {
    let mut approved = verdict(&honest()).unwrap();
    let (r, s) = approved.signature.signature.split_scalars();
    approved.signature.signature = Signature::from_scalars(r, -*s).unwrap();
    let (roster, twin) = (roster(), approved.file());
    assert!(verify_file(&terms(PLAN), twin.as_bytes(), &rules(&roster)).is_ok());
    let already = BTreeSet::from([ilse()]);
    let again = Rules { approved_by: &already, ..rules(&roster) };
    assert_eq!(verify_file(&terms(PLAN), twin.as_bytes(), &again), Err(Refusal::Replayed));
}

#[test]
fn an_approval_comes_before_the_plans_end() {
    let roster = roster();
    let (key, assertion) = (ilses_key().public(), ilses_key().assert(&honest()));
    let at = |text: &str| verify_assertion(&terms(PLAN), &key, &assertion, &Rules { at: time(text), ..rules(&roster) }).err();
    assert_eq!(at("2026-06-01T23:59:59Z"), None);
    assert_eq!(at("2026-06-02T00:00:00Z"), Some(Refusal::Expired));
}

#[test]
fn a_key_outside_the_roster_or_revoked_does_not_count() {
    let (key, assertion) = (ilses_key().public(), ilses_key().assert(&honest()));
    let by = |roster: &Roster| verify_assertion(&terms(PLAN), &key, &assertion, &rules(roster)).err();
    assert_eq!(by(&Roster::default()), Some(Refusal::KeyUnknown));
    let mut revoked = roster();
    revoked.revoke(&key, time("2026-06-01T11:00:00Z")).unwrap();
    assert_eq!(by(&revoked), Some(Refusal::KeyRevoked));
    let mut later = roster();
    later.revoke(&key, time("2026-06-01T13:00:00Z")).unwrap();
    assert_eq!(by(&later), None);
}

#[test]
fn ssh_keygen_knows_the_revocation_too() {
    let mut revoked = roster();
    revoked.revoke(&ilses_key().public(), time("2026-06-01T11:00:00Z")).unwrap();
    let file = verdict(&honest()).unwrap().file();
    let says = |when: &str| {
        let extra = ["-O", &format!("verify-time={when}")];
        ssh_keygen_says(&revoked, "ilse@example.com", sshsig::NAMESPACE, &file, PLAN, &extra)
    };
    assert!(says("20260601105959Z").0, "{:?}", says("20260601105959Z"));
    assert!(!says("20260601110001Z").0);
}

#[test]
fn the_signer_may_deploy() {
    let roster = roster();
    let (key, assertion) = (ilses_key().public(), ilses_key().assert(&honest()));
    let only = |signer: Signer| {
        let people = BTreeMap::from([(signer, "person-1".to_owned())]);
        verify_assertion(&terms(PLAN), &key, &assertion, &Rules { deployers: Deployers::Only(&people), ..rules(&roster) }).err()
    };
    assert_eq!(only(Signer::new("tomas").unwrap()), Some(Refusal::Role));
    assert_eq!(only(ilse()), None);
}

#[test]
fn under_four_eyes_the_signer_wrote_nothing_in_person_or_through_an_agent() {
    let roster = roster();
    let (key, assertion) = (ilses_key().public(), ilses_key().assert(&honest()));
    let people = BTreeMap::from([(ilse(), "person-1".to_owned())]);
    let known = Rules { deployers: Deployers::Only(&people), ..rules(&roster) };
    let wrote = |writer: &str, rules: &Rules<'_>| {
        verify_assertion(&Terms { writers: &[writer.to_owned()], ..terms(PLAN) }, &key, &assertion, rules).err()
    };
    assert_eq!(wrote("ilse@example.com", &rules(&roster)), Some(Refusal::FourEyes));
    assert_eq!(wrote("person-1", &known), Some(Refusal::FourEyes));
    assert_eq!(wrote("person-2", &known), None);
    assert_eq!(wrote("person-1", &Rules { four_eyes: false, ..known }), None);
}

#[test]
fn countersigned_takes_enough_different_people_over_these_bytes() {
    let roster = roster();
    let ilse = verdict(&honest()).unwrap();
    let tomas = verify_file(&terms(PLAN), Softkey::new(2, "ssh:").sign_as_openssh(PLAN, 0x05).file().as_bytes(), &rules(&roster)).unwrap();
    let countersigned = |plan: &'static [u8], approvals: &[&Approved], needed| {
        Countersigned::new(plan, approvals.iter().map(|approval| (*approval).clone()).collect(), needed)
            .map(|signed| signed.approvals().len())
    };
    assert_eq!(countersigned(PLAN, &[&ilse], 1), Ok(1));
    assert_eq!(countersigned(PLAN, &[&ilse, &tomas], 2), Ok(2));
    assert_eq!(countersigned(PLAN, &[&ilse], 2), Err(Refusal::TooFew { have: 1, needed: 2 }));
    assert_eq!(countersigned(PLAN, &[], 0), Err(Refusal::TooFew { have: 0, needed: 1 }));
    assert_eq!(countersigned(PLAN, &[&ilse, &ilse], 1), Err(Refusal::Replayed));
    assert_eq!(countersigned(b"another plan", &[&ilse], 1), Err(Refusal::OtherPlan));
}

#[test]
fn offline_the_origin_lies_within_the_keys_rp_id() {
    for good in ["https://cs.example.com", "https://a.cs.example.com:8443"] {
        assert!(is_within(good, RP_ID), "{good}");
    }
    for bad in [
        "http://cs.example.com",
        "https://notcs.example.com",
        "https://example.com",
        "https://cs.example.com.evil",
        "https://cs.example.com/x",
        "https://evil@cs.example.com",
        "https://cs.example.com:",
        "ftp://cs.example.com",
    ] {
        assert!(!is_within(bad, RP_ID), "{bad}");
    }
    assert!(is_within("http://localhost:3000", "localhost") && is_within("http://a.localhost", "localhost"));
}

proptest! {
    #[test]
    fn a_one_byte_change_of_the_plan_never_verifies(position in 0..PLAN.len(), byte: u8, how in 0..3) {
        let mut plan = PLAN.to_vec();
        match how {
            0 => plan[position] = byte,
            1 => plan.insert(position, byte),
            _ => { plan.remove(position); }
        }
        prop_assume!(plan != PLAN);
        let (key, roster) = (ilses_key(), roster());
        let refusal = verify_assertion(&terms(&plan), &key.public(), &key.assert(&honest()), &rules(&roster));
        prop_assert_eq!(refusal.clone().err(), Some(Refusal::OtherPlan));
        let file = Softkey::new(2, "ssh:").sign_as_openssh(PLAN, 0x05).file();
        prop_assert_eq!(verify_file(&terms(&plan), file.as_bytes(), &rules(&roster)), Err(Refusal::Signature));
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let roster = roster();
        let _ = verify_file(&terms(PLAN), &bytes, &rules(&roster));
        let assertion = Assertion { authenticator_data: bytes.clone(), client_data: bytes.clone(), signature: bytes };
        prop_assert!(verify_assertion(&terms(PLAN), &ilses_key().public(), &assertion, &rules(&roster)).is_err());
    }
}
