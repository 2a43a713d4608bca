//! The process is killed after every single external call and every write of a consent, once each, and started again: the
//! end is always the same. The person at the browser does what anybody would: look again, and begin again where told so.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use regrant::domain::save::SaveOutcome;
use regrant::domain::session::Stage as SessionStage;
use regrant::domain::standing::Standing;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::invite::invite;
use regrant::vault::{SecretName, Stage as Version};
use regrant_simulators::microsoft::Decision;
use regrant_tests::consent::{Stage, know_everything, register, registration};
use regrant_tests::hastened::HastenedClock;
use regrant_tests::program::built;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use super::{Outcome, Proof, Size};

pub(crate) const NAME: &str = "kill-points";

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The kinds of apps, by tenant: first consent, only the save, old password, and one that is on all the time.
const KINDS: [(&str, &str); 4] =
    [("acmelabs", "acme"), ("contosoemea", "contoso"), ("contoso", "contoso"), ("acme", "acme")];
/// How many things a person does before giving up.
const PATIENCE: u32 = 40;

pub(crate) async fn prove(size: Size) -> Outcome {
    let program = built("xtask", "xtask")?;
    let (mut tried, mut bad) = (BTreeMap::from([("calls", 0_u64), ("writes", 0)]), Vec::new());
    let kinds = if size == Size::Full { &KINDS[..] } else { &KINDS[..1] };
    for (tenant, org) in kinds {
        let whole = run(&program, tenant, org, Point::None).await?;
        let step = if size == Size::Full { 1 } else { 9 };
        let calls = (1..=whole.calls).step_by(step).map(Point::Call);
        let writes = (1..=whole.writes).step_by(step).map(Point::Write);
        for point in calls.chain(writes) {
            let ended = run(&program, tenant, org, point).await;
            *tried.entry(point.kind()).or_default() += 1;
            match ended {
                Ok(ended) if ended.state == whole.state && !ended.was_off => {}
                Ok(ended) => bad.push(format!(
                    "{tenant} {point:?}: {} instead of {}, off {}",
                    ended.state, whole.state, ended.was_off
                )),
                Err(error) => bad.push(format!("{tenant} {point:?}: {error}")),
            }
        }
    }
    let (calls, writes) = (tried["calls"], tried["writes"]);
    Ok(Proof::new(
        NAME,
        bad.is_empty() && calls > 0 && writes > 0,
        [
            ("kinds_of_apps", json!(kinds.len())),
            ("points_tried", json!(calls + writes)),
            ("after_external_calls", json!(calls)),
            ("after_writes", json!(writes)),
            ("ended_otherwise", json!(bad)),
        ],
    ))
}

/// Where the process is killed.
#[derive(Debug, Clone, Copy)]
enum Point {
    None,
    /// When this call was done and its answer is on the way.
    Call(u64),
    /// Right after this write.
    Write(u64),
}

impl Point {
    const fn kind(self) -> &'static str {
        match self {
            Self::Write(_) => "writes",
            _ => "calls",
        }
    }
}

/// How a run ended.
struct Ended {
    state: String,
    /// Whether a connection that was on was seen off at any time.
    was_off: bool,
    calls: u64,
    writes: u64,
}

async fn run(program: &Path, tenant: &str, org: &str, point: Point) -> Result<Ended, Failure> {
    let stage = Stage::set(Arc::new(HastenedClock::ahead_by(SignedDuration::ZERO))).await;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let (link, app) = {
        let ports = stage.ports(&data).await;
        register(&ports, &registration(MfaEvidence::default())).await;
        know_everything(&stage, &ports).await;
        let app = app_of(&ports, tenant).await?;
        let link = invite(&ports, &app.0, &app.1).await?.link;
        (link.path().to_owned(), app)
    };
    let starts_on = is_on(&stage, org, app.1.as_str());
    stage.gate.restart(if let Point::Call(call) = point { Some(call) } else { None });
    let life = if let Point::Write(write) = point { Life::EndingAfterWrite(write) } else { Life::Unharmed };
    let mut person = Person {
        stage: &stage,
        tenant,
        program,
        data: &data,
        link: &link,
        cookies: BTreeMap::new(),
        session: None,
        shown: None,
        victim: start(program, &data, &stage, life).await?,
        was_off: false,
        watch: starts_on.then(|| (org.to_owned(), app.1.to_string())),
    };
    person.walk().await?;
    let writes = person.ask("GET", "/writes", None).await?.body.parse().unwrap_or(0);
    let was_off = person.was_off;
    let calls = stage.gate.calls();
    drop(person);
    let ports = stage.ports(&data).await;
    let end = end_state(&stage, &ports, tenant, org).await?;
    Ok(Ended { state: end, was_off, calls, writes })
}

