//! Rules for schedules, whose expressions no linter checks.

use regex::Regex;
use serde_json::{Value, json};

use crate::template::text;
use crate::{Template, granted};

/// Expressions that the parameter must accept, and ones it must reject.
const RIGHT: &[&str] = &["rate(1 hour)", "rate(1 day)", "rate(2 days)", "rate(10 hours)", "cron(0 6 ? * MON *)"];
const WRONG: &[&str] =
    &["rate(1 days)", "rate(2 day)", "rate(0 days)", "rate(day)", "1 day", "cron(0 6 ? * MON)", "rate(1 day) ", ""];

pub(super) fn expressions(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for schedule in template.of_type("AWS::Scheduler::Schedule") {
        let expression = text(&schedule.properties()["ScheduleExpression"]);
        if !valid(expression) {
            violations.push(format!("{}: {expression} is not a valid schedule", schedule.name));
        }
        let written = &template.document()["Resources"][schedule.name]["Properties"]["ScheduleExpression"];
        if let Some(parameter) = written["Ref"].as_str() {
            violations.extend(admits(parameter, template.parameter(parameter)));
        }
    }
    violations
}

fn admits(name: &str, parameter: &Value) -> Vec<String> {
    let Ok(pattern) = Regex::new(text(&parameter["AllowedPattern"])) else {
        return vec![format!("{name}: the pattern is not a valid regular expression")];
    };
    let refused = RIGHT.iter().filter(|one| !pattern.is_match(one)).map(|one| format!("{name} rejects {one}"));
    let admitted = WRONG.iter().filter(|one| pattern.is_match(one)).map(|one| format!("{name} accepts {one:?}"));
    refused.chain(admitted).collect()
}

/// Whether this is a `rate` with the matching singular or plural, or a `cron` of six fields with `?` in one of the day fields.
fn valid(expression: &str) -> bool {
    let inside = |name: &str| expression.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(rate) = inside("rate") {
        return match rate.split_once(' ') {
            Some(("1", unit)) => ["minute", "hour", "day"].contains(&unit),
            Some((number, unit)) => {
                number.parse().is_ok_and(|number: u32| number > 1) && ["minutes", "hours", "days"].contains(&unit)
            }
            None => false,
        };
    }
    let fields: Vec<&str> = inside("cron").map(|fields| fields.split(' ').collect()).unwrap_or_default();
    let [minute, hour, day, month, weekday, year] = fields[..] else { return false };
    let days = (day == "?") != (weekday == "?");
    days && [(minute, 0, 59, &[][..]), (hour, 0, 23, &[]), (month, 1, 12, MONTHS), (year, 1970, 2199, &[])]
        .into_iter()
        .chain([(day, 1, 31, &[][..]), (weekday, 1, 7, WEEKDAYS)].into_iter().filter(|(field, ..)| *field != "?"))
        .all(|(field, least, most, names)| field.split(',').all(|part| part_of(part, least, most, names)))
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// Whether a field is `*`, a value or a range, each with an optional step. Rejects `L`, `W` and `#`, which Regrant does
/// not use.
fn part_of(part: &str, least: u32, most: u32, names: &[&str]) -> bool {
    let one = |value: &str| names.contains(&value) || value.parse().is_ok_and(|value| (least..=most).contains(&value));
    let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
    let values = range == "*" || range.split_once('-').map_or_else(|| one(range), |(from, to)| one(from) && one(to));
    values && step.is_none_or(|step| step.parse().is_ok_and(|step: u32| step > 0))
}

pub(super) fn inputs(template: &Template) -> Vec<String> {
    let meant = json!({ "detail-type": "Scheduled Event", "source": "aws.scheduler" });
    let input = |target: &Value| serde_json::from_str::<Value>(text(&target["Input"])).ok();
    template
        .of_type("AWS::Scheduler::Schedule")
        .filter(|schedule| input(&schedule.properties()["Target"]).as_ref() != Some(&meant))
        .map(|schedule| format!("{} sends a different event", schedule.name))
        .collect()
}

/// The Scheduler does not wait for a function, and Lambda drops what fails three times ("Asynchronous invocation error
/// handling"), unless the function has a dead-letter queue that its role may send to.
pub(super) fn failures_are_kept(template: &Template) -> Vec<String> {
    let keeps = |target: &Value| {
        let function = template.named("AWS::Serverless::Function", &target["Arn"])?;
        let emails = &function.properties()["DeadLetterQueue"]["TargetArn"];
        template.named("AWS::SQS::Queue", emails)?;
        let grants = granted(template, function.binary());
        grants.iter().find(|grant| grant.covers("sqs:SendMessage", text(emails))).map(|_| ())
    };
    template
        .of_type("AWS::Scheduler::Schedule")
        .filter(|schedule| keeps(&schedule.properties()["Target"]).is_none())
        .map(|schedule| format!("{} has no dead-letter queue for failed events", schedule.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn invalid_schedules_are_reported() {
        let place = "/Resources/ScanSchedules/Properties/ScheduleExpression";
        detects(expressions, [(place, json!("rate(1 days)")), (place, json!("cron(0 6 * * 1)"))]);
    }

    #[test]
    fn parameter_that_accepts_invalid_schedules_is_reported() {
        let place = "/Parameters/ScanSchedule/AllowedPattern";
        detects(expressions, [(place, json!("^rate|^cron")), (place, json!(r"^rate\(1 day\)$"))]);
    }

    #[test]
    fn valid_and_invalid_schedules_are_distinguished() {
        assert_eq!(RIGHT.iter().filter(|one| !valid(one)).count(), 0);
        assert_eq!(WRONG.iter().filter(|one| valid(one)).count(), 0);
        assert!(valid("cron(0/15 8-17 ? JAN,JUL MON-FRI *)"));
        assert!(!valid("cron(0 24 ? * MON *)"));
        assert!(!valid("cron(0 6 * * MON *)"));
        assert!(!valid("cron(0 6 ? * ? *)"));
    }

    #[test]
    fn wrong_schedule_event_is_reported() {
        let other = json!(r#"{"source":"aws.events"}"#);
        let places = [
            "/Resources/ScanSchedules/Properties/Target/Input",
            "/Resources/NotificationSweep/Properties/Target/Input",
        ];
        detects(inputs, places.map(|place| (place, other.clone())));
    }

    #[test]
    fn function_without_dead_letter_queue_is_reported() {
        let queue = "/Resources/DiscoveryFunction/Properties/DeadLetterQueue";
        let target = "/Resources/DiscoveryFunction/Properties/DeadLetterQueue/TargetArn";
        let elsewhere = json!({"Fn::GetAtt": ["SaveDeadLetters", "Arn"]});
        let of_notify = "/Resources/NotifyFunction/Properties/DeadLetterQueue";
        detects(failures_are_kept, [(queue, Value::Null), (target, elsewhere), (of_notify, Value::Null)]);
    }
}
