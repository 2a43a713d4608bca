//! Replaces values by inventions.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use url::Url;

use super::{Exchange, INVENTED_HOST, RawAnswer};
use crate::domain::cloud::Cloud;
use crate::domain::failure;

/// The headers that matter to a client. All others, such as cookies and nonces, are dropped.
const HEADERS: [&str; 8] = [
    "content-type",
    "date",
    "link",
    "retry-after",
    "www-authenticate",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
];

/// The members whose value is a word of Okta's interface, if it has that form.
const ENUMS: [&str; 15] = [
    "authScheme",
    "errorCode",
    "errorLink",
    "eventType",
    "features",
    "legacyEventType",
    "method",
    "office365FlexibleProvisioningMode",
    "office365ProvisioningType",
    "pipeline",
    "result",
    "severity",
    "signOnMode",
    "status",
    "tenantType",
];

/// The kinds of targets and actors in the System Log.
const TYPES: [&str; 9] =
    ["AppInstance", "AppUser", "AppGroup", "User", "UserGroup", "Token", "PublicClientApp", "SystemPrincipal", "Rule"];

/// Sentences that a client has to recognise (Okta, "Error codes" and "Application Features").
const SENTENCES: [&str; 6] = [
    "Api validation failed: feature",
    "Provisioning is not enabled for the app instance.",
    "Provisioning is not supported.",
    "Invalid paging request.",
    "Invalid cursor.",
    "API call exceeded rate limit due to too many requests.",
];

/// The words of Okta's and Microsoft's paths.
const PATH_WORDS: [&str; 26] = [
    ".well-known",
    "okta-organization",
    "api",
    "v1",
    "v2.0",
    "apps",
    "office365",
    "connections",
    "default",
    "features",
    "lifecycle",
    "activate",
    "deactivate",
    "users",
    "groups",
    "logs",
    "oauth2",
    "authorize",
    "callback",
    "common",
    "organizations",
    "admin",
    "app",
    "generic",
    "oauth20redirect",
    "USER_PROVISIONING",
];

/// The parameters of Okta's API whose values Regrant itself chose, and those of an authorization URL that hold fixed words.
const KEPT_PARAMETERS: [&str; 7] = ["filter", "limit", "q", "response_type", "response_mode", "since", "sortOrder"];

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

/// Identifiers, as members of Okta's and Microsoft's interfaces are named.
fn is_member_name(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-$".contains(&b))
        && !is_id(name)
        && !is_guid(name)
        && name.bytes().filter(u8::is_ascii_digit).count() <= 4
}

fn is_word_of_okta(member: &str, text: &str) -> bool {
    match member {
        "name" => text == "office365",
        "type" => TYPES.contains(&text),
        "eventType" | "legacyEventType" => {
            (3..=100).contains(&text.len())
                && text.contains('.')
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
                && text.bytes().filter(u8::is_ascii_digit).count() <= 4
        }
        "pipeline" => matches!(text, "idx" | "v1"),
        _ if ENUMS.contains(&member) => {
            (2..=50).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
                && text.bytes().filter(u8::is_ascii_digit).count() <= 7
        }
        _ => false,
    }
}

