//! Reads members of a JSON object leniently, and says exactly which one could not be read.
//!
//! Vendors' answers differ from their schemas. A member that is missing or null is not there; one of the wrong type is a
//! problem, in words for people, and does not hide the other members. No problem contains a value.

use serde_json::Value;

/// The members of one object.
pub(crate) struct Members<'a> {
    object: &'a Value,
    /// What the object is, such as "An app in the list".
    what: &'a str,
    problems: Vec<String>,
}

impl<'a> Members<'a> {
    /// Reads `object`, which problems call `what`.
    pub(crate) fn of(object: &'a Value, what: &'a str) -> Self {
        let mut members = Self { object, what, problems: Vec::new() };
        if !object.is_object() {
            members.problems.push(format!("{what} is not an object."));
        }
        members
    }

    /// The problems so far.
    pub(crate) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    /// Adds the problems of a part of the object.
    pub(crate) fn adopt(&mut self, part: Members<'_>) {
        self.problems.extend(part.problems);
    }

    /// The problems so far in one text; `what` alone if there are none.
    pub(crate) fn in_words(&self) -> String {
        if self.problems.is_empty() { format!("{} is incomplete.", self.what) } else { self.problems.join(" ") }
    }

    /// The number of problems so far.
    pub(crate) fn problem_count(&self) -> usize {
        self.problems.len()
    }

    /// Adds a problem: "`what` has `problem`."
    pub(crate) fn has(&mut self, problem: &str) {
        self.problems.push(format!("{} has {problem}.", self.what));
    }

    /// The member at a path such as `settings.app.domain`, if it is there.
    pub(crate) fn value(&mut self, path: &str) -> Option<&'a Value> {
        let mut value = self.object;
        let mut read = 0;
        for name in path.split('.') {
            match value {
                Value::Object(object) => value = object.get(name)?,
                Value::Null => return None,
                // The object itself was reported by `of`.
                _ if read == 0 => return None,
                _ => {
                    self.is_not(path.get(..read - 1).unwrap_or_default(), "an object");
                    return None;
                }
            }
            read += name.len() + 1;
        }
        (!value.is_null()).then_some(value)
    }

    /// A text, if it is there and not empty.
    pub(crate) fn text(&mut self, path: &str) -> Option<&'a str> {
        let value = self.value(path)?;
        let text = value.as_str();
        if text.is_none() {
            self.is_not(path, "text");
        }
        text.filter(|text| !text.is_empty())
    }

    /// A text that must be there.
    pub(crate) fn required_text(&mut self, path: &str) -> Option<&'a str> {
        let before = self.problems.len();
        let text = self.text(path);
        if text.is_none() && self.problems.len() == before {
            self.lacks(path);
        }
        text
    }

    /// A truth value, if it is there.
    pub(crate) fn boolean(&mut self, path: &str) -> Option<bool> {
        let value = self.value(path)?;
        if value.as_bool().is_none() {
            self.is_not(path, "true or false");
        }
        value.as_bool()
    }

    /// A list; empty if it is not there.
    pub(crate) fn list(&mut self, path: &str) -> &'a [Value] {
        let Some(value) = self.value(path) else { return &[] };
        if !value.is_array() {
            self.is_not(path, "a list");
        }
        value.as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// A value that its text parses to, if it is there.
    pub(crate) fn parsed<T: std::str::FromStr>(&mut self, path: &str) -> Option<T> {
        let parsed = self.text(path)?.parse().ok();
        if parsed.is_none() {
            self.has(&format!("an invalid {path}"));
        }
        parsed
    }

    /// A value that must be there and that its text parses to.
    pub(crate) fn required<T: std::str::FromStr>(&mut self, path: &str) -> Option<T> {
        let parsed = self.required_text(path)?.parse().ok();
        if parsed.is_none() {
            self.has(&format!("an invalid {path}"));
        }
        parsed
    }

    /// Adds the problem that a member is missing.
    pub(crate) fn lacks(&mut self, path: &str) {
        // If it is not an object at all, that was reported.
        if self.object.is_object() {
            self.has(&format!("no {path}"));
        }
    }

    fn is_not(&mut self, path: &str, kind: &str) {
        self.has(&format!("{} {path} that is not {kind}", article(path)));
    }
}

fn article(path: &str) -> &'static str {
    if path.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// Changes one member of an answer, for tests of every decoder.
#[cfg(test)]
pub(crate) mod mutation {
    use serde_json::{Value, json};

    /// A change of one member.
    #[derive(Debug, Clone)]
    pub(crate) enum Change {
        Null,
        WrongType(Value),
        Removed,
    }

    /// Values of every type; the one of the member's own type is skipped.
    pub(crate) fn wrong_types() -> Vec<Value> {
        vec![
            json!(7),
            json!(-0.5),
            json!(true),
            json!("odd \u{202e} text"),
            json!([]),
            json!([null]),
            json!({}),
            json!({ "new": 1 }),
        ]
    }

