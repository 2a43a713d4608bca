//! Rules for EventBridge: which events reach which function.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::resolve::physical;
use crate::template::{Resource, Template, each, text};
use crate::{ResolveError, granted};

/// The template with emails and a log stream, the only configuration with EventBridge rules.
fn full(template: &Template) -> Result<Template, ResolveError> {
    let emailed = template.with_parameter("MailFrom", "regrant@example.com")?;
    emailed.with_parameter("OktaEventBus", "aws.partner/okta.com/acme/regrant")
}

fn of_full(template: &Template, find: impl Fn(&Template) -> Vec<String>) -> Vec<String> {
    full(template).map_or_else(|error| vec![error.to_string()], |full| find(&full))
}

/// EventBridge retries as configured in the target, then Lambda tries three times; both send failed events to a queue if
/// their permissions allow it ("Using dead-letter queues to process undelivered events", EventBridge's guide).
pub(super) fn rules(template: &Template) -> Vec<String> {
    of_full(template, |template| {
        let rules: Vec<_> = template.of_type("AWS::Events::Rule").collect();
        if rules.len() < 2 {
            return vec!["one of the two rules is not there".to_owned()];
        }
        rules.into_iter().flat_map(|rule| lacks(template, rule)).collect()
    })
}

fn lacks(template: &Template, rule: Resource<'_>) -> Vec<String> {
    let arn = json!(format!("arn:aws:events:{}:{}:rule/{}", crate::REGION, crate::ACCOUNT, physical(rule.name)));
    let mut violations = Vec::new();
    for target in each(&rule.properties()["Targets"]) {
        let Some(function) = template.named("AWS::Serverless::Function", &target["Arn"]) else {
            violations.push(format!("{} has no function as its target", rule.name));
            continue;
        };
        let may_call = template.of_type("AWS::Lambda::Permission").map(Resource::properties).any(|permission| {
            text(&permission["FunctionName"]) == physical(function.name)
                && permission["Principal"] == "events.amazonaws.com"
                && permission["SourceArn"] == arn
        });
        if !may_call {
            violations.push(format!("{} may not call {}", rule.name, function.name));
        }
        if target["RetryPolicy"]["MaximumRetryAttempts"].as_u64().is_none_or(|tries| tries == 0) {
            violations.push(format!("{} does not retry", rule.name));
        }
        let emails = &target["DeadLetterConfig"]["Arn"];
        let may_keep = template.of_type("AWS::SQS::QueuePolicy").any(|policy| lets_keep(policy, emails, &arn));
        if template.named("AWS::SQS::Queue", emails).is_none() || !may_keep {
            violations.push(format!("{} has no dead-letter queue for undelivered events", rule.name));
        }
        let kept = &function.properties()["DeadLetterQueue"]["TargetArn"];
        let grants = granted(template, function.binary());
        if !grants.iter().any(|grant| grant.covers("sqs:SendMessage", text(kept))) {
            violations.push(format!("{} has no dead-letter queue for failed events", function.name));
        }
    }
    violations
}

fn lets_keep(policy: Resource<'_>, queue: &Value, rule: &Value) -> bool {
    each(&policy.properties()["PolicyDocument"]["Statement"]).any(|statement| {
        statement["Effect"] == "Allow"
            && statement["Principal"] == json!({ "Service": "events.amazonaws.com" })
            && each(&statement["Action"]).any(|action| action == "sqs:SendMessage")
            && statement["Resource"] == *queue
            && each(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]).any(|source| source == rule)
    })
}

/// The event kinds that `notify` reads. They exclude opens and clicks.
const REPORTED: [&str; 5] = ["bounce", "complaint", "delivery", "reject", "send"];

pub(super) fn reports(template: &Template) -> Vec<String> {
    of_full(template, |template| {
        let mut violations = Vec::new();
        let sets: Vec<_> =
            template.of_type("AWS::SES::ConfigurationSet").map(|set| json!(physical(set.name))).collect();
        let destinations: Vec<_> = template.of_type("AWS::SES::ConfigurationSetEventDestination").collect();
        for set in &sets {
            let reports =
                destinations.iter().map(|one| one.properties()).find(|one| one["ConfigurationSetName"] == *set);
            let Some(destination) = reports.map(|one| &one["EventDestination"]) else {
                violations.push(format!("{set} has no event destination"));
                continue;
            };
            let kinds: BTreeSet<&str> = each(&destination["MatchingEventTypes"]).map(text).collect();
            if kinds != BTreeSet::from(REPORTED) || destination["Enabled"] != true {
                violations.push(format!("{set} reports {kinds:?}"));
            }
            if !text(&destination["EventBridgeDestination"]["EventBusArn"]).ends_with(":event-bus/default") {
                violations.push(format!("{set} does not report to the default event bus"));
            }
            let listens = |rule: Resource<'_>| {
                let pattern = &rule.properties()["EventPattern"];
                let tags = &pattern["detail"]["mail"]["tags"];
                pattern["source"] == json!(["aws.ses"])
                    && tags["ses:configuration-set"] == json!([set])
                    && tags["regrant-notification"] == json!([{ "exists": true }])
            };
            if !template.of_type("AWS::Events::Rule").any(listens) {
                violations.push(format!("no rule selects exactly the reports of {set}"));
            }
        }
        let told = template.function("notify").map(|notify| &notify.properties()["Environment"]["Variables"]);
        if !sets.iter().any(|set| told.is_some_and(|told| told["REGRANT_MAIL_CONFIGURATION_SET"] == *set)) {
            violations.push("notify sends with no configuration set".to_owned());
        }
        violations
    })
}

