//! The project's template holds to every rule, and grants each function what it needs and no more.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

use regrant_template::rules::offences;
use regrant_template::{Grant, Template, granted};

fn template() -> Template {
    Template::parse(include_str!("../../../template.yaml")).unwrap()
}

fn may(function: &str, action: &str, resource: &str) -> bool {
    let grants = granted(&template(), function);
    assert_ne!(grants, Vec::<Grant>::new());
    grants.iter().any(|grant| grant.covers(action, resource))
}

fn secret(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:regrant/{name}-AbCdEf")
}

#[test]
fn the_template_holds_to_every_rule() {
    assert_eq!(offences(&template()), Vec::<String>::new());
}

#[test]
fn so_it_does_with_every_option_on() {
    let options = [
        ("PublicDomain", "regrant.example.com"),
        ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/1"),
        ("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"),
        ("AlarmEmail", "ops@example.com"),
        ("Tracing", "on"),
        ("ReservedForSave", "5"),
    ];
    let full = options.iter().try_fold(template(), |so_far, (name, value)| so_far.with_parameter(name, value)).unwrap();
    assert_eq!(offences(&full), Vec::<String>::new());
    let save = full.function("save").unwrap().properties();
    assert_eq!(save["Environment"]["Variables"]["REGRANT_PUBLIC_URL"], "https://regrant.example.com");
    assert_eq!(save["ReservedConcurrentExecutions"], "5");
    assert!(granted(&full, "save").iter().any(|grant| grant.action == "xray:PutTraceSegments"));
    assert!(!granted(&template(), "save").iter().any(|grant| grant.action.starts_with("xray:")));
}

#[test]
fn a_domain_is_the_api_s_own_without_a_web_acl_and_cloudfront_s_with_one() {
    let count = |template: &Template, kind| template.of_type(kind).count();
    let (api, front) = ("AWS::ApiGatewayV2::DomainName", "AWS::CloudFront::Distribution");
    let named = template().with_parameter("PublicDomain", "regrant.example.com").unwrap();
    let filtered = named.with_parameter("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1").unwrap();
    assert_eq!((count(&template(), api), count(&template(), front)), (0, 0));
    assert_eq!((count(&named, api), count(&named, front)), (1, 0));
    assert_eq!((count(&filtered, api), count(&filtered, front)), (0, 1));
}

#[test]
fn each_function_reads_the_secrets_it_needs_and_no_other() {
    let read = "secretsmanager:GetSecretValue";
    let table = [
        ("okta/acme.okta.com", [true, true, false, true]),
        ("okta/pool-3", [true, true, false, true]),
        ("provisioning-admin/acme.okta.com", [false, true, false, true]),
        ("handover/acme.okta.com/0oa1", [false, false, false, true]),
        ("graph/contoso", [false, true, true, true]),
        ("entra/global", [false, true, true, true]),
        ("keys", [false, true, true, true]),
        ("keys-of-others", [false, false, false, false]),
        ("other", [false, false, false, false]),
    ];
    for (name, functions) in table {
        for (function, meant) in ["discovery", "consent-url", "callback", "save"].into_iter().zip(functions) {
            assert_eq!(may(function, read, &secret(name)), meant, "{function} reads {name}");
        }
    }
}

#[test]
fn no_function_writes_the_credentials_of_an_org() {
    for function in ["discovery", "consent-url", "callback", "save"] {
        for action in ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"] {
            for name in ["okta/acme.okta.com", "entra/global", "provisioning-admin/acme.okta.com"] {
                assert!(
                    !may(function, &format!("secretsmanager:{action}"), &secret(name)),
                    "{function} {action} {name}"
                );
            }
        }
    }
}

#[test]
fn queues_are_open_to_whom_they_concern() {
    let queue = |name: &str| format!("arn:aws:sqs:eu-central-1:123456789012:regrant-{name}");
    assert!(may("consent-url", "sqs:SendMessage", &queue("SaveQueue")));
    assert!(!may("consent-url", "sqs:SendMessage", &queue("ScanQueue")));
    assert!(!may("callback", "sqs:SendMessage", &queue("SaveQueue")));
    assert!(may("save", "sqs:ChangeMessageVisibility", &queue("SaveQueue")));
    assert!(!may("save", "sqs:ReceiveMessage", &queue("ScanQueue")));
    assert!(may("discovery", "sqs:ReceiveMessage", &queue("ScanQueue")));
    assert!(!may("discovery", "sqs:ReceiveMessage", &queue("SaveQueue")));
}

#[test]
fn a_function_that_is_not_there_is_granted_nothing() {
    assert_eq!(granted(&template(), "nothing"), Vec::<Grant>::new());
}
