//! Secrets: none stands in the template, and none is asked for by it.

use regex::RegexSet;
use serde_json::Value;

use crate::Template;

/// Members that hold a secret, in small emails.
const HOLDERS: &[&str] =
    &["secretstring", "password", "clientsecret", "privatekey", "apitoken", "accesstoken", "apikey"];

/// What a secret looks like wherever it stands.
const SHAPES: &[&str] = &[
    "-----BEGIN ",
    r"\beyJ[\w-]{10,}\.[\w-]{10,}",
    r"\b(AKIA|ASIA)[A-Z0-9]{16}\b",
    r"(?i)\bSSWS\s",
    // An API token of Okta's; a client secret of Entra's.
    r"\b00[\w-]{40}\b",
    r"\b[\w~.-]{3}8Q~[\w~.-]{34}\b",
];

pub(super) fn literals(template: &Template) -> Vec<String> {
    let Ok(shapes) = RegexSet::new(SHAPES) else {
        return vec!["the shapes are no patterns".to_owned()];
    };
    let mut offences = Vec::new();
    walk(template.document(), "", &mut |place, name, value| {
        let small = name.to_lowercase().replace(['_', '-'], "");
        let held = HOLDERS.iter().any(|holder| small.ends_with(holder)) && !value.is_empty();
        if held || shapes.is_match(value) {
            offences.push(format!("{place} holds one"));
        }
    });
    offences
}

/// Every string, with its place and the name of the member that holds it.
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
    all.filter(secret).map(|(name, _)| format!("{name} looks like one that does")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn secrets_are_noticed_by_name_and_by_shape() {
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
    fn parameters_for_secrets_are_noticed() {
        detects(
            parameters,
            [
                ("/Parameters/OktaToken", json!({ "Type": "String" })),
                ("/Parameters/Other", json!({ "Type": "String", "NoEcho": true })),
            ],
        );
    }
}
