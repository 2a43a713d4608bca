//! Reads YAML with CloudFormation's short forms as JSON with the long forms: `!Ref X` becomes `{"Ref": "X"}`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, json};
use serde_saphyr::Tagged;

/// A value with its tag applied.
pub(crate) struct Node(pub(crate) Value);

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Tagged(Untagged(value), tag) = Tagged::deserialize(deserializer)?;
        Ok(Self(match tag.as_deref().and_then(|tag| tag.strip_prefix('!')) {
            None => value,
            Some(name @ ("Ref" | "Condition")) => json!({ name: value }),
            // Only the first dot separates `Resource.Attribute`.
            Some("GetAtt") => match value.as_str().and_then(|both| both.split_once('.')) {
                Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
                None => json!({ "Fn::GetAtt": value }),
            },
            Some(name) => json!({ (format!("Fn::{name}")): value }),
        }))
    }
}

struct Untagged(Value);

impl<'de> Deserialize<'de> for Untagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Values).map(Self)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Node(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some((name, Node(member))) = members.next_entry::<String, Node>()? {
            all.insert(name, member);
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use serde_json::json;

    use super::Node;

    #[test]
    fn short_forms_become_long_forms() {
        let text = "
            a: !Ref Table
            b: !GetAtt Table.Stream.Arn
            c: !If [Named, !Sub 'https://${Domain}', 7]
            d: !Not [!Condition Named]
            e: { \"on\": true }
            f: !If
              - Named
              - !Sub x
              - Effect: Allow
        ";
        let Node(read) = serde_saphyr::from_str(text).unwrap();
        let meant = json!({
            "a": {"Ref": "Table"},
            "b": {"Fn::GetAtt": ["Table", "Stream.Arn"]},
            "c": {"Fn::If": ["Named", {"Fn::Sub": "https://${Domain}"}, 7]},
            "d": {"Fn::Not": [{"Condition": "Named"}]},
            "e": {"on": true},
            "f": {"Fn::If": ["Named", {"Fn::Sub": "x"}, {"Effect": "Allow"}]},
        });
        assert_eq!(read, meant);
    }
}
