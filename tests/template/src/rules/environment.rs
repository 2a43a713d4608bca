//! Rules for the functions' environment variables.

use std::collections::BTreeSet;

use crate::Template;

const ALL: &[&str] = &[
    "REGRANT_BRAND_ACCENT",
    "REGRANT_BRAND_NAME",
    "REGRANT_INSTALLATION",
    "REGRANT_LOG",
    "REGRANT_MAIL_LANGUAGE",
    "REGRANT_MAIL_QUESTIONS_TO",
    "REGRANT_POOLED_SECRETS",
    "REGRANT_PUBLIC_URL",
    "REGRANT_SECRET_KEY",
    "REGRANT_SECRET_PREFIX",
    "REGRANT_TABLE",
    "REGRANT_TRACING",
];

/// The specific variables of `notify`.
const NOTIFY: &[&str] = &[
    "REGRANT_MAIL_CONFIGURATION_SET",
    "REGRANT_MAIL_DEADLINE",
    "REGRANT_MAIL_ESCALATION",
    "REGRANT_MAIL_FROM",
    "REGRANT_MAIL_OPERATORS",
    "REGRANT_MAIL_QUIET_HOURS",
    "REGRANT_MAIL_TIME_ZONE",
    "REGRANT_NOTIFICATION_QUEUE_URL",
    "REGRANT_VERIFIED_PUBLISHER",
];

/// The specific variables of `console`.
const CONSOLE: &[&str] = &[
    "REGRANT_MAIL_DEADLINE",
    "REGRANT_MAIL_ESCALATION",
    "REGRANT_MAIL_FROM",
    "REGRANT_MAIL_OPERATORS",
    "REGRANT_MAIL_QUIET_HOURS",
    "REGRANT_MAIL_TIME_ZONE",
    "REGRANT_NOTIFICATION_QUEUE_URL",
    "REGRANT_SAVE_QUEUE_URL",
    "REGRANT_SCAN_QUEUE_URL",
];

/// The functions, with their specific variables.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("callback", &[]),
    ("consent-url", &["REGRANT_SAVE_QUEUE_URL"]),
    ("console", CONSOLE),
    ("discovery", &["REGRANT_NOTIFICATION_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL", "REGRANT_SCAN_QUEUE_URL"]),
    ("notify", NOTIFY),
    ("save", &["REGRANT_NOTIFICATION_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL"]),
];

pub(super) fn variables(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for (binary, own) in FUNCTIONS {
        let Some(function) = template.function(binary) else {
            violations.push(format!("{binary} is missing"));
            continue;
        };
        let expected: BTreeSet<&str> = ALL.iter().chain(*own).copied().collect();
        let present = function.properties()["Environment"]["Variables"].as_object();
        let present: BTreeSet<&str> = present.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        violations.extend(expected.difference(&present).map(|name| format!("{binary} lacks {name}")));
        violations
            .extend(present.difference(&expected).map(|name| format!("{binary} has {name}, which it does not read")));
    }
    let known = |binary: &str| FUNCTIONS.iter().any(|(known, _)| *known == binary);
    let unknown = template.functions().filter(|function| !known(function.binary()));
    violations.extend(unknown.map(|function| format!("{} is an unknown function", function.name)));
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn missing_and_unknown_variables_are_reported() {
        detects(
            variables,
            [
                ("/Globals/Function/Environment/Variables/REGRANT_TABLE", Value::Null),
                ("/Globals/Function/Environment/Variables/REGRANT_DATA_DIR", json!("/x")),
                ("/Resources/SaveFunction/Properties/Environment", Value::Null),
                ("/Resources/NotifyFunction/Properties/Environment/Variables/REGRANT_MAIL_FROM", Value::Null),
                ("/Resources/CallbackFunction/Metadata/BuildProperties/Binary", json!("unknown")),
            ],
        );
    }
}
