//! The functions as they are deployed: real processes behind an emulated Lambda Runtime API.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use std::sync::Arc;

use regrant::clock::SystemClock;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::invite::invite;
use regrant_simulators::microsoft::Decision;
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::bench::know_fleet_in;
use regrant_tests::consent::{PUBLIC_URL, Stage, app_of, know_everything, register, registration};
use regrant_tests::hastened::HastenedClock;
use regrant_tests::runtime_api::{LambdaProcess, form_event, http_event, schedule_event, sqs_event};
use serde_json::{Value, json};
use url::Url;

#[tokio::test]
async fn discovery_answers_every_kind_of_event() {
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(SystemClock))).await.unwrap();
    let fleet = Fleet { apps_limit: 100, ..Fleet::new(1, 2) };
    simulator.add_fleet(fleet);
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    know_fleet_in(&data, &simulator, &fleet).await;
    let mut function = LambdaProcess::start("discovery", &data, &[], &log).await;
    let apps = u64::from(fleet.size * fleet.apps_per_org);

    let (fine, scan) = function.invoke(schedule_event()).await;
    assert!(fine, "{scan}");
    assert_eq!((scan["orgs_seen"].as_u64(), scan["apps_seen"].as_u64()), (Some(2), Some(apps)), "{scan}");

    let (status, content_type, list) = function.http("GET", "/v1/apps", None).await;
    assert_eq!((status, content_type.as_str()), (200, "application/json"));
    assert_eq!(list["apps"].as_array().unwrap().len() as u64, apps);
    let first = &list["apps"][0];
    let path = format!("/v1/apps/{}/{}", first["org"].as_str().unwrap(), first["app"].as_str().unwrap());
    let (status, _, shown) = function.http("GET", &path, None).await;
    assert_eq!(status, 200);
    assert_eq!(shown["app"]["standing"], first["standing"]);
    assert_eq!(shown["timeline"][0]["event"], "found");

    let (status, content_type, problem) = function.http("GET", "/v1/nothing", None).await;
    assert_eq!((status, content_type.as_str()), (404, "application/problem+json"));
    assert!(problem["detail"].as_str().unwrap().contains("/v1/nothing"));

    let (status, _, scan) = function.http("POST", "/v1/scans", None).await;
    assert_eq!((status, scan["orgs_pending"].as_u64()), (202, Some(2)));
    let id = scan["id"].as_str().unwrap();

    let org = first["org"].as_str().unwrap();
    let message = json!({"work": "scan-org", "scan": id, "org": org}).to_string();
    let batch = sqs_event(&[("good", message), ("unreadable", "no work at all".to_owned())]);
    let (fine, answer) = function.invoke(batch).await;
    assert!(fine, "{answer}");
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "unreadable"}]));
    let (_, _, scan) = function.http("GET", &format!("/v1/scans/{id}"), None).await;
    assert_eq!((scan["orgs_seen"].as_u64(), scan["orgs_pending"].as_u64()), (Some(1), Some(1)));

    let (fine, error) = function.invoke(json!({"hello": "canary"})).await;
    assert!(!fine);
    let told = error["errorMessage"].as_str().unwrap();
    assert!(told.contains("hello") && !told.contains("canary"), "{told}");
    let (fine, _) = function.invoke(json!({"Records": [{"eventSource": "aws:sqs", "messageId": 7}]})).await;
    assert!(!fine);
    let (status, _, _) = function.http("GET", "/v1/apps?limit=1", None).await;
    assert_eq!(status, 200, "it goes on after events it could not read");

    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("looked at an org") && log.contains("\"TRACE\""), "everything is logged");
    for index in 0..fleet.size {
        assert!(!log.contains(&fleet.token(index)), "a token is in the log");
    }
}

/// The three functions of a consent, on one data folder.
struct Functions {
    consent_url: LambdaProcess,
    callback: LambdaProcess,
    save: LambdaProcess,
    cookies: Vec<String>,
}

impl Functions {
    /// Remembers the cookies of an answer, and gives where it leads.
    fn led(&mut self, answer: &Value) -> String {
        assert_eq!(answer["statusCode"], 303, "{answer}");
        let set = answer["cookies"].as_array().cloned().unwrap_or_default();
        self.cookies.extend(set.iter().map(|cookie| cookie.as_str().unwrap().split(';').next().unwrap().to_owned()));
        answer["headers"]["location"].as_str().unwrap().to_owned()
    }

    /// A session's page, and the token of its forms.
    async fn page(&mut self, path: &str) -> (String, String) {
        let mut event = http_event("GET", path, None);
        event["cookies"] = json!(self.cookies);
        let answer = self.save.request(event).await;
        let body = answer["body"].as_str().unwrap().to_owned();
        let token =
            body.split("name=\"token\" value=\"").nth(1).unwrap_or_default().split('"').next().unwrap().to_owned();
        (body, token)
    }
}

