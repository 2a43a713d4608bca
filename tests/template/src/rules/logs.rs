//! Rules for log groups.

use serde_json::Value;

use crate::Template;
use crate::template::{Resource, text};

pub(super) fn groups(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    let groups: Vec<_> = template.of_type("AWS::Logs::LogGroup").collect();
    for group in &groups {
        let properties = group.properties();
        for needed in ["RetentionInDays", "KmsKeyId", "LogGroupName"] {
            if properties.get(needed).is_none() {
                violations.push(format!("{} has no {needed}", group.name));
            }
        }
        if !readable_by_key(template, text(&properties["LogGroupName"])) {
            violations.push(format!("the key's policy does not allow {}", group.name));
        }
    }
    let written = |function: &Resource<'_>| function.properties()["LoggingConfig"]["LogGroup"].clone();
    let is_there = |name: &Value| groups.iter().any(|group| group.properties()["LogGroupName"] == *name);
    let none = template.functions().filter(|function| !is_there(&written(function)));
    violations.extend(none.map(|function| format!("{} has no log group", function.name)));
    violations
}

/// Whether the key's policy allows CloudWatch Logs to use it for a group with this name.
fn readable_by_key(template: &Template, name: &str) -> bool {
    let statements = template
        .of_type("AWS::KMS::Key")
        .flat_map(|key| crate::template::each(&key.properties()["KeyPolicy"]["Statement"]));
    let mut patterns = statements.map(|one| text(&one["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]));
    let of_name =
        |pattern: &str| pattern.split_once(":log-group:").map(|(_, name)| name.trim_end_matches('*').to_owned());
    patterns.any(|pattern| of_name(pattern).is_some_and(|start| name.starts_with(&start)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn unencrypted_unlimited_and_missing_logs_are_reported() {
        detects(
            groups,
            [
                ("/Resources/ApiLogs/Properties/RetentionInDays", Value::Null),
                ("/Resources/SaveLogs/Properties/KmsKeyId", Value::Null),
                ("/Resources/SaveLogs/Properties/LogGroupName", json!("/elsewhere/save")),
                ("/Resources/SaveFunction/Properties/LoggingConfig", Value::Null),
            ],
        );
    }
}
