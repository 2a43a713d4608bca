//! Rules for CloudWatch alarms.

use serde_json::{Value, json};

use crate::resolve::{STACK, physical};
use crate::template::{Template, text};

/// Regrant's own metrics that need an alarm.
const OWN: &[&str] = &[
    "ConnectionsLeftOff",
    "GraphRefreshesFailed",
    "EmailsFailed",
    "NotificationsDelayed",
    "NotificationsRefused",
    "OrgsNotSeen",
    "SavesFailed",
    "ScansStarted",
];

/// Each metric that needs an alarm: namespace, name, and its dimension.
fn watched(template: &Template) -> Vec<(&'static str, &'static str, &'static str, String)> {
    let own = OWN.iter().map(|metric| ("Regrant", *metric, "Installation", STACK.to_owned()));
    let ends = template.of_type("AWS::SQS::Queue").filter(|queue| queue.name.ends_with("DeadLetters"));
    let ends = ends.map(|end| ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", physical(end.name)));
    let functions = template.functions().flat_map(|function| {
        ["Errors", "Throttles"].map(|metric| ("AWS/Lambda", metric, "FunctionName", physical(function.name)))
    });
    let apis =
        template.of_type("AWS::ApiGatewayV2::Api").map(|api| ("AWS/ApiGateway", "5xx", "ApiId", api.name.to_owned()));
    own.chain(ends).chain(functions).chain(apis).collect()
}

pub(super) fn complete(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    let topics: Vec<Value> = template.of_type("AWS::SNS::Topic").map(|topic| arn(topic.name)).collect();
    for (namespace, metric, dimension, value) in watched(template) {
        let dimensions = json!([{ "Name": dimension, "Value": value }]);
        let alarm = template.of_type("AWS::CloudWatch::Alarm").find(|alarm| {
            let properties = alarm.properties();
            properties["Namespace"] == namespace
                && properties["MetricName"] == metric
                && properties["Dimensions"] == dimensions
        });
        let Some(alarm) = alarm else {
            violations.push(format!("{metric} of {value} has no alarm"));
            continue;
        };
        let properties = alarm.properties();
        if !topics.iter().any(|topic| properties["AlarmActions"] == json!([topic])) {
            violations.push(format!("{} has no topic as its action", alarm.name));
        }
        // Missing data breaches an expected event's alarm, and is normal for a failure metric.
        let missed = metric == "ScansStarted";
        let (silence, comparison) =
            if missed { ("breaching", "LessThanThreshold") } else { ("notBreaching", "GreaterThanThreshold") };
        if text(&properties["TreatMissingData"]) != silence || text(&properties["ComparisonOperator"]) != comparison {
            violations.push(format!("{} has the wrong comparison or treatment of missing data", alarm.name));
        }
    }
    violations
}

fn arn(topic: &str) -> Value {
    json!(format!("arn:aws:sns:{}:{}:{}", crate::REGION, crate::ACCOUNT, physical(topic)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn missing_and_mute_alarms_are_reported() {
        detects(
            complete,
            [
                ("/Resources/ScanLateAlarm", Value::Null),
                ("/Resources/ScanLateAlarm/Properties/TreatMissingData", json!("notBreaching")),
                ("/Resources/SaveDeadLettersAlarm/Properties/MetricName", json!("NumberOfMessagesSent")),
                ("/Resources/SaveErrorsAlarm/Properties/Dimensions", json!([])),
                ("/Resources/NotificationsRefusedAlarm", Value::Null),
                ("/Resources/EmailsFailedAlarm/Properties/MetricName", json!("NotificationsDropped")),
                ("/Resources/NotifyThrottlesAlarm", Value::Null),
                ("/Resources/ApiFailuresAlarm/Properties/AlarmActions", json!([])),
                ("/Resources/OtherDeadLetters", json!({ "Type": "AWS::SQS::Queue" })),
            ],
        );
    }
}
