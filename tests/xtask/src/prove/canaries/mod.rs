//! Puts canaries in every secret field and searches all output for them.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regrant::clock::SystemClock;
use regrant_simulators::{
    App, Connection, DpopRule, Fault, OktaSimulator, Org, ServiceApp, SimulatorConfig, Times, TokenPower,
};
use regrant_tests::program::regrant;
use serde_json::json;
use tokio::process::Command;

mod consent;

use super::{Outcome, Report};
use crate::walk::Failure;

pub(crate) const NAME: &str = "canaries";

const API_TOKEN: &str = "00canaryApiTokenThatNoOneMaySee0000000000";
const WRONG_TOKEN: &str = "00canaryWrongTokenThatNoOneMaySee00000000";

/// The first bytes of every JWT, to find leaked assertions and proofs.
const JWT: &str = "eyJ";

pub(crate) async fn prove() -> Outcome {
    let key = Key::generate()?;
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock))).await?;
    simulator.add_org(org("acme").with_token(API_TOKEN, TokenPower::Full));
    simulator.add_org(org_with_service_app(&key));
    let folder = tempfile::tempdir()?;
    let mut run = Run { data: folder.path().join("data"), outputs: Vec::new() };
    let acme = simulator.org_url("acme");
    let globex = simulator.org_url("globex");

    run.regrant(&["org", "add", &acme], API_TOKEN).await?;
    run.regrant(&["org", "add", &acme], WRONG_TOKEN).await?;
    let service_app = ["org", "add", &globex, "--client-id", "0oaInvented", "--private-key-file", "-"];
    run.regrant(&service_app, &key.pem).await?;
    run.regrant(&service_app, "-----BEGIN PRIVATE KEY-----\ncanaryBrokenKeyThatNoOneMaySee\n").await?;
    for command in
        [&["org", "check"][..], &["scan"], &["scan", "--json"], &["status"], &["status", "--json"], &["doctor"]]
    {
        run.regrant(command, "").await?;
    }
    for (name, org) in [("acme", &acme), ("globex", &globex)] {
        let transcript = run.data.join(format!("{name}.json"));
        run.regrant(&["org", "record", org, "--to", &transcript.to_string_lossy()], "").await?;
        run.regrant(&["org", "questions", org, "--json"], "").await?;
    }
    for name in ["acme", "globex"] {
        let faults = [Fault::NotJson, Fault::Truncated, Fault::Redirect("https://evil.example/".to_owned())];
        simulator.with_org(name, |org| {
            org.faults.on("/api/v1/apps", Fault::ServerError, Times::Exactly(2));
            for fault in faults {
                org.faults.next(fault);
            }
        });
        run.regrant(&["scan", "--json"], "").await?;
    }
    simulator.with_org("acme", |org| org.tokens.clear());
    simulator.with_org("globex", |org| org.service_apps.clear());
    run.regrant(&["scan"], "").await?;
    run.regrant(&["org", "list"], "").await?;
    let data = run.data.clone();
    run.files(&data)?;

    let mut canaries = vec![API_TOKEN.to_owned(), WRONG_TOKEN.to_owned(), "canaryBrokenKey".to_owned(), JWT.to_owned()];
    canaries.extend(key.pem.lines().filter(|line| !line.starts_with('-')).map(str::to_owned));
    let mut hits: Vec<String> = run.hits(&canaries, "");

    let other = folder.path().join("consents");
    let mut consents = Run { data: other.clone(), outputs: Vec::new() };
    let in_consents = consent::walk(&other, &mut consents).await?;
    hits.extend(consents.hits(&in_consents.everywhere, ""));
    hits.extend(consents.hits(&in_consents.in_logs, "log of"));
    let walked = consents.outputs.iter().any(|(_, bytes)| contains(bytes, b"Done, and verified on both sides"));
    let logged =
        consents.outputs.iter().any(|(name, bytes)| name.starts_with("log of") && contains(bytes, b"upstream"));
    run.outputs.append(&mut consents.outputs);
    let searched: usize = run.outputs.iter().map(|(_, bytes)| bytes.len()).sum();
    // Shows that the search finds a canary that is present.
    let sees = run.outputs.iter().any(|(_, bytes)| contains(bytes, b"acme.localhost"));
    Ok(Report::new(
        NAME,
        hits.is_empty() && sees && walked && logged && searched > 10_000,
        [
            ("canaries", json!(canaries.len() + in_consents.everywhere.len() + in_consents.in_logs.len())),
            ("outputs", json!(run.outputs.len())),
            ("bytes_searched", json!(searched)),
            ("hits", json!(hits)),
        ],
    ))
}

