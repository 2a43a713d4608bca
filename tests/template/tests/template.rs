//! The project's template complies with every rule and grants each function only the permissions it needs.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use regrant_template::rules::violations;
use regrant_template::{Grant, Template, granted};
use serde_json::json;

fn template() -> Template {
    Template::parse(include_str!("../../../template.yaml")).unwrap()
}

const FUNCTIONS: [&str; 6] = ["discovery", "consent-url", "callback", "save", "notify", "console"];
const MAIL_FROM: &str = "regrant@example.com";

fn may_in(template: &Template, function: &str, action: &str, resource: &str) -> bool {
    let grants = granted(template, function);
    assert_ne!(grants, Vec::<Grant>::new());
    grants.iter().any(|grant| grant.covers(action, resource))
}

fn may(function: &str, action: &str, resource: &str) -> bool {
    may_in(&template(), function, action, resource)
}

fn secret(name: &str) -> String {
    format!("arn:aws:secretsmanager:eu-central-1:123456789012:secret:regrant/{name}-AbCdEf")
}

#[test]
fn template_complies_with_every_rule() {
    assert_eq!(violations(&template()), Vec::<String>::new());
}

#[test]
fn template_with_all_options_complies_with_every_rule() {
    let options = [
        ("PublicDomain", "regrant.example.com"),
        ("CertificateArn", "arn:aws:acm:eu-central-1:123456789012:certificate/1"),
        ("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"),
        ("AlarmEmail", "ops@example.com"),
        ("MailFrom", MAIL_FROM),
        ("OktaEventBus", "aws.partner/okta.com/acme/regrant"),
        ("Tracing", "on"),
        ("ReservedForSave", "5"),
    ];
    let full = options.iter().try_fold(template(), |so_far, (name, value)| so_far.with_parameter(name, value)).unwrap();
    assert_eq!(violations(&full), Vec::<String>::new());
    let save = full.function("save").unwrap().properties();
    assert_eq!(save["Environment"]["Variables"]["REGRANT_PUBLIC_URL"], "https://regrant.example.com");
    assert_eq!(save["ReservedConcurrentExecutions"], "5");
    assert!(granted(&full, "save").iter().any(|grant| grant.action == "xray:PutTraceSegments"));
    assert!(!granted(&template(), "save").iter().any(|grant| grant.action.starts_with("xray:")));
}

#[test]
fn domain_belongs_to_cloudfront_only_with_web_acl() {
    let count = |template: &Template, kind| template.of_type(kind).count();
    let (api, front) = ("AWS::ApiGatewayV2::DomainName", "AWS::CloudFront::Distribution");
    let named = template().with_parameter("PublicDomain", "regrant.example.com").unwrap();
    let filtered = named.with_parameter("WebAclArn", "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1").unwrap();
    assert_eq!((count(&template(), api), count(&template(), front)), (0, 0));
    assert_eq!((count(&named, api), count(&named, front)), (1, 0));
    assert_eq!((count(&filtered, api), count(&filtered, front)), (0, 1));
}

#[test]
fn each_function_reads_only_the_secrets_it_needs() {
    let read = "secretsmanager:GetSecretValue";
    let table = [
        ("okta/acme.okta.com", [true, true, false, true, false, false]),
        ("okta/pool-3", [true, true, false, true, false, false]),
        ("provisioning-admin/acme.okta.com", [false, true, false, false, false, false]),
        ("handover/acme.okta.com/0oa1", [false, false, false, true, false, false]),
        ("graph/00o1/contoso", [true, true, true, true, false, false]),
        ("entra/global", [true; 6]),
        ("keys", [false, true, true, true, true, true]),
        ("hooks", [false, false, false, false, true, false]),
        ("operator-sign-in", [false, false, false, false, false, true]),
        ("keys-of-others", [false; 6]),
        ("hooks-of-others", [false; 6]),
        ("operator-sign-in-of-others", [false; 6]),
        ("other", [false; 6]),
    ];
    for (name, functions) in table {
        for (function, meant) in FUNCTIONS.into_iter().zip(functions) {
            assert_eq!(may(function, read, &secret(name)), meant, "{function} reads {name}");
        }
    }
}

/// What only the command line writes.
const OPERATORS_SECRETS: [&str; 6] =
    ["okta/acme.okta.com", "entra/global", "provisioning-admin/acme.okta.com", "hooks", "keys", "operator-sign-in"];

