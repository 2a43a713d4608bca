//! Rules for secrets: the template contains none and takes none as a parameter.

use regex::RegexSet;
use serde_json::Value;

use crate::Template;

/// Names of members that hold a secret, in lower case.
const HOLDERS: &[&str] =
    &["secretstring", "password", "clientsecret", "privatekey", "apitoken", "accesstoken", "apikey"];

/// Patterns of secret values.
const SHAPES: &[&str] = &[
    "-----BEGIN ",
    r"\beyJ[\w-]{10,}\.[\w-]{10,}",
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    r"(?i)\bSSWS\s",
    // An Okta API token; an Entra client secret.
    r"\b00[\w-]{40}\b",
    r"\b[\w~.-]{3}8Q~[\w~.-]{34}\b",
];

pub(super) fn literals(template: &Template) -> Vec<String> {
    let Ok(shapes) = RegexSet::new(SHAPES) else {
        return vec!["the shapes are no patterns".to_owned()];
    };
    let mut violations = Vec::new();
    walk(template.document(), "", &mut |place, name, value| {
        let small = name.to_lowercase().replace(['_', '-'], "");
        let held = HOLDERS.iter().any(|holder| small.ends_with(holder)) && !value.is_empty();
        if held || shapes.is_match(value) {
            violations.push(format!("{place} contains a secret"));
        }
    });
    violations
}

/// Every string, with its JSON pointer and the name of its member.
fn walk(value: &Value, place: &str, see: &mut impl FnMut(&str, &str, &str)) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                walk(member, &format!("{place}/{name}"), see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, place, see)),
        Value::String(text) => see(place, place.rsplit('/').next().unwrap_or_default(), text),
        _ => {}
    }
}

pub(super) fn parameters(template: &Template) -> Vec<String> {
    let secret = |(name, parameter): &(&String, &Value)| {
        let small = name.to_lowercase();
        parameter.get("NoEcho").is_some()
            || ["secret", "password", "token", "key"].iter().any(|end| small.ends_with(end))
    };
    let all = template.document()["Parameters"].as_object().into_iter().flatten();
    all.filter(secret).map(|(name, _)| format!("{name} looks like a parameter for a secret")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn secrets_are_found_by_name_and_pattern() {
        let secret = json!({ "Type": "AWS::SecretsManager::Secret", "Properties": { "SecretString": "hunter2" } });
        let variable = "/Globals/Function/Environment/Variables/REGRANT_X";
        let okta = format!("00{}", "a".repeat(40));
        let pem = format!("-----BEGIN {} KEY-----", "PRIVATE");
        detects(
            literals,
            [
                ("/Resources/Broken", secret),
                ("/Globals/Function/Environment/Variables/REGRANT_API_TOKEN", json!("x")),
                (variable, json!(okta)),
                (variable, json!(pem)),
            ],
        );
    }

    #[test]
    fn parameters_for_secrets_are_reported() {
        detects(
            parameters,
            [
                ("/Parameters/OktaToken", json!({ "Type": "String" })),
                ("/Parameters/Other", json!({ "Type": "String", "NoEcho": true })),
            ],
        );
    }
}