fn org(name: &str) -> Org {
    let connection = Connection::OAuth2 { enabled: true, authorize: true };
    let app = App::office365("Office 365", name).provisioned(connection);
    Org { apps_limit: 100, ..Org::new(name).with_app(app) }
}

fn org_with_service_app(key: &Key) -> Org {
    let mut org = org("globex");
    org.service_apps.push(ServiceApp {
        client_id: "0oaInvented".to_owned(),
        public_key_pem: key.public_pem.clone(),
        scopes: vec!["okta.apps.read".to_owned()],
        dpop: DpopRule::Required,
    });
    org
}

/// A service app's key, generated for this run.
struct Key {
    pem: String,
    public_pem: String,
}

impl Key {
    fn generate() -> Result<Self, Failure> {
        let failed = |_| "no key could be made";
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
        let private = pair.to_pkcs8v1().map_err(failed)?;
        // SubjectPublicKeyInfo of a P-256 key (RFC 5480): a fixed head, then the point.
        let mut public = STANDARD.decode("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=")?;
        public.extend_from_slice(pair.public_key().as_ref());
        Ok(Self { pem: pem("PRIVATE KEY", private.as_ref()), public_pem: pem("PUBLIC KEY", &public) })
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// Canaries that must not appear.
struct Canaries {
    /// In any output.
    everywhere: Vec<String>,
    /// In a log; a page may contain them.
    in_logs: Vec<String>,
}

/// All output so far.
struct Run {
    data: std::path::PathBuf,
    outputs: Vec<(String, Vec<u8>)>,
}

impl Run {
    /// Runs `regrant` with full logging. The command may fail.
    async fn regrant(&mut self, arguments: &[&str], input: &str) -> Result<(), Failure> {
        let mut stdin = tempfile::tempfile()?;
        stdin.write_all(input.as_bytes())?;
        std::io::Seek::rewind(&mut stdin)?;
        let output = Command::new(regrant()?)
            .args(["-vv", "--allow-loopback", "--data-dir"])
            .arg(&self.data)
            .args(arguments)
            .stdin(Stdio::from(stdin))
            .output()
            .await?;
        let name = arguments.join(" ");
        self.outputs.push((format!("stdout of {name}"), output.stdout));
        self.outputs.push((format!("stderr of {name}"), output.stderr));
        Ok(())
    }

    /// Adds every file of the data folder, including sealed files and the ledger, except the vault's key.
    fn files(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.file_name() != Path::new("vault.key").file_name() {
                    self.outputs.push((format!("file {}", path.display()), std::fs::read(&path)?));
                }
            }
        }
        Ok(())
    }

    /// Canaries found in outputs with this name prefix.
    fn hits(&self, canaries: &[String], outputs: &str) -> Vec<String> {
        let found = |(name, bytes): &(String, Vec<u8>)| {
            let canary = canaries.iter().find(|canary| contains(bytes, canary.as_bytes()))?;
            Some(format!("{}… in {name}", canary.chars().take(12).collect::<String>()))
        };
        self.outputs.iter().filter(|(name, _)| name.starts_with(outputs)).filter_map(found).collect()
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
