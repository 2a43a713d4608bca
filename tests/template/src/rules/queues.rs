//! Rules for queues: visibility timeouts and dead-letter queues.

use serde_json::Value;

use crate::template::{Resource, Template};

/// The ratio of visibility timeout to function timeout that AWS recommends.
const TIMES: u64 = 6;

/// Each queue with a function as its consumer, and the event source.
fn consumed(template: &Template) -> impl Iterator<Item = (Resource<'_>, &Value, Option<Resource<'_>>)> {
    template.functions().flat_map(move |function| {
        let events = function.properties()["Events"].as_object().into_iter().flatten();
        events.filter(|(_, event)| event["Type"] == "SQS").map(move |(_, event)| {
            (function, &event["Properties"], template.named("AWS::SQS::Queue", &event["Properties"]["Queue"]))
        })
    })
}

pub(super) fn visibility(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for (function, _, queue) in consumed(template) {
        let Some(queue) = queue else {
            violations.push(format!("{} reads a queue that does not exist", function.name));
            continue;
        };
        let hidden = queue.properties()["VisibilityTimeout"].as_u64().unwrap_or(30);
        let runs = function.properties()["Timeout"].as_u64().unwrap_or(3);
        if hidden < TIMES * runs {
            violations.push(format!(
                "{} has a visibility timeout of {hidden} s, and {} a timeout of {runs} s",
                queue.name, function.name
            ));
        }
    }
    violations
}

pub(super) fn redrive(template: &Template) -> Vec<String> {
    let kept = |queue: Resource<'_>| queue.properties()["MessageRetentionPeriod"].as_u64().unwrap_or(345_600);
    let mut violations = Vec::new();
    for (_, _, queue) in consumed(template) {
        let Some(queue) = queue else { continue };
        let policy = &queue.properties()["RedrivePolicy"];
        match template.named("AWS::SQS::Queue", &policy["deadLetterTargetArn"]) {
            Some(end) if kept(end) > kept(queue) && policy["maxReceiveCount"].as_u64() >= Some(1) => {}
            Some(end) => violations
                .push(format!("{} redrives to {}, which does not retain messages longer", queue.name, end.name)),
            None => violations.push(format!("{} has no dead-letter queue", queue.name)),
        }
    }
    for schedule in template.of_type("AWS::Scheduler::Schedule") {
        let end = &schedule.properties()["Target"]["DeadLetterConfig"]["Arn"];
        if template.named("AWS::SQS::Queue", end).is_none() {
            violations.push(format!("{} has no dead-letter queue", schedule.name));
        }
    }
    let read: Vec<_> = consumed(template).filter_map(|(_, _, queue)| queue).map(|queue| queue.name).collect();
    let ends = |queue: &Resource<'_>| queue.name.ends_with("DeadLetters");
    let idle = template.of_type("AWS::SQS::Queue").filter(|queue| !ends(queue) && !read.contains(&queue.name));
    violations.extend(idle.map(|queue| format!("no function reads {}", queue.name)));
    violations
}

pub(super) fn partial_batches(template: &Template) -> Vec<String> {
    consumed(template)
        .filter(|(_, event, _)| event["FunctionResponseTypes"] != serde_json::json!(["ReportBatchItemFailures"]))
        .map(|(function, ..)| format!("{} does not report partial batch failures", function.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn short_visibility_timeout_is_reported() {
        detects(
            visibility,
            [
                ("/Resources/ScanQueue/Properties/VisibilityTimeout", json!(5399)),
                ("/Resources/SaveQueue/Properties/VisibilityTimeout", Value::Null),
                ("/Resources/SaveFunction/Properties/Timeout", json!(301)),
                ("/Resources/NotifyFunction/Properties/Timeout", json!(121)),
                ("/Resources/SaveFunction/Properties/Events/Work/Properties/Queue", json!("arn:aws:sqs:::nothing")),
            ],
        );
    }

    #[test]
    fn queues_that_lose_messages_are_reported() {
        detects(
            redrive,
            [
                ("/Resources/SaveQueue/Properties/RedrivePolicy", Value::Null),
                ("/Resources/SaveQueue/Properties/RedrivePolicy/maxReceiveCount", Value::Null),
                ("/Resources/ScanDeadLetters/Properties/MessageRetentionPeriod", json!(60)),
                ("/Resources/ScanSchedules/Properties/Target/DeadLetterConfig", Value::Null),
                ("/Resources/NotificationSweep/Properties/Target/DeadLetterConfig", Value::Null),
                ("/Resources/NotificationQueue/Properties/RedrivePolicy", Value::Null),
                ("/Resources/Idle", json!({ "Type": "AWS::SQS::Queue" })),
            ],
        );
    }

    #[test]
    fn missing_partial_batch_reports_are_found() {
        let place = "/Resources/DiscoveryFunction/Properties/Events/Work/Properties/FunctionResponseTypes";
        detects(partial_batches, [(place, Value::Null)]);
    }
}
