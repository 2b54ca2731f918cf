#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
use super::*;

fn about() -> About {
    About {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_at: String::from("2026-11-22T22:00:00Z"),
        countersign: String::from("0.1.0"),
        organisation: String::from("Example"),
        public_url: None,
        migration: 1,
        clusters: Vec::new(),
    }
}

fn written(fill: impl FnOnce(&mut Writing<Vec<u8>>)) -> Vec<u8> {
    let mut writing = Writing::begin(Vec::new(), &about()).unwrap();
    fill(&mut writing);
    writing.finish().unwrap()
}

fn unpacked(bytes: &[u8]) -> (tempfile::TempDir, anyhow::Result<About>) {
    let folder = tempfile::tempdir().unwrap();
    let done = unpack(bytes, folder.path());
    (folder, done)
}

/// An archive with one more entry of a kind that we never write, at a path that `tar` itself would not let us write.
fn with(kind: EntryType, path: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let json = serde_json::to_vec(&about()).unwrap();
    tar.append_data(&mut header(EntryType::Regular, 0o600, json.len() as u64), ABOUT, json.as_slice()).unwrap();
    let mut one = header(kind, 0o600, 4);
    one.as_old_mut().name[..path.len()].copy_from_slice(path);
    if kind != EntryType::Regular {
        one.set_size(0);
        one.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
    }
    one.set_cksum();
    tar.append(&one, if kind == EntryType::Regular { b"evil".as_slice() } else { b"" }).unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn what_was_put_in_comes_out_for_the_owner_alone() {
    let long = format!("repositories/{}/HEAD", "x".repeat(180));
    let bytes = written(|writing| {
        writing.folder("repositories/empty").unwrap();
        writing.folder(long.trim_end_matches("/HEAD")).unwrap();
        writing.bytes(&long, b"ref: refs/heads/main\n").unwrap();
        writing.bytes("vault.key", b"secret").unwrap();
    });
    let (folder, done) = unpacked(&bytes);
    assert_eq!(done.unwrap(), about());
    assert_eq!(std::fs::read(folder.path().join(&long)).unwrap(), b"ref: refs/heads/main\n");
    assert!(folder.path().join("repositories/empty").is_dir());
    let mode = |path: &str| std::os::unix::fs::PermissionsExt::mode(&folder.path().join(path).metadata().unwrap().permissions()) & 0o777;
    assert_eq!((mode("vault.key"), mode("repositories/empty")), (0o600, 0o700));
}

#[test]
fn no_bit_can_be_flipped_and_no_end_cut_off() {
    let bytes = written(|writing| writing.bytes("vault.key", b"secret").unwrap());
    let used = bytes.len() - 1024;
    for at in (0..used).step_by(5) {
        let mut bent = bytes.clone();
        bent[at] ^= 0x10;
        let (folder, done) = unpacked(&bent);
        // Nobody reads an entry's padding; everything else is noticed.
        let same = done.is_ok() && std::fs::read(folder.path().join("vault.key")).unwrap() == b"secret";
        assert!(same || done.is_err(), "byte {at}");
        if bytes[at] != 0 {
            let is_of_the_header_alone = (0..used).step_by(512).any(|start| (start + 100..start + 512).contains(&at));
            assert!(done.is_err() || is_of_the_header_alone, "byte {at}");
        }
    }
    for end in (0..used).step_by(256) {
        assert!(unpacked(&bytes[..end]).1.is_err(), "cut at {end}");
    }
}

#[test]
fn no_path_leads_out_and_no_link_is_made() {
    for path in [b"../evil".as_slice(), b"/evil", b"a/../../evil", b"./../evil", b""] {
        let (folder, done) = unpacked(&with(EntryType::Regular, path));
        assert!(done.is_err(), "{}", String::from_utf8_lossy(path));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
    for kind in [EntryType::Symlink, EntryType::Link, EntryType::Fifo, EntryType::Char] {
        let (folder, done) = unpacked(&with(kind, b"evil"));
        assert!(done.unwrap_err().to_string().contains("plain files and folders"), "{kind:?}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_newer_format_and_another_file_are_told_from_a_damaged_one() {
    let newer = About { version: VERSION + 1, ..about() };
    let bytes = Writing::begin(Vec::new(), &newer).unwrap().finish().unwrap();
    assert!(unpacked(&bytes).1.unwrap_err().to_string().contains("use a newer one"));
    let mut other = tar::Builder::new(Vec::new());
    other.append_data(&mut header(EntryType::Regular, 0o600, 2), "notes.txt", b"hi".as_slice()).unwrap();
    assert_eq!(unpacked(&other.into_inner().unwrap()).1.unwrap_err().to_string(), NO_BACKUP);
    let missing = written(|writing| {
        writing.bytes("vault.key", b"secret").unwrap();
        writing.sums.remove("vault.key");
    });
    assert!(unpacked(&missing).1.unwrap_err().to_string().contains("not those that were put in"));
}
