//! An approval by a passkey that we did not write ourselves, judged by us and by stock `ssh-keygen`.

use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use server::identity::{
    approval::{Approved, Assertion, Deployers, Refusal, Rules, Site, Terms, verify_assertion},
    passkey::RelyingParty,
    roster::{Roster, Signer},
    signing_key::SigningKey,
    sshsig,
};
use server::public_url::PublicUrl;

use crate::support::authenticator::{Browser, bytes};

const ORIGIN: &str = "https://cs.example.com";
const PLAN: &[u8] = br#"{"kind":"stack","nonce":"1"}"#;

struct Signing {
    browser: Browser,
    key: SigningKey,
    roster: Roster,
}

impl Signing {
    /// A key enrolled as people enrol theirs, and put into the roster.
    async fn new() -> Self {
        let here = RelyingParty::of(&PublicUrl::parse(ORIGIN).unwrap()).unwrap();
        let mut browser = Browser::at(ORIGIN);
        let (options, state) = here.start_enrolment("01939f3e-0000-7000-8000-000000000001", "ilse", "Ilse", &[]).unwrap();
        let created = browser.create(&options).await;
        let key = here.finish_enrolment(&state, &serde_json::from_value(created).unwrap()).unwrap().signing_key.unwrap();
        let mut roster = Roster::default();
        roster.add(&Signer::new("ilse").unwrap(), &key, "2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
        Signing { browser, key, roster }
    }

    async fn sign(&mut self, plan: &[u8]) -> Assertion {
        let options = json!({
            "challenge": URL_SAFE_NO_PAD.encode(sshsig::challenge(plan)),
            "rpId": "cs.example.com",
            "userVerification": "required",
        });
        let answer = self.browser.get(&options).await;
        let response = &answer["response"];
        Assertion {
            authenticator_data: bytes(&response["authenticatorData"]),
            client_data: bytes(&response["clientDataJSON"]),
            signature: bytes(&response["signature"]),
        }
    }

    fn judge(&self, plan: &[u8], assertion: &Assertion) -> Result<Approved, Refusal> {
        let rules = Rules {
            at: "2026-06-01T00:00:00Z".parse().unwrap(),
            site: Site::Here { origin: ORIGIN, rp_id: "cs.example.com" },
            roster: &self.roster,
            deployers: Deployers::AnyoneInTheRoster,
            four_eyes: true,
            approved_by: &BTreeSet::new(),
        };
        let terms = Terms { plan, not_after: "2026-06-02T00:00:00Z".parse().unwrap(), writers: &[] };
        verify_assertion(&terms, &self.key, assertion, &rules)
    }

    fn ssh_keygen_says_good(&self, approval: &str, plan: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("allowed_signers"), self.roster.text()).unwrap();
        std::fs::write(folder.path().join("approval.sig"), approval).unwrap();
        let mut child = Command::new("ssh-keygen")
            .args(["-Y", "verify", "-f", "allowed_signers", "-n", "countersign-deploy@v1", "-I", "ilse", "-s", "approval.sig"])
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(plan).unwrap();
        let output = child.wait_with_output().unwrap();
        output.status.success() && String::from_utf8_lossy(&output.stdout).starts_with("Good ")
    }
}

#[tokio::test]
async fn a_passkey_enrolled_here_signs_a_plan_that_ssh_keygen_calls_good() {
    let mut signing = Signing::new().await;
    let assertion = signing.sign(PLAN).await;
    let approved = signing.judge(PLAN, &assertion).unwrap();
    assert!(signing.ssh_keygen_says_good(&approved.file(), PLAN));
    assert!(!signing.ssh_keygen_says_good(&approved.file(), b"another plan"));
    assert_eq!(signing.judge(b"another plan", &assertion), Err(Refusal::OtherPlan));
}
