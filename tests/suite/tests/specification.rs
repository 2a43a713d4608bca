//! Checks the simulator's answers and the client's requests against Okta's own specification.
//!
//! The tests run if the excerpt of the specification is present; otherwise they are listed as ignored.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed test may panic")]

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use regrant::okta::config::OktaConfig;
use regrant_simulators::{OktaSimulator, SimulatorConfig, hostile_demo_set};
use regrant_tests::bench::{Bench, api_token, simulated_clock};
use regrant_tests::recorded::folder;
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let ignored = folder().is_none();
    let trial = |name: &str, test: fn(&Value)| {
        let run = move || {
            test(&specification());
            Ok(())
        };
        Trial::test(name, run).with_ignored_flag(ignored)
    };
    let trials = vec![
        trial("every_request_of_a_scan_is_in_the_specification", requests),
        trial("every_answer_of_the_simulator_is_of_the_specified_shape", answers),
        trial("an_answer_of_another_shape_is_noticed", another_shape),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn specification() -> Value {
    let path = folder().unwrap().join("management-openapi-slice.yaml");
    let mut specification = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    as_json_schema(&mut specification);
    specification
}

/// Converts OpenAPI 3.0's `nullable` to JSON Schema and keeps open enums open, as in Okta's actual answers.
fn as_json_schema(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(as_json_schema);
            // `discriminator` picks a schema by a member; the schemas it picks among are checked by name below.
            members.remove("discriminator");
            if members.remove("nullable") == Some(Value::Bool(true)) {
                let schema = Value::Object(std::mem::take(members));
                *members = Map::from_iter([("anyOf".to_owned(), json!([schema, {"type": "null"}]))]);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(as_json_schema),
        _ => {}
    }
}

/// A scan of the demo's orgs: method, path with query, status.
fn scan() -> Vec<(String, String, Option<u16>)> {
    block_on(async {
        let clock = simulated_clock();
        let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await.unwrap();
        let bench = Bench::with(clock, OktaConfig::default()).await;
        for demo in hostile_demo_set() {
            simulator.add_org(demo.org.clone());
            bench.know(&demo.org.id, &simulator.org_url(demo.name), &api_token(demo.token)).await;
        }
        bench.scan_all(1).await.unwrap();
        let requests = hostile_demo_set().into_iter().flat_map(|demo| simulator.requests(demo.name));
        requests.map(|request| (request.method, request.path_and_query, request.status)).collect()
    })
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// The specification's name of a path.
fn template(path: &str) -> Option<String> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match segments.as_slice() {
        ["api", "v1", "apps"] => Some("/api/v1/apps".to_owned()),
        ["api", "v1", "apps", _, rest @ ..] => {
            Some(std::iter::once("/api/v1/apps/{appId}").chain(rest.iter().copied()).collect::<Vec<_>>().join("/"))
        }
        _ => None,
    }
}

fn requests(specification: &Value) {
    let mut checked = 0;
    for (method, path_and_query, status) in scan() {
        let (path, query) = path_and_query.split_once('?').unwrap_or((&path_and_query, ""));
        // The excerpt contains apps and their provisioning. Log and assignment reads have their own tests.
        if path == "/api/v1/logs" || path.ends_with("/users") || path.ends_with("/groups") {
            assert_eq!(method, "GET", "a scan only reads");
            continue;
        }
        let template = template(path).unwrap_or_else(|| panic!("{path} is not a path of a scan"));
        assert_eq!(method, "GET", "a scan only reads");
        let operation = &specification["paths"][&template]["get"];
        assert!(operation.is_object(), "{template} is not specified");
        let declared: Vec<&str> =
            operation["parameters"].as_array().into_iter().flatten().filter_map(|p| p["name"].as_str()).collect();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            assert!(declared.contains(&&*name), "{name} is not a parameter of {template}");
        }
        let status = status.unwrap().to_string();
        // The specification does not declare general errors at every path: invalid tokens and server errors.
        let declared = operation["responses"].get(&status).is_some() || matches!(&*status, "400" | "401" | "500");
        assert!(declared, "{status} of {template}");
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

fn validator(specification: &Value, schema: &str) -> jsonschema::Validator {
    let root = json!({"$ref": format!("#/components/schemas/{schema}"), "components": specification["components"]});
    jsonschema::options().with_draft(jsonschema::Draft::Draft4).build(&root).unwrap()
}

fn answers(specification: &Value) {
    let app = validator(specification, "Application");
    let connection = validator(specification, "ProvisioningConnectionResponse");
    let feature = validator(specification, "ApplicationFeature");
    let error = validator(specification, "Error");
    let mut checked = 0;
    for (path, status, body) in bodies() {
        let mut check = |validator: &jsonschema::Validator, body: &Value| {
            let body = &without_nulls(body);
            let faults: Vec<String> = validator.iter_errors(body).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{path} {status}: {faults:#?}\n{body:#}");
            checked += 1;
        };
        match (status, path.rsplit('/').next().unwrap()) {
            (200, "default") => check(&connection, &body),
            (200, "features") => body.as_array().unwrap().iter().for_each(|item| check(&feature, item)),
            (200, "apps") => body.as_array().unwrap().iter().for_each(|item| check(&app, item)),
            (200, _) => check(&app, &body),
            _ => check(&error, &body),
        }
    }
    assert!(checked > 20, "{checked}");
}

/// Okta's recorded answers contain null for members that its specification omits (`notes.admin`, `errorRedirectUrl`); the
/// simulator answers as recorded.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, member)| !member.is_null());
            Value::Object(kept.map(|(name, member)| (name.clone(), without_nulls(member))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// Every answer of the demo's orgs: list, each app, connection and features.
fn bodies() -> Vec<(String, u16, Value)> {
    block_on(async {
        let clock = simulated_clock();
        let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock))).await.unwrap();
        let mut bodies = Vec::new();
        for demo in hostile_demo_set() {
            let mut org = demo.org.clone();
            org.apps_limit = 1_000;
            let apps: Vec<_> = org.apps.iter().map(|app| format!("/api/v1/apps/{}", app.id)).collect();
            simulator.add_org(org);
            let below = apps
                .iter()
                .flat_map(|app| [app.clone(), format!("{app}/connections/default"), format!("{app}/features")]);
            for path in std::iter::once("/api/v1/apps".to_owned()).chain(below) {
                let answer = reqwest::Client::new()
                    .get(format!("http://127.0.0.1:{}{path}", simulator.port()))
                    .header("host", format!("{}.localhost:{}", demo.name, simulator.port()))
                    .header("authorization", format!("SSWS {}", demo.token))
                    .send()
                    .await
                    .unwrap();
                let status = answer.status().as_u16();
                bodies.push((path, status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()));
            }
        }
        bodies
    })
}

fn another_shape(specification: &Value) {
    let connection = validator(specification, "ProvisioningConnectionResponse");
    assert!(connection.is_valid(&json!({"status": "UNKNOWN", "profile": {"authScheme": "UNKNOWN"}})));
    assert!(!connection.is_valid(&json!({"status": 7, "profile": {"authScheme": "UNKNOWN"}})));
    assert!(!connection.is_valid(&json!({"profile": {"authScheme": "UNKNOWN"}})));
    assert!(!validator(specification, "Application").is_valid(&json!({"label": 7})));
}
