//! The IAM grants of each function.

use serde_json::Value;

use crate::template::{Resource, Template, each, text};

/// One action that a role allows on one resource pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The IAM action, such as `dynamodb:GetItem`.
    pub action: String,
    /// An ARN pattern with the wildcards `*` and `?`, in the invented account.
    pub resource: String,
}

impl Grant {
    /// Whether it covers a call. Like IAM, compares the action case-insensitively and the resource by pattern.
    pub fn covers(&self, action: &str, resource: &str) -> bool {
        self.action.eq_ignore_ascii_case(action) && like(self.resource.as_bytes(), resource.as_bytes())
    }
}

/// The grants of the function with this binary (such as `discovery`); empty if there is
/// no such function.
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

/// The statements of a role's inline and attached policies.
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

/// Whether a text matches an IAM pattern.
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
    fn grant_covers_calls_matching_its_pattern() {
        let grant = Grant { action: "a:Get".to_owned(), resource: "arn:aws:a:::x/keys-??/*".to_owned() };
        assert!(grant.covers("a:Get", "arn:aws:a:::x/keys-ab/c/d"));
        assert!(grant.covers("a:get", "arn:aws:a:::x/keys-ab/"));
        assert!(!grant.covers("a:Get", "arn:aws:a:::x/keys-abc/d"));
        assert!(!grant.covers("a:Put", "arn:aws:a:::x/keys-ab/c"));
        assert!(!grant.covers("a:Get", "arn:aws:a:::x/keys-ab"));
    }
}