async fn app_of(
    ports: &Ports,
    tenant: &str,
) -> Result<(regrant::domain::id::OrgId, regrant::domain::id::AppId), Failure> {
    let all = ports.ledger.apps(&AppFilter::default(), PageRequest::first(100)).await?;
    let is = |app: &regrant::domain::app::AppRecord| {
        app.identity.tenant.as_ref().is_some_and(|name| name.as_str() == tenant)
    };
    let app = all.items.into_iter().find(is).ok_or("no app of the tenant")?;
    Ok((app.identity.org, app.identity.app))
}

fn is_on(stage: &Stage, org: &str, app: &str) -> bool {
    let seen = stage.okta.with_org(org, |org| org.app(app).map(|app| format!("{:?}", app.connection)));
    seen.flatten().is_some_and(|connection| connection.contains("enabled: true"))
}

/// Okta, vault and ledger in the end, without what differs by chance.
async fn end_state(stage: &Stage, ports: &Ports, tenant: &str, org: &str) -> Result<String, Failure> {
    let (org_id, app_id) = app_of(ports, tenant).await?;
    let app = ports.ledger.app(&org_id, &app_id).await?.ok_or("no app")?;
    let journal = ports.ledger.save_journal(&org_id, &app_id).await?.ok_or("no journal")?;
    let saved = matches!(journal.outcome, Some(SaveOutcome::Saved { .. }));
    let id = stage.microsoft.with_tenant(&format!("{tenant}.onmicrosoft.com"), |tenant| tenant.id.clone());
    let tokens =
        ports.vault.get(&SecretName::Graph(id.unwrap_or_default().parse()?), Version::Current).await?.is_some();
    let left =
        ports.vault.get(&SecretName::HandOver(org_id.clone(), app_id.clone()), Version::Current).await?.is_some();
    let invitations = ports.ledger.invitations(&org_id, &app_id, PageRequest::first(10)).await?;
    let used = invitations.items.iter().all(|invitation| invitation.closed.is_some());
    let done = match &journal.session {
        Some(session) => {
            ports.ledger.session(session).await?.is_some_and(|session| session.stage == SessionStage::Done)
        }
        None => false,
    };
    let standing = app.standing() == Standing::Consented;
    let on = is_on(stage, org, app_id.as_str());
    let proof = app.consent.proof.is_some() && app.consent.last_save.as_ref() == Some(&journal.id);
    Ok(format!(
        "on {on}, standing {standing}, proven {}, journal {saved}, proof {proof}, tokens {tokens}, hand-over left {left}, \
         invitation used {used}, session done {done}",
        app.assessment.proven
    ))
}

/// How a process lives.
#[derive(Debug, Clone, Copy)]
enum Life {
    Unharmed,
    EndingAfterWrite(u64),
    /// After another one died.
    Second,
}

/// A running Regrant.
struct Running {
    child: Child,
    address: String,
}

