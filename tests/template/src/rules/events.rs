//! Rules of EventBridge, and what they bring to whom.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::resolve::physical;
use crate::template::{Resource, Template, each, text};
use crate::{ResolveError, granted};

/// The template where there are emails and a log stream: else there are no rules.
fn full(template: &Template) -> Result<Template, ResolveError> {
    let emailed = template.with_parameter("MailFrom", "regrant@example.com")?;
    emailed.with_parameter("OktaEventBus", "aws.partner/okta.com/acme/regrant")
}

fn of_full(template: &Template, find: impl Fn(&Template) -> Vec<String>) -> Vec<String> {
    full(template).map_or_else(|error| vec![error.to_string()], |full| find(&full))
}

/// EventBridge tries again for as long as the target says, and Lambda three times after that; both keep what failed in
/// a queue, where they may send to it ("Using dead-letter queues to process undelivered events", EventBridge's guide).
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
    let mut offences = Vec::new();
    for target in each(&rule.properties()["Targets"]) {
        let Some(function) = template.named("AWS::Serverless::Function", &target["Arn"]) else {
            offences.push(format!("{} leads nowhere", rule.name));
            continue;
        };
        let may_call = template.of_type("AWS::Lambda::Permission").map(Resource::properties).any(|permission| {
            text(&permission["FunctionName"]) == physical(function.name)
                && permission["Principal"] == "events.amazonaws.com"
                && permission["SourceArn"] == arn
        });
        if !may_call {
            offences.push(format!("{} may not call {}", rule.name, function.name));
        }
        if target["RetryPolicy"]["MaximumRetryAttempts"].as_u64().is_none_or(|tries| tries == 0) {
            offences.push(format!("{} tries once", rule.name));
        }
        let emails = &target["DeadLetterConfig"]["Arn"];
        let may_keep = template.of_type("AWS::SQS::QueuePolicy").any(|policy| lets_keep(policy, emails, &arn));
        if template.named("AWS::SQS::Queue", emails).is_none() || !may_keep {
            offences.push(format!("what {} cannot deliver is lost", rule.name));
        }
        let kept = &function.properties()["DeadLetterQueue"]["TargetArn"];
        let grants = granted(template, function.binary());
        if !grants.iter().any(|grant| grant.covers("sqs:SendMessage", text(kept))) {
            offences.push(format!("what {} cannot do is lost", function.name));
        }
    }
    offences
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

/// The kinds that `notify` reads. Opened and clicked are not among them.
const REPORTED: [&str; 5] = ["bounce", "complaint", "delivery", "reject", "send"];

pub(super) fn reports(template: &Template) -> Vec<String> {
    of_full(template, |template| {
        let mut offences = Vec::new();
        let sets: Vec<_> =
            template.of_type("AWS::SES::ConfigurationSet").map(|set| json!(physical(set.name))).collect();
        let destinations: Vec<_> = template.of_type("AWS::SES::ConfigurationSetEventDestination").collect();
        for set in &sets {
            let reports =
                destinations.iter().map(|one| one.properties()).find(|one| one["ConfigurationSetName"] == *set);
            let Some(destination) = reports.map(|one| &one["EventDestination"]) else {
                offences.push(format!("{set} reports nothing"));
                continue;
            };
            let kinds: BTreeSet<&str> = each(&destination["MatchingEventTypes"]).map(text).collect();
            if kinds != BTreeSet::from(REPORTED) || destination["Enabled"] != true {
                offences.push(format!("{set} reports {kinds:?}"));
            }
            if !text(&destination["EventBridgeDestination"]["EventBusArn"]).ends_with(":event-bus/default") {
                offences.push(format!("{set} reports elsewhere"));
            }
            let listens = |rule: Resource<'_>| {
                let pattern = &rule.properties()["EventPattern"];
                let tags = &pattern["detail"]["mail"]["tags"];
                pattern["source"] == json!(["aws.ses"])
                    && tags["ses:configuration-set"] == json!([set])
                    && tags["regrant-notification"] == json!([{ "exists": true }])
            };
            if !template.of_type("AWS::Events::Rule").any(listens) {
                offences.push(format!("nobody listens to the reports of {set}, or to others too"));
            }
        }
        let told = template.function("notify").map(|notify| &notify.properties()["Environment"]["Variables"]);
        if !sets.iter().any(|set| told.is_some_and(|told| told["REGRANT_MAIL_CONFIGURATION_SET"] == *set)) {
            offences.push("notify sends with no configuration set".to_owned());
        }
        offences
    })
}

/// Families of `shared/src/domain/system_log/filter.rs` that bring no look forward: it would take more of the limit.
const OF_RATE_LIMITS: [&str; 3] =
    ["system.org.rate_limit.", "system.rate.limit.", "core.concurrency.org.limit.violation"];

pub(super) fn log_stream(template: &Template) -> Vec<String> {
    let asked = families(include_str!("../../../../shared/src/domain/system_log/filter.rs"));
    of_full(template, |template| {
        let is_of_stream = |rule: &Resource<'_>| rule.properties().get("EventBusName").is_some();
        let Some(rule) = template.of_type("AWS::Events::Rule").find(is_of_stream) else {
            return vec!["there is no rule on the log stream's bus".to_owned()];
        };
        let pattern = &rule.properties()["EventPattern"];
        let mut offences = Vec::new();
        if pattern["source"] != json!([{ "prefix": "aws.partner/okta.com/" }]) {
            offences.push(format!("{} listens to others", rule.name));
        }
        let brought: BTreeSet<String> = each(&pattern["detail"]["$or"]).flat_map(types).collect();
        offences.extend(asked.difference(&brought).map(|family| format!("{family} is not brought")));
        offences.extend(brought.difference(&asked).map(|family| format!("{family} is brought, and nobody reads it")));
        offences
    })
}

/// The types that one part of a pattern lets through; what is let through only where it failed is marked.
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

/// The same of the filter's source: `eventType sw \"family\"`, each on a line of its own.
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
    fn events_that_reach_nobody_or_are_lost_are_noticed() {
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
    fn reports_that_are_not_read_are_noticed() {
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
    fn a_stream_that_brings_more_or_less_is_noticed() {
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
    fn the_filter_is_read_from_its_source() {
        let clause = |family: &str, rest: &str| format!("    \" or (eventType sw \\\"{family}\\\"{rest}\",\n");
        let source = clause("app.x.", "") + &clause("app.y.", " and outcome.result eq \\\"FAILURE\\\")");
        let read: Vec<_> = families(&source).into_iter().collect();
        assert_eq!(read, ["sw app.x.", "sw app.y. and FAILURE"]);
    }
}
