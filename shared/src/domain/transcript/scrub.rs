//! Replaces values by inventions.

mod vocabulary;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use self::vocabulary::{
    HEADERS, KEPT_PARAMETERS, PATH_WORDS, SENTENCES, has_personal_id, is_error_number, is_guid, is_id, is_member_name,
    is_word_of_okta,
};
use super::{Exchange, INVENTED_HOST, RawAnswer};
use crate::domain::cloud::Cloud;
use crate::domain::failure;

/// Replaces values by inventions: the same value always by the same one.
#[derive(Debug, Default)]
pub struct Scrubber {
    inventions: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Scrubber {
    /// Scrubs an answer.
    pub fn exchange(&mut self, method: &str, answer: &RawAnswer<'_>) -> Exchange {
        let body = match serde_json::from_slice(answer.body) {
            Ok(body) => self.value("", &body),
            Err(_) if answer.body.is_empty() => Value::Null,
            Err(_) => Value::String(format!("{} bytes that are not JSON", answer.body.len())),
        };
        let mut headers = Vec::new();
        for (name, value) in answer.headers {
            let name = name.to_ascii_lowercase();
            if HEADERS.contains(&name.as_str()) {
                let value = self.header(&name, value);
                headers.push((name, value));
            }
        }
        Exchange {
            method: method.to_owned(),
            template: template(answer.url),
            path: self.path_and_query(answer.url),
            status: answer.status,
            headers,
            body,
        }
    }

    fn value(&mut self, member: &str, value: &Value) -> Value {
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            // A number may be a position on a map or an autonomous system; no number matters to a client.
            Value::Number(_) => Value::from(0),
            Value::String(text) => Value::String(self.text(member, text)),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.value(member, item)).collect()),
            Value::Object(object) => {
                let mut scrubbed = Map::new();
                for (name, value) in object {
                    let kept = if is_member_name(name) { name.clone() } else { self.invented("member", name) };
                    let value = self.value(name, value);
                    scrubbed.insert(kept, value);
                }
                Value::Object(scrubbed)
            }
        }
    }

    fn text(&mut self, member: &str, text: &str) -> String {
        if text.is_empty() || is_word_of_okta(member, text) || SENTENCES.contains(&text) {
            return text.to_owned();
        }
        if let Ok(url) = Url::parse(text)
            && matches!(url.scheme(), "http" | "https")
        {
            return self.url(&url);
        }
        if text.parse::<jiff::Timestamp>().is_ok() {
            return text.to_owned();
        }
        if text.contains('@') && !text.contains(' ') {
            return format!("{}@contoso.example", self.invented("person", text));
        }
        if is_id(text) {
            return self.id(text);
        }
        if is_guid(text) {
            return self.guid(text);
        }
        if text.contains('.') && !text.contains(' ') {
            return format!("{}.example", self.invented("domain", text));
        }
        self.sentence(text)
    }

    /// A free text: only the codes of errors and the ids of apps in it remain.
    fn sentence(&mut self, text: &str) -> String {
        let mut kept: Vec<String> = Vec::new();
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if failure::find(word).is_some_and(|known| known.code == word) || is_error_number(word) {
                kept.push(word.to_owned());
            } else if let Some(app) = word.strip_prefix("svc_OKTA_sync_").filter(|app| is_id(app)) {
                kept.push(format!("svc_OKTA_sync_{}", self.id(app)));
            }
        }
        if kept.is_empty() {
            self.invented("Text ", text)
        } else {
            format!("{} {}", self.invented("Text ", text), kept.join(" "))
        }
    }

    fn invented(&mut self, kind: &'static str, value: &str) -> String {
        let key = format!("{kind}\u{0}{value}");
        if let Some(known) = self.inventions.get(&key) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let invention = format!("{kind}{count}");
        self.inventions.insert(key, invention.clone());
        invention
    }

    /// An id with the same kind of prefix, such as `0oa` for an app.
    fn id(&mut self, id: &str) -> String {
        let number = self.invented("", id);
        let prefix = id.get(..3).unwrap_or("000");
        format!("{prefix}Invented{number:0>9}")
    }

    fn guid(&mut self, guid: &str) -> String {
        let number = self.invented("", &guid.to_ascii_lowercase());
        format!("00000000-0000-4000-8000-{number:0>12}")
    }

    fn header(&mut self, name: &str, value: &str) -> String {
        match name {
            "link" => value
                .split('<')
                .skip(1)
                .filter_map(|link| {
                    let (target, rest) = link.split_once('>')?;
                    let rel = if rest.contains("next") { "next" } else { "self" };
                    Some(format!("<{}>; rel=\"{rel}\"", self.url(&Url::parse(target).ok()?)))
                })
                .collect::<Vec<_>>()
                .join(", "),
            "www-authenticate" => challenge(value),
            "content-type" if value.starts_with("application/json") => "application/json".to_owned(),
            "content-type" => "text/plain".to_owned(),
            "date" => value.chars().filter(|c| c.is_ascii_alphanumeric() || " ,:".contains(*c)).take(40).collect(),
            // The others are numbers.
            _ => value.chars().filter(char::is_ascii_digit).take(12).collect(),
        }
    }

    fn url(&mut self, url: &Url) -> String {
        let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
        let is_login = Cloud::ALL.into_iter().any(|cloud| cloud.login_hosts().contains(&host.as_str()));
        let host = match host.as_str() {
            host if is_login => host.to_owned(),
            host if host.split('.').next().is_some_and(|name| name.ends_with("-admin")) => {
                "acme-admin.okta.com".to_owned()
            }
            // Every other host stands for the org; only the invented one may occur.
            _ => INVENTED_HOST.to_owned(),
        };
        format!("https://{host}{}", self.path_and_query(url))
    }

    fn path_and_query(&mut self, url: &Url) -> String {
        let mut path = String::new();
        for segment in url.path_segments().into_iter().flatten() {
            path.push('/');
            if PATH_WORDS.contains(&segment) {
                path.push_str(segment);
            } else if is_id(segment) {
                path.push_str(&self.id(segment));
            } else if !segment.is_empty() {
                path.push_str(&self.invented("part", segment));
            }
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url.query_pairs() {
            let name = if is_member_name(&name) { name.into_owned() } else { self.invented("member", &name) };
            let value = match name.as_str() {
                "scope" => scopes(&value),
                name if KEPT_PARAMETERS.contains(&name) && !has_personal_id(&value) => value.into_owned(),
                _ if is_guid(&value) => self.guid(&value),
                _ => self.invented("value", &value),
            };
            query.append_pair(&name, &value);
        }
        let query = query.finish();
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }
}

