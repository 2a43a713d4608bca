//! Canonical JSON (RFC 8785, JSON Canonicalization Scheme): one value has one sequence of bytes.
//!
//! Events have no fractions, so numbers are written as serde writes integers, which is what the RFC requires of them.
//! Member names are ASCII, for which the order of bytes is the order of UTF-16 code units.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// The canonical JSON of `value`; `None` if it cannot be written as JSON.
pub fn canonical<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let mut text = String::new();
    write(&serde_json::to_value(value).ok()?, &mut text);
    Some(text)
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            // Sorted here, because a crate anywhere in the build can make serde_json keep the order of insertion.
            let sorted: BTreeMap<&String, &Value> = members.iter().collect();
            text.push('{');
            for (at, (name, member)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&Value::String(name.clone()).to_string());
                text.push(':');
                write(member, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn members_are_sorted_and_strings_escaped_as_the_rfc_requires() {
        // RFC 8785 section 3.2.2, without the numbers that have fractions.
        let input =
            r#"{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false], "n": 56}"#;
        let value: Value = serde_json::from_str(input).unwrap();
        let wanted = "{\"literals\":[null,true,false],\"n\":56,\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(canonical(&value).unwrap(), wanted);
    }
}
