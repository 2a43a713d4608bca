//! The template and its resources.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::node::Node;
use crate::resolve::{ResolveError, Resolver};

/// A template failed to load.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is not valid YAML.
    #[error("the template is not valid YAML: {0}")]
    Yaml(String),
    /// It failed to resolve.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
}

/// A template in its source form and resolved.
#[derive(Debug, Clone)]
pub struct Template {
    document: Value,
    given: BTreeMap<String, String>,
    resources: BTreeMap<String, Value>,
}

/// A resolved resource.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'a> {
    /// Its name in the template.
    pub name: &'a str,
    /// Its definition.
    pub body: &'a Value,
}

impl Template {
    /// Reads a template, with every parameter at its default.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let Node(document) = serde_saphyr::from_str(text).map_err(|error| TemplateError::Yaml(error.to_string()))?;
        Ok(Self::resolved(document, BTreeMap::new())?)
    }

    /// The template with a parameter set.
    pub fn with_parameter(&self, name: &str, value: &str) -> Result<Self, ResolveError> {
        let mut given = self.given.clone();
        given.insert(name.to_owned(), value.to_owned());
        Self::resolved(self.document.clone(), given)
    }

    /// The template with a different value at a JSON pointer, for tests of rules. The last step may name a new member.
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

    /// The template's source, with its functions in their long forms.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// A parameter's definition.
    pub fn parameter(&self, name: &str) -> &Value {
        &self.document["Parameters"][name]
    }

    /// Every resource that exists with these parameters.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.resources.iter().map(|(name, body)| Resource { name, body })
    }

    /// The resources of one type.
    pub fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = Resource<'a>> {
        self.resources().filter(move |resource| resource.kind() == kind)
    }

    /// The resource of a type that an ARN or a reference names.
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

    /// The Lambda function with this binary.
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

    /// The binary of a function.
    pub fn binary(self) -> &'a str {
        text(&self.body["Metadata"]["BuildProperties"]["Binary"])
    }
}

/// The string, or an empty one.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// One value or a list, because IAM accepts both.
pub(crate) fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(items) => items.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}
