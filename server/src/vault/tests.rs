#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::PermissionsExt;

use super::stock_tools::stock;
use super::*;

/// Compiles only while the type lacks the trait: with it, the method would be ambiguous.
macro_rules! lacks {
    ($type:ty, $trait:path) => {
        const _: fn() = || {
            trait Ambiguous<Marker> {
                fn method() {}
            }
            struct Has;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<Has> for T {}
            let _ = <$type as Ambiguous<_>>::method;
        };
    };
}
lacks!(Plaintext, std::fmt::Debug);
lacks!(Plaintext, std::fmt::Display);
lacks!(Plaintext, serde::Serialize);
lacks!(Plaintext, Clone);
lacks!(plaintext::PlainTree, std::fmt::Debug);
lacks!(plaintext::PlainTree, serde::Serialize);
lacks!(KeyPair, std::fmt::Debug);
lacks!(KeyPair, serde::Serialize);
lacks!(Vault, std::fmt::Debug);
lacks!(Sealer<'static>, std::fmt::Debug);

fn secret(text: &str) -> Plaintext {
    Plaintext::new(text.to_owned())
}

fn a_vault() -> (tempfile::TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open_or_create(&folder.path().join("vault.key")).unwrap();
    (folder, vault)
}

#[test]
fn the_key_is_made_once_and_only_its_owner_reads_it() {
    let (folder, vault) = a_vault();
    let path = folder.path().join("vault.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Vault::open_or_create(&path).unwrap().recipient(), vault.recipient());
    assert_eq!(Vault::load(&path).unwrap().recipient(), vault.recipient());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else stays behind");
}

#[test]
fn a_second_key_never_replaces_the_first() {
    let (folder, vault) = a_vault();
    let path = folder.path().join("vault.key");
    key_file::create(&path, &Identity::generate()).unwrap();
    assert_eq!(Vault::load(&path).unwrap().recipient(), vault.recipient());
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let (folder, _) = a_vault();
    let path = folder.path().join("vault.key");
    for mode in [0o640, 0o604, 0o644, 0o660, 0o601] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = Vault::load(&path).err().unwrap().to_string();
        assert!(error.contains("chmod 600") && error.contains(&format!("{mode:04o}")), "{error}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    Vault::load(&path).unwrap();
}

#[test]
fn a_broken_key_file_is_refused_without_being_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.key");
    let key = generate_key_pair();
    let good = key.identity.expose();
    let (start, last) = good.split_at(good.len() - 1);
    let damaged = format!("{start}{}", if last == "Q" { "P" } else { "Q" });
    for text in ["", "# only a comment\n", &format!("{good}\n{good}\n"), &format!("{damaged}\n"), "AGE-SECRET-KEY-1\n", "\u{0}\u{0}"] {
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let error = format!("{:#}", Vault::load(&path).err().unwrap());
        assert!(!error.contains(&good[..30]) && !error.contains(&damaged[..30]), "{error}");
    }
    assert!(Vault::load(&folder.path().join("absent")).is_err());
    assert!(Vault::load(folder.path()).is_err());
}

#[test]
fn a_secret_opens_in_its_place_and_nowhere_else() {
    let (_folder, vault) = a_vault();
    let stored = vault.seal_secret("cluster/prod", "db_password", &secret("hunter2 ü\n")).unwrap();
    assert_eq!(vault.open(&stored).unwrap().expose(), "hunter2 ü\n");
    assert!(!stored.ciphertext.windows(7).any(|bytes| bytes == b"hunter2"));
    let moved = StoredSecret { scope: "cluster/dev".into(), ..stored.clone() };
    let renamed = StoredSecret { name: "other".into(), ..stored.clone() };
    let other_value = StoredSecret { fingerprint: vault.fingerprint("db_password", &secret("x")), ..stored.clone() };
    let mut flipped = stored.clone();
    *flipped.ciphertext.last_mut().unwrap() ^= 1;
    for bad in [moved, renamed, other_value, flipped] {
        let error = format!("{:#}", vault.open(&bad).err().unwrap());
        assert!(!error.contains("hunter2"), "{error}");
    }
    assert!(a_vault().1.open(&stored).is_err(), "another vault opens it");
}

#[test]
fn empty_and_large_secrets_survive() {
    let (_folder, vault) = a_vault();
    for text in [String::new(), "x".repeat(1 << 20)] {
        let stored = vault.seal_secret("s", "n", &secret(&text)).unwrap();
        assert_eq!(vault.open(&stored).unwrap().expose(), text);
    }
}

#[test]
fn fingerprints_tell_the_same_value_of_a_name_and_nothing_without_the_key() {
    let (folder, vault) = a_vault();
    let print = |name, text| vault.fingerprint(name, &secret(text));
    assert_eq!(print("a", "x"), print("a", "x"));
    assert_ne!(print("a", "x"), print("a", "y"));
    assert_ne!(print("a", "x"), print("b", "x"));
    assert_ne!(print("ab", "c"), print("a", "bc"));
    assert_ne!(print("a", "x"), a_vault().1.fingerprint("a", &secret("x")), "another vault gives the same");
    let again = Vault::load(&folder.path().join("vault.key")).unwrap();
    assert_eq!(print("a", "x"), again.fingerprint("a", &secret("x")), "a restart changes nothing");
}

#[test]
fn rotation_moves_a_secret_to_the_next_key_alone() {
    let ((_old_folder, old), (_next_folder, next)) = (a_vault(), a_vault());
    let stored = old.seal_secret("environment/prod", "token", &secret("t0ken")).unwrap();
    let rotated = old.rotate(&next, &stored).unwrap();
    assert_eq!(next.open(&rotated).unwrap().expose(), "t0ken");
    assert!(old.open(&rotated).is_err());
    assert_eq!((rotated.scope, rotated.name), (stored.scope, stored.name));
    assert_ne!(rotated.fingerprint, stored.fingerprint);
}

#[test]
fn the_server_starts_with_the_key_that_the_database_remembers_and_no_other() {
    let (folder, vault) = a_vault();
    let path = folder.path().join("vault.key");
    assert_eq!(Vault::load_remembered(&path, &vault.recipient()).unwrap().recipient(), vault.recipient());
    let other = a_vault().1.recipient();
    let error = Vault::load_remembered(&path, &other).err().unwrap().to_string();
    assert!(error.contains(&other) && error.contains(&vault.recipient()), "{error}");
    assert!(Vault::load_remembered(&folder.path().join("lost.key"), &other).is_err());
    assert!(!folder.path().join("lost.key").exists(), "a lost key is never replaced by a new one");
}

#[test]
fn a_rotation_may_stop_anywhere() {
    let (folder, old) = a_vault();
    let path = folder.path().join("vault.key");
    let next = Vault::stage_rotation(&path).unwrap();
    assert_eq!(Vault::stage_rotation(&path).unwrap().recipient(), next.recipient(), "started again, it goes on with the same key");
    // Stopped before the transaction: the database remembers the old key.
    assert_eq!(Vault::load_remembered(&path, &old.recipient()).unwrap().recipient(), old.recipient());
    // Stopped after it: the file is made to follow.
    assert_eq!(Vault::load_remembered(&path, &next.recipient()).unwrap().recipient(), next.recipient());
    assert_eq!(Vault::load(&path).unwrap().recipient(), next.recipient());
    assert!(Vault::load_remembered(&path, &old.recipient()).is_err());
    assert!(Vault::finish_rotation(&path).is_err(), "there is nothing more to finish");
}

#[test]
fn a_growing_plaintext_keeps_its_text() {
    use std::fmt::Write;
    let mut text = Plaintext::with_capacity(0);
    for n in 0..1000 {
        write!(text, "{n},").unwrap();
    }
    assert_eq!(text.expose(), (0..1000).map(|n| format!("{n},")).collect::<String>());
    assert!(Plaintext::from_utf8(vec![0xff]).is_none());
}

#[test]
fn a_request_with_a_secret_of_the_wrong_type_is_not_echoed() {
    assert_eq!(serde_json::from_str::<Plaintext>("\"hunter2\"").unwrap().expose(), "hunter2");
    for body in ["4711", "true", "[4711]", "{\"a\": 4711}", "4711.5", "-4711"] {
        let error = serde_json::from_str::<Plaintext>(body).err().unwrap().to_string();
        assert!(!error.contains("4711"), "{error}");
    }
}

#[test]
fn a_secrets_file_is_a_map_of_names_to_texts() {
    let read = secrets_file::read("# of the lab\ndb_password: hunter2\ntoken: \"0123\"\nkey: |\n  a\n  b\n").unwrap();
    let read: Vec<(&str, &str)> = read.iter().map(|(name, plaintext)| (name.as_str(), plaintext.expose())).collect();
    assert_eq!(read, [("db_password", "hunter2"), ("key", "a\nb\n"), ("token", "0123")]);
    assert!(secrets_file::read("\n").unwrap().is_empty());
    for bad in [
        "hunter2",
        "- hunter2",
        "a: [hunter2]",
        "a: {b: hunter2}",
        "pin: 4711",
        "a: hunter2\na: hunter2",
        "a: 'hunter2\nb: c",
        "db-pass: hunter2",
    ] {
        let error = secrets_file::read(bad).err().unwrap().to_string();
        assert!(!error.contains("hunter2") && !error.contains("4711"), "{error}");
    }
}

/// If Countersign is gone, its key file and the stock tool still open what it kept.
#[test]
fn stock_age_opens_a_stored_secret_with_the_key_file() {
    let (folder, vault) = a_vault();
    let stored = vault.seal_secret("cluster/prod", "token", &secret("t0ken")).unwrap();
    let file = folder.path().join("secret.age");
    std::fs::write(&file, &stored.ciphertext).unwrap();
    let Some(mut age) = stock("age") else { return };
    let output = age.arg("-d").arg("-i").arg(folder.path().join("vault.key")).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.ends_with(b"t0ken"));
}