/// Okta's ids: letters and digits, with a prefix that says what they are.
fn is_id(text: &str) -> bool {
    let has_prefix =
        ["00o", "00u", "00g", "00p", "0oa", "0ua", "oae", "trs"].iter().any(|prefix| text.starts_with(prefix));
    (8..=60).contains(&text.len())
        && has_prefix
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    lengths && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn is_error_number(word: &str) -> bool {
    let digits = word.strip_prefix("AADSTS").or_else(|| word.strip_prefix('E'));
    digits.is_some_and(|digits| (5..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a value that Regrant chose contains an id of the org.
fn has_personal_id(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(is_id)
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
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn scrubbed(url: &str, headers: &[(&str, &str)], body: &str) -> Exchange {
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let answer = RawAnswer { url: &url.parse().unwrap(), status: 200, headers: &headers, body: body.as_bytes() };
        Scrubber::default().exchange("GET", &answer)
    }

    const CANARIES: [&str; 12] = [
        "initech",
        "Milton",
        "milton.waddams",
        "0oaRealAppIdOfInitech",
        "00uRealUserIdOfMilton",
        "aaaabbbb-cccc-dddd-eeee-ffff00001111",
        "secretStateOfOkta",
        "secretCode",
        "eyJhbGciOi",
        "192.0.2.77",
        "00secretApiToken",
        "Swingline",
    ];

    #[test]
    fn nothing_personal_or_secret_survives() {
        let body = json!([{
            "id": "0oaRealAppIdOfInitech", "name": "office365", "label": "Milton's Swingline 365", "status": "ACTIVE",
            "features": ["PUSH_NEW_USERS", "initech"], "signOnMode": "Swingline",
            "settings": { "app": { "domain": "initech.example", "msftTenant": "initech" }, "notes": { "admin": "Milton" } },
            "milton.waddams@initech.example": 7, "aaaabbbb-cccc-dddd-eeee-ffff00001111": true,
            "new": { "token": "eyJhbGciOi", "apiKey": "00secretApiToken", "ip": "192.0.2.77", "lat": 44.98 },
            "_links": {
                "authorize": { "href": "https://login.microsoftonline.com/initech.onmicrosoft.com/oauth2/authorize?state=secretStateOfOkta&client_id=aaaabbbb-cccc-dddd-eeee-ffff00001111&scope=User.ReadWrite.All%20initech&code=secretCode" },
                "self": { "href": "https://initech.okta.com/api/v1/users/00uRealUserIdOfMilton/milton.waddams#secretCode" },
            },
        }, {
            "eventType": "app.office365.api.error.push.profile", "uuid": "aaaabbbb-cccc-dddd-eeee-ffff00001111",
            "displayMessage": "Could not push profile for Milton Waddams",
            "outcome": { "result": "FAILURE", "reason": "AADSTS50079: svc_OKTA_sync_0oaRealAppIdOfInitech, milton.waddams@initech.example" },
        }]);
        let headers = [
            ("Link", "<https://initech.okta.com/api/v1/apps?after=0oaRealAppIdOfInitech&limit=200>; rel=\"next\""),
            ("Set-Cookie", "sid=secretCode"),
            ("DPoP-Nonce", "secretCode"),
            (
                "WWW-Authenticate",
                "Bearer realm=\"initech\", error=\"insufficient_scope\", scope=\"okta.apps.read initech\"",
            ),
            ("Content-Type", "application/json; x=initech"),
            ("x-rate-limit-limit", "50 initech"),
        ];
        let url = "https://initech.okta.com/api/v1/apps/0oaRealAppIdOfInitech?filter=name%20eq%20%22office365%22&after=secretCode&since=2026-03-02T08%3A00%3A00Z";
        let exchange = scrubbed(url, &headers, &body.to_string());
        let written = serde_json::to_string(&exchange).unwrap();
        for canary in CANARIES {
            assert!(!written.to_ascii_lowercase().contains(&canary.to_ascii_lowercase()), "{canary}: {written}");
        }
        // What a client needs is still there.
        assert_eq!(exchange.template, "/api/v1/apps/{id}");
        for kept in [
            "office365",
            "ACTIVE",
            "PUSH_NEW_USERS",
            "AADSTS50079 svc_OKTA_sync_0oaInvented",
            "app.office365.api.error.push.profile",
            "https://login.microsoftonline.com/",
            "scope=User.ReadWrite.All&",
            "insufficient_scope",
            "okta.apps.read",
        ] {
            assert!(written.contains(kept), "{kept}: {written}");
        }
        let ids: std::collections::BTreeSet<&str> =
            written.match_indices("0oaInvented").map(|(at, _)| &written[at..at + 20]).collect();
        assert_eq!(ids.len(), 1, "the same id is always the same invention: {ids:?}");
    }

    #[test]
    fn members_keep_their_names_and_types() {
        let exchange =
            scrubbed("https://acme.okta.com/api/v1/apps", &[], r#"{"new":{"a":7,"b":null,"c":true,"d":["x",{}]}}"#);
        assert_eq!(exchange.body, json!({ "new": { "a": 0, "b": null, "c": true, "d": ["Text 1", {}] } }));
        assert_eq!(
            scrubbed("https://acme.okta.com/", &[], "<html>Milton</html>").body,
            json!("19 bytes that are not JSON")
        );
    }

    proptest! {
        #[test]
        fn any_text_is_replaced(secret in "[A-Za-z0-9+/=._-]{9,60}", member in "[a-zA-Z]{1,20}") {
            let body = json!({ &member: &secret, "outcome": { "reason": format!("It says {secret} twice: {secret}.") } });
            let url = format!("https://acme.okta.com/api/v1/apps/{}?after={}", secret.replace(['/', '.'], "x"), secret.replace(['+', '='], "y"));
            let exchange = scrubbed(&url, &[("date", &secret), ("link", &secret)], &body.to_string());
            let written = serde_json::to_string(&exchange.body).unwrap() + &exchange.path;
            let is_word = is_word_of_okta(&member, &secret) || secret.parse::<jiff::Timestamp>().is_ok();
            prop_assert!(is_word || !written.contains(&secret), "{written}");
        }
    }
}
