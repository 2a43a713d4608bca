//! The template and the way around in it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::node::Node;
use crate::resolve::{ResolveError, Resolver};

/// Why there is no template.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not YAML.
    #[error("the template is not YAML: {0}")]
    Yaml(String),
    /// It does not resolve.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

/// A template as it is written, and as it is for its parameters' defaults.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    given: BTreeMap<String, String>,
    resources: BTreeMap<String, Value>,
}

/// A resource, resolved.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Its name in the template.
    pub name: &'a str,
    /// What it says.
    pub body: &'a Value,
}

impl Template {
    /// Reads a template, with every parameter at its default.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let Node(document) = serde_saphyr::from_str(text).map_err(|error| TemplateError::Yaml(error.to_string()))?;
        Ok(Self::resolved(document, BTreeMap::new())?)
    }

    /// The same with a parameter set.
    pub fn with_parameter(&self, name: &str, value: &str) -> Result<Self, ResolveError> {
        let mut given = self.given.clone();
        given.insert(name.to_owned(), value.to_owned());
        Self::resolved(self.document.clone(), given)
    }

    /// The same with another value at a JSON pointer; the last step may name a new member. For tests that break it.
    pub fn with(&self, pointer: &str, value: Value) -> Result<Self, ResolveError> {
        let mut document = self.document.clone();
        let (parent, member) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        let member = member.replace("~1", "/").replace("~0", "~");
        match document.pointer_mut(parent) {
            Some(Value::Object(members)) if value.is_null() => drop(members.remove(&member)),
            Some(Value::Object(members)) => drop(members.insert(member, value)),
            Some(Value::Array(items)) => match member.parse().ok().and_then(|place: usize| items.get_mut(place)) {
                Some(item) => *item = value,
                None => items.push(value),
            },
            _ => return Err(ResolveError::NoSuchPlace(pointer.to_owned())),
        }
        Self::resolved(document, self.given.clone())
    }

    fn resolved(document: Value, given: BTreeMap<String, String>) -> Result<Self, ResolveError> {
        let resources = Resolver::new(&document, &given).resources()?;
        Ok(Self { document, given, resources })
    }

    /// The template as it is written, with the long forms of its functions.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// A parameter as it is written.
    pub fn parameter(&self, name: &str) -> &Value {
        &self.document["Parameters"][name]
    }

    /// Every resource that there is under these parameters.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.resources.iter().map(|(name, body)| Resource { name, body })
    }

    /// Those of one type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources().filter(move |resource| resource.kind() == kind)
    }

    /// The one of a type that an ARN or a reference names.
    pub fn named<'a>(&'a self, kind: &'a str, reference: &Value) -> Option<Resource<'a>> {
        let reference = reference.as_str()?;
        self.of_type(kind).find(|resource| {
            resource.name == reference
                || reference.rsplit(['/', ':']).next() == Some(&crate::resolve::physical(resource.name))
        })
    }

    /// Every Lambda function.
    pub fn functions(&self) -> impl Iterator<Item = Resource<'_>> {
        self.of_type("AWS::Serverless::Function")
    }

    /// The Lambda function of a binary.
    pub fn function(&self, binary: &str) -> Option<Resource<'_>> {
        self.functions().find(|function| function.binary() == binary)
    }
}

impl<'a> Resource<'a> {
    /// Its type.
    pub fn kind(self) -> &'a str {
        text(&self.body["Type"])
    }

    /// Its properties.
    pub fn properties(self) -> &'a Value {
        &self.body["Properties"]
    }

    /// The binary that a function is.
    pub fn binary(self) -> &'a str {
        text(&self.body["Metadata"]["BuildProperties"]["Binary"])
    }
}

/// A string, or nothing.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// One value or a list of them, as IAM takes both.
pub(crate) fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}