/// The endpoint of a URL, with `{id}` for every part that is not a word of the interface.
fn template(url: &Url) -> String {
    let mut template = String::new();
    for segment in url.path_segments().into_iter().flatten() {
        template.push('/');
        template.push_str(if PATH_WORDS.contains(&segment) { segment } else { "{id}" });
    }
    template
}

/// The scopes in a list that have the form of one.
fn scopes(value: &str) -> String {
    let is_scope = |name: &&str| {
        let name = name.rsplit('/').next().unwrap_or_default();
        let letters = name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'.' || b == b'_');
        letters
            && (name.contains(".Read")
                || matches!(name, "openid" | "profile" | "email" | "offline_access" | ".default"))
    };
    let kept: Vec<&str> = value
        .split_ascii_whitespace()
        .filter(is_scope)
        .map(|name| name.rsplit('/').next().unwrap_or_default())
        .collect();
    kept.join(" ")
}

/// The scheme, `error` and Okta's scopes of a challenge.
fn challenge(value: &str) -> String {
    let scheme = if value.trim_start().to_ascii_lowercase().starts_with("dpop") { "DPoP" } else { "Bearer" };
    let parameter = |name: &str| {
        let (_, rest) = value.split_once(&format!("{name}=\""))?;
        rest.split('"').next()
    };
    let is_word = |word: &str| word.bytes().all(|b| b.is_ascii_lowercase() || b"_.".contains(&b));
    let mut parts = Vec::new();
    if let Some(error) = parameter("error").filter(|error| is_word(error)) {
        parts.push(format!("error=\"{error}\""));
    }
    let scopes: Vec<&str> = parameter("scope")
        .into_iter()
        .flat_map(str::split_ascii_whitespace)
        .filter(|scope| scope.starts_with("okta.") && is_word(scope))
        .collect();
    if !scopes.is_empty() {
        parts.push(format!("scope=\"{}\"", scopes.join(" ")));
    }
    if parts.is_empty() { scheme.to_owned() } else { format!("{scheme} {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests;