#[test]
fn no_function_writes_operators_credentials_or_keys() {
    for function in FUNCTIONS {
        for action in ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret"] {
            for name in OPERATORS_SECRETS {
                assert!(
                    !may(function, &format!("secretsmanager:{action}"), &secret(name)),
                    "{function} {action} {name}"
                );
            }
        }
    }
}

#[test]
fn queues_are_open_only_to_their_functions() {
    let queue = |name: &str| format!("arn:aws:sqs:eu-central-1:123456789012:regrant-{name}");
    assert!(may("consent-url", "sqs:SendMessage", &queue("SaveQueue")));
    assert!(!may("consent-url", "sqs:SendMessage", &queue("ScanQueue")));
    assert!(!may("callback", "sqs:SendMessage", &queue("SaveQueue")));
    assert!(may("save", "sqs:ChangeMessageVisibility", &queue("SaveQueue")));
    assert!(!may("save", "sqs:ReceiveMessage", &queue("ScanQueue")));
    assert!(may("discovery", "sqs:ReceiveMessage", &queue("ScanQueue")));
    assert!(!may("discovery", "sqs:ReceiveMessage", &queue("SaveQueue")));
    for (function, sends) in FUNCTIONS.into_iter().zip([true, false, false, true, true, true]) {
        assert_eq!(
            may(function, "sqs:SendMessage", &queue("NotificationQueue")),
            sends,
            "{function} has notifications planned"
        );
        let reads = may(function, "sqs:ReceiveMessage", &queue("NotificationQueue"));
        assert_eq!(reads, function == "notify", "{function} reads notifications");
    }
    assert!(!may("notify", "sqs:SendMessage", &queue("SaveQueue")));
    assert!(!may("notify", "sqs:SendMessage", &queue("ScanQueue")));
    for name in ["ScanQueue", "SaveQueue"] {
        assert!(may("console", "sqs:SendMessage", &queue(name)) && !may("console", "sqs:ReceiveMessage", &queue(name)));
    }
}

#[test]
fn scans_renew_graph_tokens_but_never_create_them() {
    let token = secret("graph/00o1/contoso");
    assert!(may("discovery", "secretsmanager:PutSecretValue", &token));
    assert!(!may("discovery", "secretsmanager:CreateSecret", &token));
    assert!(!may("discovery", "secretsmanager:PutSecretValue", &secret("keys")));
}

#[test]
fn only_the_sign_in_creates_graph_tokens() {
    for (function, creates) in FUNCTIONS.into_iter().zip([false, false, true, false, false, false]) {
        assert_eq!(may(function, "secretsmanager:CreateSecret", &secret("graph/00o1/contoso")), creates, "{function}");
    }
}

#[test]
fn functions_that_strangers_reach_can_have_a_ceiling() {
    let ceilings = [
        ("ReservedForDiscovery", "discovery"),
        ("ReservedForConsentUrl", "consent-url"),
        ("ReservedForCallback", "callback"),
        ("ReservedForSave", "save"),
        ("ReservedForNotify", "notify"),
        ("ReservedForConsole", "console"),
    ];
    for (parameter, function) in ceilings {
        let limited = template().with_parameter(parameter, "7").unwrap();
        let ceiling = |template: &Template| {
            template.function(function).unwrap().properties()["ReservedConcurrentExecutions"].clone()
        };
        assert_eq!((ceiling(&limited), ceiling(&template())), (json!("7"), json!(null)), "{function}");
    }
}

#[test]
fn services_use_the_key_only_for_this_account() {
    let template = template();
    let key = template.of_type("AWS::KMS::Key").next().unwrap().properties();
    let statements = key["KeyPolicy"]["Statement"].as_array().unwrap();
    let services: Vec<_> = statements.iter().filter(|one| one["Principal"]["Service"].is_string()).collect();
    assert_eq!(services.len(), 3);
    for one in services {
        let condition = &one["Condition"];
        let bound = condition["StringEquals"]["aws:SourceAccount"].is_string()
            || condition["ArnLike"]["kms:EncryptionContext:aws:logs:arn"].is_string();
        assert!(bound, "{one}");
    }
}

#[test]
fn queue_with_personal_data_uses_the_stacks_key() {
    let template = template();
    let queue = template.of_type("AWS::SQS::Queue").find(|queue| queue.name == "ScheduleDeadLetters").unwrap();
    assert!(queue.properties()["KmsMasterKeyId"].is_string(), "{}", queue.properties());
}

