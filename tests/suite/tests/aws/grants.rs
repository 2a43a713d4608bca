//! Compares the calls of the functions with the grants of the template's roles.

use std::collections::BTreeSet;

use regrant_template::{Grant, granted};
use regrant_tests::aws::{Call, access_key, template};
use regrant_tests::deployment::FUNCTIONS;

/// Actions that AWS performs or checks on a function's behalf, without a visible call of the function. Lambda also sends
/// failed events to a dead-letter queue with the function's role.
const NOT_SEEN_HERE: [&str; 7] = [
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

/// The actions that a call is authorized by (Service Authorization Reference), each with the resource's ARN.
fn authorized_by(call: &Call) -> Vec<(String, String)> {
    let (service, operation) = call.operation.split_once(':').unwrap();
    if service == "ses" {
        return email_authorized_by(call);
    }
    let name = call.resource.rsplit_once("123456789012/").map_or(call.resource.as_str(), |(_, queue)| queue);
    let arn = |kind: &str, name: &str| format!("arn:aws:{service}:eu-central-1:123456789012:{kind}{name}");
    let resource = match service {
        "dynamodb" => arn("table/", name),
        // The service adds six characters of its own to a secret's name.
        "secretsmanager" => arn("secret:", &format!("{name}-AbCdEf")),
        _ => arn("", name),
    };
    let actions = match operation {
        "TransactWriteItems" => call
            .parts
            .iter()
            .map(|part| if part == "ConditionCheck" { "ConditionCheckItem".to_owned() } else { format!("{part}Item") })
            .collect(),
        "SendMessageBatch" => vec!["SendMessage".to_owned()],
        _ => vec![operation.to_owned()],
    };
    actions.into_iter().map(|action| (format!("{service}:{action}"), resource.clone())).collect()
}

/// `SendEmail` with a raw email is also authorized as `SendRawEmail`, on the sender's identity and on the configuration
/// set. Here the identity is the sender's domain.
fn email_authorized_by(call: &Call) -> Vec<(String, String)> {
    assert_eq!(call.operation, "ses:POST /v2/email/outbound-emails", "nothing but sending");
    let domain = call.resource.trim_end_matches('>').rsplit('@').next().unwrap();
    let sets = call.parts.iter().map(|set| format!("configuration-set/{set}"));
    let resources = sets.chain([format!("identity/{domain}")]);
    let arns = resources.map(|resource| format!("arn:aws:ses:eu-central-1:123456789012:{resource}"));
    arns.flat_map(|arn| ["ses:SendEmail", "ses:SendRawEmail"].map(|action| (action.to_owned(), arn.clone()))).collect()
}

/// Checks that a function's role grants each of its calls.
pub(super) fn every_call_is_granted(calls: &[Call]) {
    for function in FUNCTIONS {
        let grants = granted(template(), function);
        let key = access_key(function);
        let called: Vec<_> = calls.iter().filter(|call| call.access_key == key).flat_map(authorized_by).collect();
        assert!(!called.is_empty(), "{function} called nothing");
        let not_granted: BTreeSet<_> = called
            .iter()
            .filter(|(action, resource)| !grants.iter().any(|grant| grant.covers(action, resource)))
            .collect();
        assert!(not_granted.is_empty(), "{function} is not granted {not_granted:#?}");
    }
}

/// Grants, each an action on a resource pattern, that no call of the function needed, without those that calls cannot show.
pub(super) fn not_needed(calls: &[Call], function: &str) -> BTreeSet<Grant> {
    let key = access_key(function);
    let called: Vec<_> = calls.iter().filter(|call| call.access_key == key).flat_map(authorized_by).collect();
    let used = |grant: &Grant| called.iter().any(|(action, resource)| grant.covers(action, resource));
    let seen_here = |grant: &Grant| {
        let sends_to_dead_letters =
            grant.action == "sqs:SendMessage" && grant.resource.ends_with("ScheduleDeadLetters");
        !NOT_SEEN_HERE.contains(&grant.action.as_str()) && !sends_to_dead_letters
    };
    granted(template(), function).into_iter().filter(seen_here).filter(|grant| !used(grant)).collect()
}