#[tokio::test]
async fn a_whole_consent_goes_through_three_processes() {
    let clock = Arc::new(HastenedClock::ahead_by(jiff::SignedDuration::ZERO));
    let stage = Stage::set(clock).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ports = stage.ports(&data).await;
    register(&ports, &registration(MfaEvidence::default())).await;
    know_everything(&stage, &ports).await;
    let (org, app) = app_of(&ports, "acmelabs").await;
    let link = invite(&ports, &org, &app).await.unwrap().link;

    let simulator = format!("{},{}", stage.microsoft.login_url(), stage.microsoft.graph_url());
    let variables = [("REGRANT_PUBLIC_URL", PUBLIC_URL), ("REGRANT_MICROSOFT_SIMULATOR", simulator.as_str())];
    let log = |name: &str| folder.path().join(format!("{name}.log"));
    let mut functions = Functions {
        consent_url: LambdaProcess::start("consent-url", &data, &variables, &log("consent-url")).await,
        callback: LambdaProcess::start("callback", &data, &variables, &log("callback")).await,
        save: LambdaProcess::start("save", &data, &variables, &log("save")).await,
        cookies: Vec::new(),
    };
    let at_microsoft = |url: &str| {
        let (url, upn) = (Url::parse(url).unwrap(), "ada.administrator@acmelabs.onmicrosoft.com");
        stage.microsoft.answer(&url, upn, Decision::Accept).unwrap()
    };

    let answer = functions.consent_url.request(http_event("GET", link.path(), None)).await;
    assert_eq!(
        (answer["statusCode"].as_u64(), answer["headers"]["cache-control"].as_str()),
        (Some(200), Some("no-store"))
    );
    let answer = functions.consent_url.request(form_event(link.path(), &[], &[])).await;
    let back = at_microsoft(&functions.led(&answer));
    let mut event = http_event("GET", &format!("{}?{}", back.path(), back.query().unwrap()), None);
    event["cookies"] = json!(functions.cookies);
    let answer = functions.callback.request(event).await;
    let session = functions.led(&answer);

    let (page, token) = functions.page(&session).await;
    assert!(page.contains("One consent left"), "{page}");
    let form = form_event(&format!("{session}/okta"), &functions.cookies, &[("token", &token)]);
    let answer = functions.consent_url.request(form).await;
    let shown = at_microsoft(&functions.led(&answer)).to_string();
    let (_, token) = functions.page(&session).await;
    let filled = [("token", token.as_str()), ("handover", shown.as_str())];
    let answer = functions.save.request(form_event(&format!("{session}/handover"), &functions.cookies, &filled)).await;
    assert_eq!(functions.led(&answer), session);

    let id = session.rsplit('/').next().unwrap();
    let work = json!({"work": "save-app", "org": org, "app": app, "session": id, "word": "person"}).to_string();
    let batch = sqs_event(&[("good", work), ("unreadable", "no work at all".to_owned())]);
    let (fine, answer) = functions.save.invoke(batch).await;
    assert!(fine, "{answer}");
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "unreadable"}]));
    let (page, _) = functions.page(&session).await;
    assert!(page.contains("Done, and proven on both sides"), "{page}");
    let accepted = functions.save.request(http_event("POST", &format!("/v1/apps/{org}/{app}/save"), None)).await;
    assert_eq!(accepted["statusCode"], 202, "{accepted}");

    for name in ["consent-url", "callback", "save"] {
        let log = std::fs::read_to_string(log(name)).unwrap();
        assert!(log.contains("\"TRACE\""), "everything is logged");
        for secret in stage.microsoft.secrets().iter().chain(&functions.cookies) {
            assert!(!log.contains(secret.as_str()), "{name} logs a secret");
        }
    }
}

#[tokio::test]
async fn an_event_that_is_for_another_function_fails_and_the_process_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let mut save = LambdaProcess::start("save", &data, &[], &folder.path().join("log")).await;
    for event in [schedule_event(), json!({"hello": "canary"})] {
        let (fine, error) = save.invoke(event).await;
        assert!(!fine && !error.to_string().contains("canary"), "{error}");
    }
    let (_, answer) =
        save.invoke(sqs_event(&[("scan", json!({"work": "scan-org", "scan": "s", "org": "o"}).to_string())])).await;
    assert_eq!(answer["batchItemFailures"], json!([{"itemIdentifier": "scan"}]));
    let (status, content_type, _) = save.http("POST", "/v1/apps/none/none/save", None).await;
    assert_eq!((status, content_type.as_str()), (404, "application/problem+json"));
}
