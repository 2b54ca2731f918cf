//! Sealing 1,000 secrets, side by side in one run with `age` and `sops` processes doing the same.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark stops on failure and prints what it measured")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use aes_gcm::aead::consts::U32;
use aes_gcm::{AeadInOut, AesGcm, KeyInit, aes::Aes256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use criterion::{Criterion, criterion_group, criterion_main};
use domain::sealing::{Content, Field, Leaf, SealRequest, Text};
use jiff::Timestamp;
use rand::RngCore;
use serde_json::{Map, Value, json};
use server::vault::plaintext::PlainTree;
use server::vault::sealer::SealKey;
use server::vault::{Plaintext, Recipients, Sealer, StoredSecret, Vault, generate_key_pair, sops};
use sha2::{Digest, Sha512};

const COUNT: usize = 1000;
/// Pairs of ours and theirs, in turns; the median counts.
const ROUNDS: usize = 5;
const AGE_PROCESSES: usize = 100;
const SOPS_PROCESSES: usize = 20;

fn value(n: usize) -> String {
    format!("{n:048}")
}

fn secret(data: Map<String, Value>) -> PlainTree {
    PlainTree::new(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": data}))
}

fn one_file() -> PlainTree {
    secret((0..COUNT).map(|n| (format!("key{n}"), value(n).into())).collect())
}

fn many_files() -> Vec<PlainTree> {
    (0..COUNT).map(|n| secret([("key".to_owned(), value(n).into())].into_iter().collect())).collect()
}

fn encrypt_all(documents: &[PlainTree], recipients: &Recipients) {
    for document in documents {
        black_box(sops::encrypt(document, recipients, Timestamp::UNIX_EPOCH).unwrap());
    }
}

/// The least that any SOPS writer does for 1,000 values: AES-GCM with a fresh nonce, base64, SHA-512.
fn floor() {
    let cipher = AesGcm::<Aes256, U32>::new(&[7; 32].into());
    let (mut hash, mut text) = (Sha512::new(), String::with_capacity(COUNT * 160));
    for n in 0..COUNT {
        let mut buffer = value(n).into_bytes();
        hash.update(&buffer);
        let mut nonce = [0; 32];
        rand::rng().fill_bytes(&mut nonce);
        let tag = cipher.encrypt_inout_detached((&nonce).into(), b"stringData:key:", buffer.as_mut_slice().into()).unwrap();
        STANDARD.encode_string(&buffer, &mut text);
        STANDARD.encode_string(nonce, &mut text);
        STANDARD.encode_string(tag, &mut text);
    }
    black_box((hash.finalize(), text));
}

/// 1,000 secrets of a vault and the 1,000 files that use them.
struct Deploy {
    _folder: tempfile::TempDir,
    vault: Vault,
    secrets: BTreeMap<String, StoredSecret>,
    requests: Vec<SealRequest>,
}

impl Deploy {
    fn new() -> Deploy {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::open_or_create(&folder.path().join("vault.key")).unwrap();
        let stored = |n| {
            let name = format!("secret{n}");
            let stored = vault.seal_secret("cluster/prod", &name, &Plaintext::new(value(n))).unwrap();
            (name, stored)
        };
        let secrets = (0..COUNT).map(stored).collect();
        let request = |n| SealRequest {
            path: format!("stacks/web/components/app/s{n}.enc.yaml"),
            stack: "web".into(),
            component: "app".into(),
            header: json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": format!("s{n}"), "namespace": "app"}}),
            leaves: vec![Leaf {
                field: Field::StringData,
                key: "key".into(),
                content: Content::Text(Text::secret(format!("secret{n}"))),
                base64: false,
            }],
            suffix_name: false,
        };
        Deploy { _folder: folder, vault, secrets, requests: (0..COUNT).map(request).collect() }
    }

    fn seal(&self, recipients: &Recipients, stored: &BTreeMap<SealKey, Vec<u8>>) -> BTreeMap<SealKey, Vec<u8>> {
        let sealer = Sealer::new(&self.vault, "prod", recipients, &self.secrets);
        let outcome = sealer.seal(&self.requests, Timestamp::UNIX_EPOCH, &|key| stored.get(key).cloned()).unwrap();
        assert_eq!(outcome.files.len(), COUNT);
        outcome.fresh.into_iter().collect()
    }
}

fn stock(name: &str) -> Option<PathBuf> {
    let given = std::env::var_os("COUNTERSIGN_TOOLS_BIN").map(PathBuf::from);
    let default = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache/countersign/tools/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    given.into_iter().chain(default).chain(std::env::split_paths(&path)).map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn run_age(age: &PathBuf, recipient: &str) {
    for n in 0..AGE_PROCESSES {
        let mut child = Command::new(age).args(["-a", "-r", recipient]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(value(n).as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

fn run_sops(sops: &PathBuf, recipient: &str, file: &PathBuf) {
    for _ in 0..SOPS_PROCESSES {
        let mut command = Command::new(sops);
        command.args(["encrypt", "--age", recipient, "--encrypted-regex", "^(data|stringData)$"]).arg(file);
        assert!(command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// Times both sides in turns and gives the two medians.
fn in_turns(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let pairs: Vec<_> = (0..ROUNDS).map(|_| (timed(&mut ours), timed(&mut theirs))).collect();
    let (ours, theirs) = pairs.into_iter().unzip();
    (median(ours), median(theirs))
}

fn compare(what: &str, ours: f64, peer: &str, theirs: f64, goal: &str) {
    println!(
        "{what:<44} {:>9.2} ms   {peer:<32} {:>10.2} ms   ours/peer {:>8.4}   peer/ours {:>8.1}   goal {goal}",
        ours * 1e3,
        theirs * 1e3,
        ours / theirs,
        theirs / ours
    );
}

fn ratios(_: &mut Criterion) {
    let recipient = generate_key_pair().recipient;
    let recipients = Recipients::parse([&recipient]).unwrap();
    let (one, many, deploy) = (one_file(), many_files(), Deploy::new());
    let seal_one = || drop(black_box(sops::encrypt(&one, &recipients, Timestamp::UNIX_EPOCH).unwrap()));
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    println!("\nload {}pressure {}", read("/proc/loadavg"), read("/proc/pressure/cpu").lines().next().unwrap_or_default());

    let (ours, theirs) = in_turns(seal_one, floor);
    compare("1 file x 1,000 values", ours, "AES-GCM, base64, SHA-512 alone", theirs, "ours/peer <= 1.5");
    if let Some(age) = stock("age") {
        let each = 1.0 / AGE_PROCESSES as f64;
        let (ours, theirs) = in_turns(seal_one, || run_age(&age, &recipient));
        compare("1 file x 1,000 values", ours, "one age process", theirs * each, "ours/peer <= 0.25");
        let (ours, theirs) = in_turns(|| encrypt_all(&many, &recipients), || run_age(&age, &recipient));
        compare(
            "1,000 files x 1 value, one thread",
            ours,
            "1,000 age processes (from 100)",
            theirs * each * COUNT as f64,
            "peer/ours >= 50",
        );
    }
    if let Some(sops) = stock("sops") {
        let file = std::env::temp_dir().join(format!("countersign-bench-{}.yaml", std::process::id()));
        std::fs::write(&file, domain::yaml::emit::emit(many[0].expose())).unwrap();
        let (ours, theirs) = in_turns(|| encrypt_all(&many, &recipients), || run_sops(&sops, &recipient, &file));
        std::fs::remove_file(&file).unwrap();
        compare(
            "1,000 files x 1 value, one thread",
            ours,
            "1,000 sops processes (from 20)",
            theirs * COUNT as f64 / SOPS_PROCESSES as f64,
            "peer/ours >= 300",
        );
    }
    let nothing = BTreeMap::new();
    let stored = deploy.seal(&recipients, &nothing);
    let (unchanged, fresh) =
        in_turns(|| assert!(deploy.seal(&recipients, &stored).is_empty()), || drop(deploy.seal(&recipients, &nothing)));
    compare("1,000 files unchanged, from the vault", unchanged, "all sealed anew, all cores", fresh, "ours/peer <= 0.02");
}

fn sealing(criterion: &mut Criterion) {
    let recipients = Recipients::parse([generate_key_pair().recipient]).unwrap();
    let (one, many, deploy, nothing) = (one_file(), many_files(), Deploy::new(), BTreeMap::new());
    let stored = deploy.seal(&recipients, &nothing);
    let mut group = criterion.benchmark_group("sealing");
    group.sample_size(10);
    group.bench_function("1 file x 1000 values", |b| b.iter(|| sops::encrypt(&one, &recipients, Timestamp::UNIX_EPOCH).unwrap()));
    group.bench_function("floor of 1000 values", |b| b.iter(floor));
    group.bench_function("1000 files x 1 value", |b| b.iter(|| encrypt_all(&many, &recipients)));
    group.bench_function("1000 files from the vault", |b| b.iter(|| deploy.seal(&recipients, &nothing)));
    group.bench_function("1000 files unchanged", |b| b.iter(|| deploy.seal(&recipients, &stored)));
    group.finish();
}

criterion_group!(benches, ratios, sealing);
criterion_main!(benches);
