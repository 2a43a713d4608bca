//! What each function may do.

use serde_json::Value;

use crate::template::{Resource, Template, each, text};

/// One action that a role allows, on one pattern of resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN, in which `*` and `?` stand for others, in the made-up account.
    pub resource: String,
}

impl Grant {
    /// Whether it covers a call: the action's name in any case, as IAM has it, and the resource by its pattern.
    pub fn covers(&self, action: &str, resource: &str) -> bool {
        self.action.eq_ignore_ascii_case(action) && like(self.resource.as_bytes(), resource.as_bytes())
    }
}

/// What the function of this binary (`discovery`, `consent-url`, `callback`, `save`, `notify`) may do; empty where there is none.
pub fn granted(template: &Template, function: &str) -> Vec<Grant> {
    let role = template
        .function(function)
        .and_then(|function| template.named("AWS::IAM::Role", &function.properties()["Role"]));
    let statements = role.into_iter().flat_map(|role| statements(template, role));
    let mut grants: Vec<Grant> = statements.filter(|one| one["Effect"] == "Allow").flat_map(of).collect();
    grants.sort();
    grants.dedup();
    grants
}

/// The statements of a role's policies, its own and those attached to it.
pub(crate) fn statements<'a>(template: &'a Template, role: Resource<'a>) -> impl Iterator<Item = &'a Value> {
    let is_role = move |reference: &Value| {
        template.named("AWS::IAM::Role", reference).is_some_and(|named| named.name == role.name)
    };
    let attached = template
        .of_type("AWS::IAM::Policy")
        .map(Resource::properties)
        .filter(move |policy| each(&policy["Roles"]).any(is_role));
    each(&role.properties()["Policies"]).chain(attached).flat_map(|policy| each(&policy["PolicyDocument"]["Statement"]))
}

/// The grants of one statement.
pub(crate) fn of(statement: &Value) -> impl Iterator<Item = Grant> {
    each(&statement["Action"]).flat_map(|action| {
        each(&statement["Resource"])
            .map(|resource| Grant { action: text(action).to_owned(), resource: text(resource).to_owned() })
    })
}

/// Whether a text is like a pattern of IAM's.
fn like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => (0..=text.len()).any(|skipped| like(rest, &text[skipped..])),
        ([b'?', rest @ ..], [_, text @ ..]) => like(rest, text),
        ([first, rest @ ..], [one, text @ ..]) => first == one && like(rest, text),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Grant;

    #[test]
    fn a_grant_covers_what_its_pattern_says() {
        let grant = Grant { action: "a:Get".to_owned(), resource: "arn:aws:a:::x/keys-??/*".to_owned() };
        assert!(grant.covers("a:Get", "arn:aws:a:::x/keys-ab/c/d"));
        assert!(grant.covers("a:get", "arn:aws:a:::x/keys-ab/"));
        assert!(!grant.covers("a:Get", "arn:aws:a:::x/keys-abc/d"));
        assert!(!grant.covers("a:Put", "arn:aws:a:::x/keys-ab/c"));
        assert!(!grant.covers("a:Get", "arn:aws:a:::x/keys-ab"));
    }
}
