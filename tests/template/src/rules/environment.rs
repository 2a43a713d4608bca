//! What functions are told by their environment.

use std::collections::BTreeSet;

use crate::Template;

const ALL: &[&str] = &[
    "REGRANT_INSTALLATION",
    "REGRANT_LOG",
    "REGRANT_POOLED_SECRETS",
    "REGRANT_PUBLIC_URL",
    "REGRANT_SECRET_KEY",
    "REGRANT_SECRET_PREFIX",
    "REGRANT_TABLE",
    "REGRANT_TRACING",
];

/// What only `notify` is told.
const NOTIFY: &[&str] = &[
    "REGRANT_MAIL_CONFIGURATION_SET",
    "REGRANT_MAIL_DEADLINE",
    "REGRANT_MAIL_ESCALATION",
    "REGRANT_MAIL_FROM",
    "REGRANT_MAIL_LANGUAGE",
    "REGRANT_MAIL_OPERATORS",
    "REGRANT_MAIL_QUESTIONS_TO",
    "REGRANT_MAIL_QUIET_HOURS",
    "REGRANT_MAIL_TIME_ZONE",
    "REGRANT_NOTIFICATION_QUEUE_URL",
];

/// The functions, with what only they are told.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("callback", &[]),
    ("consent-url", &["REGRANT_SAVE_QUEUE_URL"]),
    ("discovery", &["REGRANT_NOTIFICATION_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL", "REGRANT_SCAN_QUEUE_URL"]),
    ("notify", NOTIFY),
    ("save", &["REGRANT_NOTIFICATION_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL"]),
];

pub(super) fn variables(template: &Template) -> Vec<String> {
    let mut offences = Vec::new();
    for (binary, own) in FUNCTIONS {
        let Some(function) = template.function(binary) else {
            offences.push(format!("{binary} is not there"));
            continue;
        };
        let meant: BTreeSet<&str> = ALL.iter().chain(*own).copied().collect();
        let told = function.properties()["Environment"]["Variables"].as_object();
        let told: BTreeSet<&str> = told.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        offences.extend(meant.difference(&told).map(|name| format!("{binary} is not told {name}")));
        offences.extend(told.difference(&meant).map(|name| format!("{binary} is told {name}, which it does not read")));
    }
    let known = |binary: &str| FUNCTIONS.iter().any(|(known, _)| *known == binary);
    let odd = template.functions().filter(|function| !known(function.binary()));
    offences.extend(odd.map(|function| format!("{} is not known here", function.name)));
    offences
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn missing_and_odd_variables_are_noticed() {
        detects(
            variables,
            [
                ("/Globals/Function/Environment/Variables/REGRANT_TABLE", Value::Null),
                ("/Globals/Function/Environment/Variables/REGRANT_DATA_DIR", json!("/x")),
                ("/Resources/SaveFunction/Properties/Environment", Value::Null),
                ("/Resources/NotifyFunction/Properties/Environment/Variables/REGRANT_MAIL_FROM", Value::Null),
                ("/Resources/CallbackFunction/Metadata/BuildProperties/Binary", json!("odd")),
            ],
        );
    }
}
