//! `regrant org import`: adds many orgs from a file.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use futures_util::{StreamExt as _, stream};
use regrant::clock::SystemClock;
use regrant::okta::{AERIAL_HOST, AerialAccount, OktaCredential, OrgUrl};
use regrant::usecases::access::import::{Imported, OrgToAdd, import_org};
use regrant::usecases::access::orgs;
use serde::Serialize;

use super::import_file::{self, Row};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Patience};
use crate::output::progress::counting;
use crate::output::{escaped, number};
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant org import`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file is CSV with a header, or JSON: a list of objects with the same names.
  host,customer,token_file,administrators
  acme.okta.com,Acme,tokens/acme.txt,ada@acme.example
Names: host, token_file, client_id, private_key_file, key_id, customer, labels,
cloud, administrators, operators, escalation, language, time_zone, quiet_hours.
Separate several values with a semicolon. Paths are relative to the file. An org
without a credential is added too; add its credential with `regrant org add`.
Repeat an interrupted import: an org with a credential keeps it.
The orgs of an Okta Aerial account, without credentials: with --aerial from a
saved list, or from its API with a service app (scope okta.accounts.read):
  regrant org import --aerial-account 0227 --aerial-org acme.okta.com \\
      --client-id 0oa1 --private-key-file key.pem
Exit codes: 0 all orgs have a credential, 1 some have none yet, 2 a line failed.")]
pub struct Import {
    /// The file; `-` for standard input.
    #[arg(required_unless_present = "aerial_account")]
    pub file: Option<PathBuf>,
    /// The file is a saved list of an Okta Aerial account's orgs (JSON).
    #[arg(long, requires = "file")]
    pub aerial: bool,
    /// Read the orgs of this Okta Aerial account from its API.
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "file",
        requires_all = ["aerial_org", "client_id", "private_key_file"]
    )]
    pub aerial_account: Option<String>,
    /// The account's Aerial org, which issues the access token.
    #[arg(long, value_name = "HOST", requires = "aerial_account")]
    pub aerial_org: Option<String>,
    /// The host of the Aerial API.
    #[arg(long, value_name = "HOST", requires = "aerial_account", default_value = AERIAL_HOST)]
    pub aerial_host: String,
    /// The client id of the Aerial org's service app.
    #[arg(long, value_name = "ID", requires = "aerial_account")]
    pub client_id: Option<String>,
    /// The id of its key, if it has several.
    #[arg(long, value_name = "KID", requires = "aerial_account")]
    pub key_id: Option<String>,
    /// The file with its private key (PEM).
    #[arg(long, value_name = "FILE", requires = "aerial_account")]
    pub private_key_file: Option<PathBuf>,
    /// How many orgs to add in parallel.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: u16,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Check the file, its credentials and its hosts, and stop. Sends and stores no credential of an imported org.
    #[arg(long)]
    pub dry_run: bool,
}

/// The result of a line.
#[derive(Debug, Clone, Serialize)]
struct LineResult {
    line: u64,
    host: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    org: Option<String>,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl LineResult {
    fn outcome(&self) -> Outcome {
        match self.result {
            "failed" => Outcome::CouldNotCheck,
            "without-credential" => Outcome::ActionNeeded,
            _ => Outcome::Fine,
        }
    }

    fn text(&self) -> String {
        let what = match self.result {
            "added" => "added",
            "known" => "known already",
            "without-credential" => "has no credential yet",
            "would-add" => "would be added",
            _ => "failed",
        };
        let line = self.line;
        let host = if self.host.is_empty() { "no host" } else { &self.host };
        match (&self.problem, &self.org) {
            (Some(problem), _) => format!("line {line}: {host}: {what}: {problem}"),
            (None, Some(org)) => format!("line {line}: {host}: {what} ({org})"),
            (None, None) => format!("line {line}: {host}: {what}"),
        }
    }
}

pub(crate) async fn run(global: &Global, options: &Import, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let (rows, source, folder) = match &options.file {
        Some(file) => {
            let folder = file.parent().map(Path::to_owned).unwrap_or_default();
            (import_file::rows(&read(file)?, options.aerial)?, escaped(file.display().to_string()), folder)
        }
        None => (account(global, options).await?, "the Aerial account".to_owned(), PathBuf::new()),
    };
    if rows.is_empty() {
        bail!("{source} lists no org");
    }
    let worker = if options.dry_run {
        Worker::Check { okta: Installation::okta(global)?, loopback: Installation::loopback(global) }
    } else {
        Worker::Add(Box::new(Installation::open_with(global, Patience::Short).await?))
    };
    let progress = counting(terminal.progress, rows.len() as u64, "Importing {bar:20} {pos}/{len} orgs, {elapsed}");
    let mut results =
        stream::iter(rows).map(|row| work_on(&worker, row, &folder)).buffered(usize::from(options.workers));
    let mut all: Vec<LineResult> = Vec::new();
    loop {
        let next = tokio::select! {
            next = results.next() => next,
            _ = tokio::signal::ctrl_c() => {
                progress.finish_and_clear();
                terminal.message("Interrupted. Run the same import again to continue.");
                return Ok(Outcome::CouldNotCheck);
            }
        };
        let Some(result) = next else { break };
        progress.inc(1);
        if !options.json {
            progress.suspend(|| terminal.line(&result.text()).and_then(|()| terminal.flush()))?;
        }
        all.push(result);
    }
    progress.finish_and_clear();
    drop(results);
    report(options, &all, terminal)
}

/// The orgs of the Aerial account that the options name.
async fn account(global: &Global, options: &Import) -> anyhow::Result<Vec<Row>> {
    let needed = |name: &str, value: &Option<String>| value.clone().with_context(|| format!("{name} is missing"));
    let loopback = Installation::loopback(global);
    let (org, _) = OrgUrl::parse(&needed("--aerial-org", &options.aerial_org)?, loopback)?;
    let (api, _) = OrgUrl::parse(&options.aerial_host, loopback)?;
    let account = AerialAccount { org, api, id: needed("--aerial-account", &options.aerial_account)? };
    let key_file = options.private_key_file.as_ref().context("--private-key-file is missing")?;
    let credential = OktaCredential::ServiceApp {
        client_id: needed("--client-id", &options.client_id)?,
        key_id: options.key_id.clone(),
        private_key: secret_input::private_key(key_file)?,
    };
    let orgs = Installation::okta(global)?.aerial_orgs(&account, &credential).await?;
    Ok(import_file::rows_of_account(&orgs))
}

fn report(options: &Import, all: &[LineResult], terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let count = |result: &str| all.iter().filter(|line| line.result == result).count();
    let (failed, without) = (count("failed"), count("without-credential"));
    if options.json {
        let object = serde_json::json!({
            "results": all, "added": count("added"), "would_add": count("would-add"), "known": count("known"), "without_credential": without, "failed": failed,
        });
        terminal.line(&object.to_string())?;
    } else {
        let lines = number(all.len() as u64, "line", "lines");
        let added = if options.dry_run {
            format!("{} would be added", count("would-add"))
        } else {
            format!("{} added, {} known already", count("added"), count("known"))
        };
        terminal.line(&format!("{lines}: {added}, {without} without a credential, {failed} failed."))?;
        if options.dry_run {
            terminal.hint("Nothing was added: this was a dry run.");
        } else if failed > 0 {
            terminal
                .hint("Correct the lines that failed and run the same import again.\nThe other orgs stay as they are.");
        } else if without > 0 {
            terminal.hint("To add a credential:\n  regrant org add HOST");
        } else {
            terminal.hint("Next, scan all apps:\n  regrant scan");
        }
    }
    Ok(all.iter().map(LineResult::outcome).max().unwrap_or_default())
}

/// What is done with each line.
enum Worker {
    Check { okta: std::sync::Arc<dyn regrant::okta::Okta>, loopback: regrant::http::loopback::LoopbackPolicy },
    Add(Box<Installation>),
}

async fn work_on(worker: &Worker, row: Row, folder: &Path) -> LineResult {
    let (line, host) = (row.line, escaped(&row.host));
    let result = async {
        let org: OrgToAdd = row.into_org(folder)?;
        match worker {
            Worker::Check { okta, loopback } => {
                let located = orgs::locate(&**okta, &SystemClock, &org.host, *loopback).await?;
                let result = if org.credential.is_some() { "would-add" } else { "without-credential" };
                anyhow::Ok((located.id.to_string(), result))
            }
            Worker::Add(installation) => {
                let (profile, imported) = import_org(&installation.ports, &org).await?;
                let result = match imported {
                    Imported::Added => "added",
                    Imported::Known => "known",
                    Imported::WithoutCredential => "without-credential",
                };
                anyhow::Ok((profile.id.to_string(), result))
            }
        }
    };
    match result.await {
        Ok((org, result)) => LineResult { line, host, org: Some(org), result, problem: None },
        Err(error) => LineResult { line, host, org: None, result: "failed", problem: Some(escaped(error.to_string())) },
    }
}

fn read(file: &Path) -> anyhow::Result<String> {
    let shown = escaped(file.display().to_string());
    let text =
        if file == Path::new("-") { std::io::read_to_string(std::io::stdin()) } else { std::fs::read_to_string(file) };
    text.map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => anyhow!("{shown} is not UTF-8 text; save it as CSV UTF-8 or JSON"),
        _ => anyhow!("{shown} could not be read: {error}"),
    })
}