/// Families of `shared/src/domain/system_log/filter.rs` that trigger no early scan, because it would use more of the rate limit.
const OF_RATE_LIMITS: [&str; 3] =
    ["system.org.rate_limit.", "system.rate.limit.", "core.concurrency.org.limit.violation"];

pub(super) fn log_stream(template: &Template) -> Vec<String> {
    let asked = families(include_str!("../../../../shared/src/domain/system_log/filter.rs"));
    of_full(template, |template| {
        let is_of_stream = |rule: &Resource<'_>| rule.properties().get("EventBusName").is_some();
        let Some(rule) = template.of_type("AWS::Events::Rule").find(is_of_stream) else {
            return vec!["the log stream's event bus has no rule".to_owned()];
        };
        let pattern = &rule.properties()["EventPattern"];
        let mut violations = Vec::new();
        if pattern["source"] != json!([{ "prefix": "aws.partner/okta.com/" }]) {
            violations.push(format!("{} also selects other events", rule.name));
        }
        let brought: BTreeSet<String> = each(&pattern["detail"]["$or"]).flat_map(types).collect();
        violations.extend(asked.difference(&brought).map(|family| format!("the stream lacks {family}")));
        violations.extend(
            brought
                .difference(&asked)
                .map(|family| format!("the stream contains {family}, which Regrant does not read")),
        );
        violations
    })
}

/// The event types that one part of a pattern matches; marks types that it matches only for failures.
fn types(part: &Value) -> Vec<String> {
    let mark = match &part["outcome"] {
        Value::Null => "",
        outcome if *outcome == json!({ "result": ["FAILURE"] }) => " and FAILURE",
        _ => " and something else",
    };
    let kind = |kind: &Value| match kind.as_str() {
        Some(exact) => format!("eq {exact}{mark}"),
        None => format!("sw {}{mark}", text(&kind["prefix"])),
    };
    each(&part["eventType"]).map(kind).collect()
}

/// The event types in the filter's source: `eventType sw \"family\"`, each on a line of its own.
fn families(source: &str) -> BTreeSet<String> {
    let clause = |line: &str| {
        let (_, rest) = line.split_once("eventType ")?;
        let (operator, rest) = rest.split_once(" \\\"")?;
        let (family, rest) = rest.split_once("\\\"")?;
        let mark = if rest.contains("FAILURE") { " and FAILURE" } else { "" };
        Some((family.to_owned(), format!("{operator} {family}{mark}")))
    };
    let filter = source.split("pub fn").next().unwrap_or_default();
    let clauses = filter.lines().filter_map(clause);
    clauses.filter(|(family, _)| !OF_RATE_LIMITS.contains(&family.as_str())).map(|(_, clause)| clause).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn undelivered_and_lost_events_are_reported() {
        let elsewhere = json!({ "Fn::GetAtt": ["SaveDeadLetters", "Arn"] });
        detects(
            rules,
            [
                ("/Resources/EmailReports", Value::Null),
                ("/Resources/EmailReportsPermission", Value::Null),
                ("/Resources/LogStreamPermission/Properties/Principal", json!("apigateway.amazonaws.com")),
                ("/Resources/EmailReports/Properties/Targets/0/RetryPolicy", Value::Null),
                ("/Resources/LogStreamEvents/Properties/Targets/0/DeadLetterConfig", Value::Null),
                ("/Resources/LogStreamEvents/Properties/Targets/0/DeadLetterConfig/Arn", elsewhere),
                ("/Resources/ScheduleDeadLettersPolicy", Value::Null),
                ("/Resources/NotifyFunction/Properties/DeadLetterQueue", Value::Null),
            ],
        );
    }

    #[test]
    fn unread_ses_reports_are_reported() {
        let kinds = "/Resources/ConfigurationSetEvents/Properties/EventDestination/MatchingEventTypes";
        let tags = "/Resources/EmailReports/Properties/EventPattern/detail/mail/tags";
        let set = "/Resources/NotifyFunction/Properties/Environment/Variables/REGRANT_MAIL_CONFIGURATION_SET";
        detects(
            reports,
            [
                (kinds, json!(["send", "bounce"])),
                (kinds, json!(["send", "delivery", "bounce", "complaint", "reject", "open"])),
                ("/Resources/ConfigurationSetEvents", Value::Null),
                (tags, json!({ "ses:configuration-set": [{ "Ref": "ConfigurationSet" }] })),
                (tags, json!({ "regrant-notification": [{ "exists": true }] })),
                (set, json!("")),
            ],
        );
    }

    #[test]
    fn stream_that_differs_from_filter_is_reported() {
        let first = "/Resources/LogStreamEvents/Properties/EventPattern/detail/$or/0/eventType/0";
        let failed = "/Resources/LogStreamEvents/Properties/EventPattern/detail/$or/1/outcome";
        detects(
            log_stream,
            [
                (first, json!({ "prefix": "user." })),
                (first, json!({ "prefix": "" })),
                (failed, Value::Null),
                ("/Resources/LogStreamEvents/Properties/EventPattern/source", json!([{ "prefix": "" }])),
                ("/Resources/LogStreamEvents", Value::Null),
            ],
        );
    }

    #[test]
    fn filter_is_parsed_from_source() {
        let clause = |family: &str, rest: &str| format!("    \" or (eventType sw \\\"{family}\\\"{rest}\",\n");
        let source = clause("app.x.", "") + &clause("app.y.", " and outcome.result eq \\\"FAILURE\\\")");
        let read: Vec<_> = families(&source).into_iter().collect();
        assert_eq!(read, ["sw app.x.", "sw app.y. and FAILURE"]);
    }
}