#[test]
fn only_notify_sends_emails_if_sender_is_set() {
    let identity = "arn:aws:ses:eu-central-1:123456789012:identity/example.com";
    let set = "arn:aws:ses:eu-central-1:123456789012:configuration-set/regrant-ConfigurationSet";
    let emailed = template().with_parameter("MailFrom", MAIL_FROM).unwrap();
    for function in FUNCTIONS {
        for action in ["ses:SendEmail", "ses:SendRawEmail"] {
            for resource in [identity, set] {
                assert_eq!(may_in(&emailed, function, action, resource), function == "notify", "{function} {action}");
                assert!(!may(function, action, resource), "{function} sends without a sender");
            }
        }
        assert!(!may_in(&emailed, function, "ses:SendEmail", "arn:aws:ses:eu-central-1:999999999999:identity/a"));
    }
    let policy = emailed.of_type("AWS::IAM::Policy").find(|policy| policy.name == "EmailPolicy").unwrap();
    let from = &policy.properties()["PolicyDocument"]["Statement"][0]["Condition"]["StringEquals"]["ses:FromAddress"];
    assert_eq!(from, MAIL_FROM);
    let told = |template: &Template| {
        let variables = &template.function("notify").unwrap().properties()["Environment"]["Variables"];
        (variables["REGRANT_MAIL_FROM"].clone(), variables["REGRANT_MAIL_CONFIGURATION_SET"].clone())
    };
    assert_eq!(told(&template()), (json!(""), json!("")));
    assert_eq!(told(&emailed), (json!(MAIL_FROM), json!("regrant-ConfigurationSet")));
}

#[test]
fn notifications_survive_a_day_of_mail_outage() {
    let template = template();
    let queue =
        template.of_type("AWS::SQS::Queue").find(|queue| queue.name == "NotificationQueue").unwrap().properties();
    let received = queue["RedrivePolicy"]["maxReceiveCount"].as_u64().unwrap();
    // A notification that the mail transport rejects is retried after at most ten minutes.
    assert!(received * 600 >= 24 * 60 * 60, "{received} times ten minutes");
}

#[test]
fn email_and_stream_resources_exist_only_with_their_options() {
    let count = |template: &Template, kind| template.of_type(kind).count();
    let kinds = ["AWS::SES::ConfigurationSet", "AWS::Events::Rule", "AWS::SQS::QueuePolicy"];
    let emailed = template().with_parameter("MailFrom", MAIL_FROM).unwrap();
    let streamed = template().with_parameter("OktaEventBus", "aws.partner/okta.com/acme/regrant").unwrap();
    let both = emailed.with_parameter("OktaEventBus", "aws.partner/okta.com/acme/regrant").unwrap();
    let there = [template(), emailed, streamed, both].map(|template| kinds.map(|kind| count(&template, kind)));
    assert_eq!(there, [[0, 0, 0], [1, 1, 1], [0, 1, 1], [1, 2, 1]]);
}

#[test]
fn email_parameters_accept_only_valid_values() {
    let table: [(&str, &[&str], &[&str]); 7] = [
        ("MailFrom", &["", MAIL_FROM], &["Regrant <regrant@example.com>", "a@b,c@d", "regrant"]),
        (
            "MailOperators",
            &["", "a@example.com", "a@example.com, b@example.com"],
            &["a", "a@b,", "a@b;c@d", "a@b,,c@d"],
        ),
        ("MailTimeZone", &["UTC", "Europe/Vienna", "America/Argentina/Ushuaia"], &["", "Europe/", "a b"]),
        ("MailQuietHours", &["", "18:00-08:00"], &["18-8", "24:00-08:00", "18:00", "18:00 - 08:00"]),
        ("MailDeadline", &["2024-12-31"], &["", "2024-13-01", "31.12.2024"]),
        ("VerifiedPublisher", &["", "Contoso Ltd", "Büro & Söhne"], &["<b>", "a\nb"]),
        ("OktaEventBus", &["", "aws.partner/okta.com/acme/regrant", "okta-logs"], &["a b", "arn:aws:events"]),
    ];
    let template = template();
    for (name, right, wrong) in table {
        let pattern = regex::Regex::new(template.parameter(name)["AllowedPattern"].as_str().unwrap()).unwrap();
        for one in right {
            assert!(pattern.is_match(one), "{name} rejects {one:?}");
        }
        for one in wrong {
            assert!(!pattern.is_match(one), "{name} accepts {one:?}");
        }
    }
}

#[test]
fn unknown_function_has_no_grants() {
    assert_eq!(granted(&template(), "nothing"), Vec::<Grant>::new());
}
