//! Attacks on the deployed stack that only its template can stop: routes without authorization, and functions that were
//! taken over.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use regrant_template::rules::violations;
use regrant_template::{Grant, Template, granted};

const SOURCE: &str = include_str!("../../../template.yaml");
/// The functions whose pages strangers reach.
const REACHED_BY_STRANGERS: [&str; 5] = ["consent-url", "callback", "save", "notify", "console"];
const WRITES: [&str; 4] = ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"];

fn template() -> Template {
    Template::parse(SOURCE).unwrap()
}

fn may(function: &str, action: &str, secret: &str) -> bool {
    let grants = granted(&template(), function);
    assert_ne!(grants, Vec::<Grant>::new());
    let arn = format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:regrant/{secret}-AbCdEf");
    grants.iter().any(|grant| grant.covers(&format!("secretsmanager:{action}"), &arn))
}

/// The template with one text replaced everywhere.
fn edited(from: &str, to: &str) -> Template {
    assert!(SOURCE.contains(from), "{from}");
    Template::parse(&SOURCE.replace(from, to)).unwrap()
}

#[test]
fn api_route_without_authorizer_is_found() {
    assert_eq!(violations(&template()), Vec::<String>::new());
    let open = violations(&edited("AuthorizationType: JWT", "AuthorizationType: NONE"));
    assert!(open.iter().any(|what| what.contains("GET /v1/apps requires no token")), "{open:?}");
}

#[test]
fn api_route_without_scope_is_found() {
    let loose = violations(&edited("AuthorizationScopes:", "SomethingElse:"));
    assert!(loose.iter().any(|what| what.contains("without a scope of its own")), "{loose:?}");
}

#[test]
fn function_of_strangers_writes_no_operators_secret() {
    for function in REACHED_BY_STRANGERS {
        for write in WRITES {
            for secret in ["okta/00o1", "provisioning-admin/00o1", "entra/global", "keys", "hooks"] {
                assert!(!may(function, write, secret), "{function} {write} {secret}");
            }
        }
    }
}

#[test]
fn only_sign_in_and_monitoring_write_graph_tokens() {
    for function in ["consent-url", "notify", "console"] {
        for write in WRITES {
            assert!(!may(function, write, "graph/00o1/tenant"), "{function} {write}");
        }
    }
    assert!(!may("notify", "GetSecretValue", "graph/00o1/tenant"));
    assert!(!may("callback", "GetSecretValue", "okta/00o1"), "the sign-in needs no access to Okta");
}

#[test]
fn no_function_may_use_every_secret_or_queue() {
    for function in ["discovery", "consent-url", "callback", "save", "notify", "console"] {
        for grant in granted(&template(), function) {
            let is_store =
                ["secretsmanager:", "dynamodb:", "sqs:", "kms:"].iter().any(|kind| grant.action.starts_with(kind));
            assert!(!is_store || grant.resource != "*" && !grant.action.ends_with(":*"), "{function} {grant:?}");
        }
    }
}

#[test]
fn strangers_cannot_be_given_the_whole_accounts_concurrency() {
    for (parameter, function) in [
        ("ReservedForConsentUrl", "consent-url"),
        ("ReservedForCallback", "callback"),
        ("ReservedForSave", "save"),
        ("ReservedForNotify", "notify"),
    ] {
        let limited = template().with_parameter(parameter, "7").unwrap();
        let ceiling = limited.function(function).unwrap().properties()["ReservedConcurrentExecutions"].clone();
        assert_eq!(ceiling, "7", "{function}");
    }
}

#[test]
fn other_accounts_cannot_use_the_key_through_a_service() {
    let template = template();
    let key = template.of_type("AWS::KMS::Key").next().unwrap().properties();
    let statements = key["KeyPolicy"]["Statement"].as_array().unwrap();
    for one in statements.iter().filter(|one| one["Principal"]["Service"].is_string()) {
        let condition = &one["Condition"];
        let is_bound = condition["StringEquals"]["aws:SourceAccount"].is_string()
            || condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"].is_string();
        assert!(is_bound, "{one}");
    }
}