async fn start(program: &Path, data: &Path, stage: &Stage, life: Life) -> Result<Running, Failure> {
    let mut command = Command::new(program);
    command
        .arg("victim")
        .arg("--data")
        .arg(data)
        .args(["--login", &stage.microsoft.login_url(), "--graph", &stage.microsoft.graph_url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    match life {
        Life::EndingAfterWrite(write) => command.args(["--end-after-write", &write.to_string()]),
        Life::Unharmed => &mut command,
        // What the dead one held is free by then.
        Life::Second => command.args(["--ahead-secs", "600"]),
    };
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let address = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await??;
    Ok(Running { child, address: address.ok_or("the process ended before it listened")? })
}

/// An answer.
struct Answer {
    status: u16,
    location: Option<String>,
    body: String,
}

impl Answer {
    fn heading(&self) -> &str {
        self.body.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap_or_default()
    }

    fn token(&self) -> String {
        let after = self.body.split("name=\"token\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// The person at the browser.
struct Person<'a> {
    stage: &'a Stage,
    tenant: &'a str,
    program: &'a Path,
    data: &'a Path,
    link: &'a str,
    cookies: BTreeMap<String, String>,
    session: Option<String>,
    /// The text of Okta's last page.
    shown: Option<String>,
    victim: Running,
    was_off: bool,
    /// Org and app of a connection that has to stay on.
    watch: Option<(String, String)>,
}

impl Person<'_> {
    async fn walk(&mut self) -> Result<(), Failure> {
        for _ in 0..PATIENCE {
            if let Some((org, app)) = &self.watch {
                self.was_off |= !is_on(self.stage, org, app);
            }
            let step = tokio::select! {
                step = Self::step(&mut self.cookies, &mut self.session, &mut self.shown, self.stage, self.tenant, self.link, &self.victim.address) => Some(step),
                () = self.stage.gate.lost() => None,
            };
            match step {
                Some(Ok(true)) => return Ok(()),
                Some(Ok(false)) => {}
                // The process is gone, or is to go: it is started again, and nothing kills it any more.
                Some(Err(_)) | None => {
                    self.victim.child.kill().await?;
                    self.stage.gate.restart(None);
                    self.victim = start(self.program, self.data, self.stage, Life::Second).await?;
                }
            }
        }
        Err("the person gave up".into())
    }

    async fn ask(&self, method: &str, path: &str, form: Option<&[(&str, &str)]>) -> Result<Answer, Failure> {
        ask(&self.victim.address, &mut self.cookies.clone(), method, path, form).await
    }

    /// Does the next thing. True at the end.
    async fn step(
        cookies: &mut BTreeMap<String, String>,
        session: &mut Option<String>,
        shown: &mut Option<String>,
        stage: &Stage,
        tenant: &str,
        link: &str,
        address: &str,
    ) -> Result<bool, Failure> {
        let at_microsoft = |url: &Url| {
            let upn = format!("ada.administrator@{tenant}.onmicrosoft.com");
            stage.microsoft.answer(url, &upn, Decision::Accept).ok_or("Microsoft did not take the request")
        };
        let Some(path) = session.clone() else {
            let begun = ask(address, cookies, "POST", link, Some(&[])).await?;
            let Some(location) = begun.location else {
                // Somebody's save has used the link up: it was ours.
                return Ok(begun.heading() == "This has been done already");
            };
            let back = at_microsoft(&location.parse()?)?;
            let query = back.query().unwrap_or_default();
            let returned = ask(address, cookies, "GET", &format!("{}?{query}", back.path()), None).await?;
            *session = returned.location.filter(|location| location.starts_with("/consent/session/"));
            return Ok(false);
        };
        let page = ask(address, cookies, "GET", &path, None).await?;
        let token = page.token();
        let form = |action: &str| format!("{path}/{action}");
        match page.heading() {
            "Accept at Microsoft, then come back" if shown.is_some() => {
                let text = shown.take().unwrap_or_default();
                let filled = [("token", token.as_str()), ("handover", text.as_str())];
                ask(address, cookies, "POST", &form("handover"), Some(&filled)).await?;
            }
            "One consent left" | "Accept at Microsoft, then come back" => {
                let sent = ask(address, cookies, "POST", &form("okta"), Some(&[("token", &token)])).await?;
                let consent = sent.location.and_then(|location| location.parse::<Url>().ok());
                if let Some(url) = consent {
                    let href = at_microsoft(&url)?;
                    *shown = Some(json!({"continue_oauth_flow_url": {"href": href, "method": "POST"}}).to_string());
                }
            }
            "Saving and proving" => {
                ask(address, cookies, "POST", &form("finish"), Some(&[("token", &token)])).await?;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            heading if heading.starts_with("Done") => {
                // A second save may be on its way: a hand-over comes in while the first one finds the consent by itself.
                ask(address, cookies, "GET", "/settled", None).await?;
                return Ok(true);
            }
            // The page says to begin again.
            _ => {
                *session = None;
                *shown = None;
                let _ = page.status;
            }
        }
        Ok(false)
    }
}

async fn ask(
    address: &str,
    cookies: &mut BTreeMap<String, String>,
    method: &str,
    path: &str,
    form: Option<&[(&str, &str)]>,
) -> Result<Answer, Failure> {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
    let mut request = client
        .request(method.parse()?, format!("http://{address}{path}"))
        .header("sec-fetch-site", "same-origin")
        .timeout(Duration::from_secs(30));
    if !cookies.is_empty() {
        let all: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header("cookie", all.join("; "));
    }
    if let Some(form) = form {
        request = request.form(form);
    }
    let response = request.send().await?;
    for cookie in response.headers().get_all("set-cookie") {
        let text = cookie.to_str()?.split(';').next().unwrap_or_default();
        if let Some((name, value)) = text.split_once('=') {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
    let status = response.status().as_u16();
    let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
    Ok(Answer { status, location, body: response.text().await? })
}