    /// The path of every member and element of `value`, as a JSON pointer.
    pub(crate) fn paths(value: &Value) -> Vec<String> {
        fn collect(value: &Value, at: &str, found: &mut Vec<String>) {
            let mut visit = |name: &str, member: &Value| {
                let path = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(path.clone());
                collect(member, &path, found);
            };
            match value {
                Value::Object(object) => object.iter().for_each(|(name, member)| visit(name, member)),
                Value::Array(items) => {
                    items.iter().enumerate().for_each(|(index, item)| visit(&index.to_string(), item));
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(value, "", &mut found);
        found
    }

    /// `value` with one member changed. `None` if the change would not change its type.
    pub(crate) fn changed(value: &Value, path: &str, change: &Change) -> Option<Value> {
        let mut copy = value.clone();
        let member = copy.pointer_mut(path)?;
        match change {
            Change::Null if member.is_null() => return None,
            Change::Null => *member = Value::Null,
            Change::WrongType(odd) if std::mem::discriminant(odd) == std::mem::discriminant(member) => return None,
            Change::WrongType(odd) => *member = odd.clone(),
            Change::Removed => {
                let (parent, name) = path.rsplit_once('/')?;
                match copy.pointer_mut(parent)? {
                    Value::Object(object) => drop(object.remove(&name.replace("~1", "/").replace("~0", "~"))),
                    Value::Array(items) => drop(items.remove(name.parse().ok()?)),
                    _ => return None,
                }
            }
        }
        Some(copy)
    }

    /// What a decoder made of an answer: its result in words, and what it could not read.
    pub(crate) struct Decoded {
        pub(crate) result: String,
        pub(crate) problems: Vec<String>,
    }

    /// A decoder, a valid answer for it, and the members that may be missing or null without a report.
    pub(crate) struct Decoder {
        pub(crate) name: &'static str,
        pub(crate) decode: fn(&Value) -> Decoded,
        pub(crate) answer: fn(usize) -> Value,
        pub(crate) optional: &'static [&'static str],
    }

    /// Changes one member of a valid answer of `elements` elements and checks that the result is right, or says what could not
    /// be read. `pick` chooses the member and the change.
    pub(crate) fn check(decoder: &Decoder, elements: usize, pick: (usize, usize)) -> Result<(), String> {
        let valid = (decoder.answer)(elements);
        let whole = (decoder.decode)(&valid);
        assert!(whole.problems.is_empty(), "{}: {:?}", decoder.name, whole.problems);
        let (paths, odd) = (paths(&valid), wrong_types());
        let path = &paths[pick.0 % paths.len()];
        let change = match pick.1 % (odd.len() + 2) {
            0 => Change::Null,
            1 => Change::Removed,
            number => Change::WrongType(odd[number - 2].clone()),
        };
        let Some(changed) = changed(&valid, path, &change) else { return Ok(()) };
        let found = (decoder.decode)(&changed);
        let names: Vec<&str> =
            path.split('/').filter(|name| name.parse::<usize>().is_err() && !name.is_empty()).collect();
        let last = path.rsplit('/').next().unwrap_or_default();
        let is_named = found.problems.iter().any(|problem| names.iter().any(|name| problem.contains(name)));
        // An element of the outermost list has no name.
        let is_reported = is_named || (names.is_empty() && !found.problems.is_empty());
        let is_element = last.parse::<usize>().is_ok();
        let may_be_absent = match change {
            Change::Removed => is_element || decoder.optional.contains(&last),
            Change::Null => decoder.optional.contains(&last),
            Change::WrongType(_) => false,
        };
        if found.result == whole.result || is_reported || may_be_absent {
            return Ok(());
        }
        Err(format!(
            "{} {path} {change:?}: {} instead of {}; {:?}",
            decoder.name, found.result, whole.result, found.problems
        ))
    }

    /// The number of cases: `REGRANT_ODD_MEMBERS`, or a small number.
    pub(crate) fn cases() -> u32 {
        std::env::var("REGRANT_ODD_MEMBERS").ok().and_then(|number| number.parse().ok()).unwrap_or(300)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn problem_names_the_member_and_no_value() {
        let answer = json!({ "a": { "b": 7 }, "c": null, "d": "text", "e": "" });
        let mut members = Members::of(&answer, "An answer");
        assert_eq!(
            (members.text("d"), members.text("e"), members.text("c.x"), members.text("no.thing")),
            (Some("text"), None, None, None)
        );
        assert_eq!((members.text("a.b"), members.text("a.b.c"), members.boolean("d")), (None, None, None));
        assert_eq!((members.required_text("c"), members.required::<u8>("d")), (None, None));
        assert_eq!(
            members.into_problems(),
            [
                "An answer has an a.b that is not text.",
                "An answer has an a.b that is not an object.",
                "An answer has a d that is not true or false.",
                "An answer has no c.",
                "An answer has an invalid d.",
            ]
        );
        assert_eq!(Members::of(&json!(7), "An answer").into_problems(), ["An answer is not an object."]);
    }
}
