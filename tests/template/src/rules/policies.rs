//! Rules for the permissions of roles.

use std::collections::BTreeMap;

use crate::Template;
use crate::grants::{Grant, of, statements};
use crate::template::{each, text};

/// Actions that AWS supports only on all resources.
const KNOW_NO_RESOURCES: &[&str] = &["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// Parameters that add grants if they are set.
const OPTIONS: [(&str, &str); 3] =
    [("Tracing", "on"), ("MailFrom", "regrant@example.com"), ("OktaEventBus", "aws.partner/okta.com/acme/regrant")];

/// Every grant of every role, with all such parameters set.
fn grants(template: &Template) -> Result<Vec<(String, Grant)>, String> {
    let add = |so_far: Template, (name, value): &(&str, &str)| so_far.with_parameter(name, value);
    let full = OPTIONS.iter().try_fold(template.clone(), add).map_err(|error| error.to_string())?;
    let roles = full.of_type("AWS::IAM::Role");
    let of_role = |role| statements(&full, role).flat_map(of).map(move |grant| (role.name.to_owned(), grant));
    Ok(roles.flat_map(of_role).collect())
}

fn offending(template: &Template, offends: fn(&Grant) -> bool) -> Vec<String> {
    match grants(template) {
        Ok(grants) if grants.is_empty() => vec!["no role allows anything".to_owned()],
        Ok(grants) => {
            let told = |(role, grant): (String, Grant)| format!("{role} allows {} on {}", grant.action, grant.resource);
            grants.into_iter().filter(|(_, grant)| offends(grant)).map(told).collect()
        }
        Err(error) => vec![error],
    }
}

pub(super) fn own_service(template: &Template) -> Vec<String> {
    offending(template, |grant| {
        let service = grant.action.split(':').next();
        grant.resource != "*" && grant.resource.split(':').nth(2) != service
    })
}

pub(super) fn wildcards(template: &Template) -> Vec<String> {
    let mut violations = offending(template, |grant| {
        let everything = grant.resource.split(':').skip(5).all(|rest| rest == "*");
        grant.action.contains('*') || (everything && !KNOW_NO_RESOURCES.contains(&grant.action.as_str()))
    });
    for key in template.of_type("AWS::KMS::Key") {
        let actions =
            each(&key.properties()["KeyPolicy"]["Statement"]).flat_map(|statement| each(&statement["Action"]));
        violations.extend(
            actions.map(text).filter(|action| action.contains('*')).map(|action| format!("{}: {action}", key.name)),
        );
    }
    for role in template.of_type("AWS::IAM::Role").filter(|role| role.properties().get("ManagedPolicyArns").is_some()) {
        violations.push(format!("{} uses an AWS managed policy", role.name));
    }
    violations
}

pub(super) fn own_roles(template: &Template) -> Vec<String> {
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut violations = Vec::new();
    for function in template.functions() {
        match template.named("AWS::IAM::Role", &function.properties()["Role"]) {
            Some(role) => users.entry(role.name).or_default().push(function.name),
            None => violations.push(format!("{} has no role", function.name)),
        }
    }
    let shared = users.into_iter().filter(|(_, functions)| functions.len() > 1);
    violations.extend(shared.map(|(role, functions)| format!("{role} is shared by {}", functions.join(" and "))));
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::rules::testing::detects;

    const MAIL: &str = "/Resources/EmailPolicy/Properties/PolicyDocument/Statement/0";
    const PLACE: &str = "/Resources/CallbackRole/Properties/Policies/0/PolicyDocument/Statement/0";

    fn statement(action: &str, resource: &Value) -> Value {
        json!({ "Effect": "Allow", "Action": [action], "Resource": resource })
    }

    #[test]
    fn action_on_other_service_is_reported() {
        let table = json!({ "Fn::GetAtt": ["Table", "Arn"] });
        detects(own_service, [(PLACE, statement("ses:SendEmail", &table)), (MAIL, statement("ses:SendEmail", &table))]);
    }

    #[test]
    fn wildcards_are_reported() {
        let table = json!({ "Fn::GetAtt": ["Table", "Arn"] });
        detects(
            wildcards,
            [
                (PLACE, statement("dynamodb:*", &table)),
                (PLACE, statement("dynamodb:GetItem", &json!("*"))),
                (PLACE, statement("sqs:SendMessage", &json!("arn:aws:sqs:*:*:*"))),
                (MAIL, statement("ses:SendEmail", &json!("*"))),
                ("/Resources/Key/Properties/KeyPolicy/Statement/0/Action", json!("kms:*")),
                (
                    "/Resources/CallbackRole/Properties/ManagedPolicyArns",
                    json!(["arn:aws:iam::aws:policy/AdministratorAccess"]),
                ),
            ],
        );
    }

    #[test]
    fn shared_and_missing_roles_are_reported() {
        let place = "/Resources/CallbackFunction/Properties/Role";
        detects(own_roles, [(place, json!({ "Fn::GetAtt": ["SaveRole", "Arn"] })), (place, Value::Null)]);
    }
}
