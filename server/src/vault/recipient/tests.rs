#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const GOOD: &str = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa";

fn refused(text: &str) -> RecipientError {
    Recipients::parse([text]).err().unwrap()
}

#[test]
fn recipients_are_sorted_trimmed_and_each_stands_once() {
    let other = generate_key_pair().recipient;
    let one = Recipients::parse([GOOD, &other, &format!("  {GOOD}\n")]).unwrap();
    let two = Recipients::parse([&other, GOOD]).unwrap();
    assert_eq!(one.iter().collect::<Vec<_>>(), two.iter().collect::<Vec<_>>());
    assert_eq!(one.iter().count(), 2);
    assert_eq!(one.digest(), two.digest());
    assert_ne!(one.digest(), Recipients::parse([GOOD]).unwrap().digest());
    assert_eq!(Recipients::parse([""; 0]).err(), Some(RecipientError::None));
}

#[test]
fn a_recipient_may_spell_anything() {
    let spells_pgp = "age1zcclfz3tkky2znlx69t6jlpc7mj6mep4rau8w0pgp5wl0xxt6e4q99q76u";
    assert_eq!(Recipients::parse([spells_pgp]).map(|parsed| parsed.iter().count()).ok(), Some(1));
}

#[test]
fn each_other_kind_of_key_gets_its_own_reason() {
    assert_eq!(refused("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host"), RecipientError::Ssh);
    assert_eq!(refused("ssh-rsa AAAA"), RecipientError::Ssh);
    assert_eq!(refused("age1pq1qqqq"), RecipientError::PostQuantum);
    assert!(
        matches!(refused("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt"), RecipientError::Plugin(_, plugin) if plugin == "yubikey")
    );
    assert_eq!(refused("-----BEGIN PGP PUBLIC KEY BLOCK-----"), RecipientError::Pgp);
    assert_eq!(refused("FBC7B9E2A4F9289AC0C1D4843D16CEE4A27381B4"), RecipientError::Pgp);
    let mut typo = GOOD.to_owned();
    typo.replace_range(20..21, if &GOOD[20..21] == "q" { "p" } else { "q" });
    for bad in ["", "hello", "age1", &GOOD[..61], &typo, &GOOD.to_uppercase()] {
        assert!(matches!(refused(bad), RecipientError::Malformed(_)), "{bad}");
    }
}

#[test]
fn a_pasted_private_key_is_not_repeated() {
    let pair = generate_key_pair();
    for text in [pair.identity.expose().to_owned(), format!("# key\n{}", pair.identity.expose().to_lowercase())] {
        let error = refused(&text);
        assert_eq!(error, RecipientError::Identity);
        assert!(!error.to_string().to_uppercase().contains("SECRET-KEY-1"));
    }
}

/// Encrypting to such a point would protect nothing, and the age library stops the process instead.
#[test]
fn points_that_let_anyone_decrypt_are_refused() {
    let points = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];
    for point in points {
        let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&point[at..at + 2], 16).unwrap()).collect();
        let text = bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &bytes).unwrap();
        assert!(matches!(refused(&text), RecipientError::Weak(_)), "{point}");
    }
}

#[test]
fn a_generated_pair_belongs_together() {
    let pair = generate_key_pair();
    let identity: Identity = pair.identity.expose().parse().unwrap();
    assert_eq!(identity.to_public().to_string(), pair.recipient);
    assert_ne!(generate_key_pair().recipient, pair.recipient);
}
