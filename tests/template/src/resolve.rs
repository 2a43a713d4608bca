//! Resolves CloudFormation's intrinsic functions for an invented account.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The invented account.
pub const ACCOUNT: &str = "123456789012";
/// Its region.
pub const REGION: &str = "eu-central-1";
/// Its stack.
pub const STACK: &str = "regrant";

/// A template failed to resolve.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ResolveError {
    /// The name is undefined.
    #[error("unknown parameter, resource or pseudo parameter {0}")]
    NoSuchName(String),
    /// The condition is undefined.
    #[error("unknown condition {0}")]
    NoSuchCondition(String),
    /// The resolver does not support this attribute.
    #[error("the resolver does not support attribute {0}")]
    NoSuchAttribute(String),
    /// An unsupported CloudFormation function, or one with invalid arguments.
    #[error("unsupported function or invalid arguments: {0}")]
    NotUnderstood(String),
    /// The template has no value at this JSON pointer.
    #[error("the template has no value at {0}")]
    NoSuchPlace(String),
}

/// The physical name of a resource that the template does not name.
pub(crate) fn physical(name: &str) -> String {
    format!("{STACK}-{name}")
}

pub(crate) struct Resolver<'a> {
    document: &'a Value,
    given: &'a BTreeMap<String, String>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(document: &'a Value, given: &'a BTreeMap<String, String>) -> Self {
        Self { document, given }
    }

    /// Every resource whose condition is true, merged with `Globals`.
    pub(crate) fn resources(&self) -> Result<BTreeMap<String, Value>, ResolveError> {
        let mut resources = BTreeMap::new();
        for (name, body) in self.document["Resources"].as_object().into_iter().flatten() {
            let holds = body["Condition"].as_str().map_or(Ok(true), |condition| self.condition(condition))?;
            if !holds {
                continue;
            }
            let mut body = body.clone();
            if body["Type"] == "AWS::Serverless::Function" {
                let mut properties = self.document["Globals"]["Function"].clone();
                merge(&mut properties, body["Properties"].take());
                body["Properties"] = properties;
            }
            resources.insert(name.clone(), self.value(&body)?.unwrap_or_default());
        }
        Ok(resources)
    }

    /// Resolves a value's functions; `None` for `AWS::NoValue`.
    fn value(&self, value: &Value) -> Result<Option<Value>, ResolveError> {
        match value {
            Value::Object(members) => match only(members) {
                Some(("Ref", argument)) => self.reference(argument),
                Some(("Fn::GetAtt", argument)) => self.attribute(argument).map(|text| Some(text.into())),
                Some(("Fn::Sub", argument)) => self.substituted(argument).map(|text| Some(text.into())),
                Some(("Fn::If", argument)) => self.chosen(argument),
                Some((name, _)) if name.starts_with("Fn::") => Err(ResolveError::NotUnderstood(name.to_owned())),
                _ => {
                    let mut resolved = Map::new();
                    for (name, member) in members {
                        if let Some(member) = self.value(member)? {
                            resolved.insert(name.clone(), member);
                        }
                    }
                    Ok(Some(Value::Object(resolved)))
                }
            },
            Value::Array(items) => {
                let items: Result<Vec<_>, _> = items.iter().filter_map(|item| self.value(item).transpose()).collect();
                Ok(Some(Value::Array(items?)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn reference(&self, argument: &Value) -> Result<Option<Value>, ResolveError> {
        match argument.as_str() {
            Some("AWS::NoValue") => Ok(None),
            Some(name) => self.name(name).map(|text| Some(text.into())),
            None => Err(ResolveError::NotUnderstood(format!("Ref {argument}"))),
        }
    }

    fn name(&self, name: &str) -> Result<String, ResolveError> {
        let known = match name {
            "AWS::AccountId" => ACCOUNT,
            "AWS::Partition" => "aws",
            "AWS::Region" => REGION,
            "AWS::StackName" => STACK,
            "AWS::URLSuffix" => "amazonaws.com",
            _ => return self.parameter(name).or_else(|| self.resource(name)).ok_or_else(|| no_such_name(name)),
        };
        Ok(known.to_owned())
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let parameter = self.document["Parameters"].get(name)?;
        if let Some(given) = self.given.get(name) {
            return Some(given.clone());
        }
        Some(match parameter.get("Default") {
            Some(Value::String(default)) => default.clone(),
            Some(default) => default.to_string(),
            // A required parameter without a default. Its name serves as its value.
            None => name.to_owned(),
        })
    }

    /// The value of `Ref` for a resource.
    fn resource(&self, name: &str) -> Option<String> {
        let resource = self.document["Resources"].get(name)?;
        let named = |property: &str| resource["Properties"].get(property).cloned();
        Some(match resource["Type"].as_str()? {
            "AWS::SQS::Queue" => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{}", physical(name)),
            "AWS::SNS::Topic" => format!("arn:aws:sns:{REGION}:{ACCOUNT}:{}", physical(name)),
            "AWS::Logs::LogGroup" => {
                let written = named("LogGroupName").and_then(|written| self.value(&written).ok().flatten());
                written.as_ref().and_then(Value::as_str).map_or_else(|| physical(name), str::to_owned)
            }
            // Ids without a name.
            "AWS::KMS::Key" | "AWS::ApiGatewayV2::Api" | "AWS::ApiGatewayV2::Authorizer" => name.to_owned(),
            kind if kind.starts_with("AWS::ApiGatewayV2::") => name.to_owned(),
            _ => physical(name),
        })
    }

    fn attribute(&self, argument: &Value) -> Result<String, ResolveError> {
        let (Some(name), Some(attribute)) = (argument[0].as_str(), argument[1].as_str()) else {
            return Err(ResolveError::NotUnderstood(format!("Fn::GetAtt {argument}")));
        };
        let resource = self.document["Resources"].get(name).ok_or_else(|| no_such_name(name))?;
        let kind = resource["Type"].as_str().unwrap_or_default();
        let own = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        let physical = physical(name);
        Ok(match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => own("dynamodb", &format!("table/{physical}")),
            ("AWS::KMS::Key", "Arn") => own("kms", &format!("key/{name}")),
            ("AWS::SQS::Queue", "Arn") => own("sqs", &physical),
            ("AWS::SQS::Queue", "QueueName") => physical,
            ("AWS::Serverless::Function", "Arn") => own("lambda", &format!("function:{physical}")),
            ("AWS::Events::Rule", "Arn") => own("events", &format!("rule/{physical}")),
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{ACCOUNT}:role/{physical}"),
            ("AWS::Logs::LogGroup", "Arn") => own("logs", &format!("log-group:{}:*", self.name(name)?)),
            _ => return Err(ResolveError::NoSuchAttribute(format!("{attribute} of {name}, {kind}"))),
        })
    }

    fn substituted(&self, argument: &Value) -> Result<String, ResolveError> {
        let not_understood = || ResolveError::NotUnderstood(format!("Fn::Sub {argument}"));
        let mut rest = argument.as_str().ok_or_else(not_understood)?;
        let mut whole = String::new();
        while let Some((before, after)) = rest.split_once("${") {
            let (variable, after) = after.split_once('}').ok_or_else(not_understood)?;
            whole.push_str(before);
            whole.push_str(&match variable.split_once('.') {
                Some((name, attribute)) => self.attribute(&Value::from(vec![name, attribute]))?,
                None => self.name(variable)?,
            });
            rest = after;
        }
        whole.push_str(rest);
        Ok(whole)
    }

    fn chosen(&self, argument: &Value) -> Result<Option<Value>, ResolveError> {
        let Some([Value::String(condition), held, otherwise]) = argument.as_array().map(Vec::as_slice) else {
            return Err(ResolveError::NotUnderstood(format!("Fn::If {argument}")));
        };
        self.value(if self.condition(condition)? { held } else { otherwise })
    }

    fn condition(&self, name: &str) -> Result<bool, ResolveError> {
        let condition = self.document["Conditions"].get(name);
        self.holds(condition.ok_or_else(|| ResolveError::NoSuchCondition(name.to_owned()))?)
    }

    fn holds(&self, condition: &Value) -> Result<bool, ResolveError> {
        let not_understood = || ResolveError::NotUnderstood(condition.to_string());
        let (function, argument) = condition.as_object().and_then(only).ok_or_else(not_understood)?;
        let arguments = argument.as_array().map(Vec::as_slice).unwrap_or_default();
        match (function, arguments) {
            ("Condition", _) => self.condition(argument.as_str().ok_or_else(not_understood)?),
            ("Fn::Not", [inner]) => Ok(!self.holds(inner)?),
            ("Fn::Equals", [left, right]) => Ok(self.value(left)? == self.value(right)?),
            ("Fn::And", all) => all.iter().try_fold(true, |so_far, one| Ok(self.holds(one)? && so_far)),
            ("Fn::Or", all) => all.iter().try_fold(false, |so_far, one| Ok(self.holds(one)? || so_far)),
            _ => Err(not_understood()),
        }
    }
}

fn no_such_name(name: &str) -> ResolveError {
    ResolveError::NoSuchName(name.to_owned())
}

fn only(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut all = members.iter();
    let (name, member) = all.next()?;
    all.next().is_none().then_some((name, member))
}

/// Merges two values: objects member by member; otherwise the second replaces the first.
fn merge(under: &mut Value, over: Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, member) in over {
                merge(under.entry(name).or_insert(Value::Null), member);
            }
        }
        (under, over) => *under = over,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use serde_json::json;

    use crate::{ResolveError, Template};

    const SMALL: &str = r#"
Parameters:
  Domain: { Type: String, Default: "" }
Conditions:
  Named: !Not [!Equals [!Ref Domain, ""]]
Globals:
  Function:
    Timeout: 3
    Environment: { Variables: { A: "1", B: "2" } }
Resources:
  Queue: { Type: AWS::SQS::Queue }
  Front: { Type: AWS::X::Y, Condition: Named, Properties: { Name: !Ref Domain } }
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Url: !If [Named, !Sub "https://${Domain}", !Ref Queue]
      Kept: !If [Named, 1, !Ref AWS::NoValue]
      Environment: { Variables: { B: !GetAtt Queue.Arn } }
"#;

    #[test]
    fn resolution_applies_defaults_globals_and_conditions() {
        let template = Template::parse(SMALL).unwrap();
        let function = template.functions().next().unwrap().properties();
        let arn = "arn:aws:sqs:eu-central-1:123456789012:regrant-Queue";
        let url = "https://sqs.eu-central-1.amazonaws.com/123456789012/regrant-Queue";
        let environment = json!({ "Variables": { "A": "1", "B": arn } });
        assert_eq!(*function, json!({ "Timeout": 3, "Url": url, "Environment": environment }));
        assert_eq!(template.of_type("AWS::X::Y").count(), 0);
    }

    #[test]
    fn given_parameters_override_defaults() {
        let template = Template::parse(SMALL).unwrap().with_parameter("Domain", "example.com").unwrap();
        let function = template.functions().next().unwrap().properties();
        assert_eq!(function["Url"], "https://example.com");
        assert_eq!(function["Kept"], 1);
        assert_eq!(template.of_type("AWS::X::Y").count(), 1);
    }

    #[test]
    fn undefined_names_are_errors() {
        let template = Template::parse(SMALL).unwrap();
        let url = "/Resources/Function/Properties/Url";
        let error = |value| template.with(url, value).unwrap_err();
        assert_eq!(error(json!({ "Ref": "Nothing" })), ResolveError::NoSuchName("Nothing".to_owned()));
        assert_eq!(error(json!({ "Fn::Sub": "${Nothing.Arn}" })), ResolveError::NoSuchName("Nothing".to_owned()));
        assert_eq!(error(json!({ "Fn::If": ["Odd", 1, 2] })), ResolveError::NoSuchCondition("Odd".to_owned()));
        assert!(matches!(error(json!({ "Fn::GetAtt": ["Queue", "Odd"] })), ResolveError::NoSuchAttribute(_)));
        assert!(matches!(error(json!({ "Fn::Join": ["", []] })), ResolveError::NotUnderstood(_)));
    }
}
