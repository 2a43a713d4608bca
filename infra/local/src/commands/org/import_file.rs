//! The file of `regrant org import`: CSV or JSON, one org per line or object.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use regrant::domain::cloud::Cloud;
use regrant::domain::contact::Contacts;
use regrant::domain::text::trimmed;
use regrant::okta::OktaCredential;
use regrant::usecases::access::import::OrgToAdd;
use serde_json::Value;

use crate::output::escaped;
use crate::secret_input;

/// The names of the columns and members.
const NAMES: [&str; 14] = [
    "host",
    "token_file",
    "client_id",
    "private_key_file",
    "key_id",
    "customer",
    "labels",
    "cloud",
    "administrators",
    "operators",
    "escalation",
    "language",
    "time_zone",
    "quiet_hours",
];

/// One org of the file.
#[derive(Debug)]
pub(super) struct Row {
    /// The line of the CSV file, or the number of the object.
    pub(super) line: u64,
    /// The host; empty if the line has none.
    pub(super) host: String,
    /// Its other texts by name, without empty ones, or why the line cannot be read. The other lines count all the same.
    values: anyhow::Result<BTreeMap<String, String>>,
}

/// The orgs of a file. Fails if the file as a whole cannot be read.
pub(super) fn rows(text: &str, aerial: bool) -> anyhow::Result<Vec<Row>> {
    let text = trimmed(text);
    if aerial {
        return aerial_rows(text);
    }
    if text.starts_with(['[', '{']) { json_rows(text) } else { csv_rows(text) }
}

fn csv_rows(text: &str) -> anyhow::Result<Vec<Row>> {
    let header = text.lines().next().unwrap_or_default();
    // A spreadsheet uses its country's separator.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(|c| header.bytes().filter(|byte| byte == c).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers()?.iter().map(str::to_ascii_lowercase).collect();
    for name in &names {
        check_name(name).context("the first line must contain the names of the columns")?;
    }
    if !names.iter().any(|name| name == "host") {
        bail!("the first line has no column host; it must contain the names of the columns");
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| anyhow!("the CSV cannot be read: {error}"))?;
        let line = record.position().map_or(0, csv::Position::line);
        let values: BTreeMap<_, _> = names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        let mut row = Row::new(line, values);
        if record.len() > names.len() {
            row.values = Err(anyhow!(
                "the line has {} cells, but there are {} columns; quote cells with a separator",
                record.len(),
                names.len()
            ));
        }
        rows.push(row);
    }
    Ok(rows)
}

fn json_rows(text: &str) -> anyhow::Result<Vec<Row>> {
    let mut document: Value =
        serde_json::from_str(text).map_err(|error| anyhow!("the JSON cannot be read: {error}"))?;
    if let Some(orgs) = document.get_mut("orgs") {
        document = orgs.take();
    }
    let Value::Array(objects) = document else { bail!("the JSON must be a list of objects") };
    let read = |(at, object): (usize, Value)| {
        let line = at as u64 + 1;
        let Value::Object(members) = object else { return Row::unreadable(line, "the item is not an object") };
        let (mut values, mut problem) = (BTreeMap::new(), None);
        for (name, value) in members {
            match check_name(&name).and_then(|()| member_text(value).map_err(|error| anyhow!("{name}: {error}"))) {
                Ok(text) => drop(values.insert(name, text)),
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        let row = Row::new(line, values);
        match problem {
            Some(problem) => Row { values: Err(problem), ..row },
            None => row,
        }
    };
    Ok(objects.into_iter().enumerate().map(read).collect())
}

/// The text of a member: a string, a list of strings, or nothing.
fn member_text(value: Value) -> anyhow::Result<String> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Array(items) => {
            let texts: anyhow::Result<Vec<String>> = items.into_iter().map(member_text).collect();
            Ok(texts?.join(";"))
        }
        _ => bail!("a value must be text or a list of texts"),
    }
}

fn check_name(name: &str) -> anyhow::Result<()> {
    if NAMES.contains(&name) {
        return Ok(());
    }
    bail!("the column {} is unknown; use {}", escaped(name), NAMES.join(", "))
}

/// The active orgs in a saved list of an Aerial account.
fn aerial_rows(text: &str) -> anyhow::Result<Vec<Row>> {
    // Several pages may follow each other, as a loop over the API prints them.
    let pages = serde_json::Deserializer::from_str(text).into_iter::<Vec<Value>>();
    let pages: Result<Vec<Vec<Value>>, _> = pages.collect();
    let pages = pages.map_err(|_| anyhow!("this is not what the Aerial API lists: a JSON list of orgs"))?;
    Ok(rows_of_account(&pages.concat()))
}

/// The active orgs of an Aerial account (Okta Aerial API, "List all managed orgs"): `domain` and `status` of each.
pub(super) fn rows_of_account(orgs: &[Value]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, org) in (1..).zip(orgs) {
        let text = |name: &str| org.get(name).and_then(Value::as_str).map(trimmed).filter(|text| !text.is_empty());
        if text("status").is_some_and(|status| !status.eq_ignore_ascii_case("ACTIVE")) {
            continue;
        }
        rows.push(match text("domain") {
            Some(host) => Row { line, host: host.to_owned(), values: Ok(BTreeMap::new()) },
            None => Row::unreadable(line, "the org has no domain"),
        });
    }
    rows
}

impl Row {
    fn new(line: u64, mut values: BTreeMap<String, String>) -> Self {
        values.retain(|_, value| !trimmed(value).is_empty());
        match values.remove("host") {
            Some(host) => Self { line, host: trimmed(&host).to_owned(), values: Ok(values) },
            None => Self::unreadable(line, "the line has no host"),
        }
    }

    fn unreadable(line: u64, why: &'static str) -> Self {
        Self { line, host: String::new(), values: Err(anyhow!(why)) }
    }

    /// The org, with its credential from the files that the row names. Relative paths start at `folder`.
    pub(super) fn into_org(self, folder: &Path) -> anyhow::Result<OrgToAdd> {
        let mut values = Values(self.values?);
        let credential = values.credential(folder)?;
        let cloud = values.parsed("cloud")?.unwrap_or(Cloud::Global);
        let customer = values.parsed("customer")?;
        let labels = values.list("labels")?;
        let contacts = values.contacts()?;
        Ok(OrgToAdd { host: self.host, cloud, credential, customer, labels, contacts })
    }
}

/// The texts of a line.
struct Values(BTreeMap<String, String>);

impl Values {
    fn credential(&mut self, folder: &Path) -> anyhow::Result<Option<OktaCredential>> {
        let mut path = |name: &str| self.0.remove(name).map(|path| folder.join(PathBuf::from(trimmed(&path))));
        let (token_file, key_file) = (path("token_file"), path("private_key_file"));
        let (client_id, key_id) = (self.0.remove("client_id"), self.0.remove("key_id"));
        Ok(match (token_file, client_id, key_file) {
            (None, None, None) => None,
            (Some(file), None, None) => Some(OktaCredential::ApiToken { token: secret_input::token_file(&file)? }),
            (None, Some(client_id), Some(file)) => {
                let private_key = secret_input::private_key(&file)?;
                Some(OktaCredential::ServiceApp { client_id, key_id, private_key })
            }
            (Some(_), _, _) => bail!("set either token_file, or client_id and private_key_file"),
            (None, _, _) => bail!("a service app needs both client_id and private_key_file"),
        })
    }

    fn contacts(&mut self) -> anyhow::Result<Option<Contacts>> {
        let default = Contacts::default();
        let contacts = Contacts {
            administrators: self.list("administrators")?,
            operators: self.list("operators")?,
            escalation: self.list("escalation")?,
            language: self.parsed("language")?.unwrap_or(default.language),
            time_zone: self.parsed("time_zone")?.unwrap_or_else(|| default.time_zone.clone()),
            quiet_hours: self.parsed("quiet_hours")?,
        };
        Ok((contacts != default).then_some(contacts))
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> anyhow::Result<Option<T>> {
        let value = self.0.remove(name);
        value.map(|value| trimmed(&value).parse().map_err(|error: T::Err| anyhow!("{name}: {error}"))).transpose()
    }

    fn list<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> anyhow::Result<Vec<T>> {
        let value = self.0.remove(name).unwrap_or_default();
        let items = value.split(';').map(trimmed).filter(|item| !item.is_empty());
        items.map(|item| item.parse().map_err(|error: T::Err| anyhow!("{name}: {error}"))).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    fn org(text: &str) -> anyhow::Result<OrgToAdd> {
        rows(text, false)?.remove(0).into_org(Path::new(""))
    }

    #[test]
    fn csv_of_any_country_is_read() {
        let text = "host,customer,labels,administrators\nacme.okta.com,Acme,tier-1;eu,\"ada@acme.example; bob@acme.example\"\n";
        for text in [
            text.to_owned(),
            format!("\u{feff}{}", text.replace('\n', "\r\n")),
            "Host;Customer;Labels;Administrators\nacme.okta.com;Acme;\"tier-1;eu\";\"ada@acme.example;bob@acme.example\"".to_owned(),
            "host\tcustomer\tlabels\tadministrators\nacme.okta.com\tAcme\ttier-1;eu\tada@acme.example;bob@acme.example".to_owned(),
            r#"[{"host":"acme.okta.com","customer":"Acme","labels":["tier-1","eu"],"administrators":"ada@acme.example;bob@acme.example","cloud":null}]"#.to_owned(),
        ] {
            let org = org(&text).unwrap();
            assert_eq!((org.host.as_str(), org.customer.unwrap().as_str()), ("acme.okta.com", "Acme"), "{text}");
            assert_eq!((org.labels.len(), org.contacts.unwrap().administrators.len()), (2, 2), "{text}");
            assert!(org.credential.is_none());
        }
    }

    #[test]
    fn mistakes_are_named() {
        for (text, words) in [
            ("acme.okta.com\nglobex.okta.com", "names of the columns"),
            ("host,tokn\nacme.okta.com,x", "the column tokn is unknown"),
            ("customer\nAcme", "no column host"),
            ("host,customer\n,Acme", "the line has no host"),
            ("host\nacme.okta.com,Acme", "2 cells"),
            ("host,cloud\nacme.okta.com,moon", "cloud:"),
            ("host,administrators\nacme.okta.com,ada", "administrators:"),
            ("host,client_id\nacme.okta.com,0oa1", "private_key_file"),
            ("host,token_file,client_id\nacme.okta.com,t,0oa1", "either"),
            ("host,token_file\nacme.okta.com,no-such-file", "no-such-file"),
            ("[1]", "not an object"),
            ("{\"orgs\":3}", "list of objects"),
            ("[{\"host\":{}}]", "text or a list"),
        ] {
            let error = format!("{:#}", org(text).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn aerial_lists_active_orgs_without_credentials() {
        let page = r#"[{"id":"00o1","name":"One","domain":"one.okta.com","status":"ACTIVE","aerialOrg":true},
            {"id":"00o2","domain":"two.okta.com","status":"INACTIVE"},{"id":"00o3","domain":"three.okta.com"}]"#;
        let hosts: Vec<String> =
            rows(&format!("{page}\n{page}"), true).unwrap().into_iter().map(|row| row.host).collect();
        assert_eq!(hosts, ["one.okta.com", "three.okta.com", "one.okta.com", "three.okta.com"]);
        assert!(rows("{\"error\":1}", true).is_err());
    }

    #[test]
    fn unreadable_line_hides_no_other() {
        let csv = "host,customer\nacme.okta.com,Acme\n,Umbrella\nglobex.okta.com,Globex,x\nhooli.okta.com,Hooli\n";
        let json =
            r#"[{"host":"acme.okta.com"}, 7, {"host":"globex.okta.com","customer":{}}, {"host":" hooli.okta.com "}]"#;
        let aerial = r#"[{"domain":"acme.okta.com","status":"active"}, null, {"domain":7}, {"domain":"hooli.okta.com","status":null}]"#;
        for (text, aerial) in [(csv, false), (json, false), (aerial, true)] {
            let read = rows(text, aerial).unwrap().into_iter().map(|row| row.into_org(Path::new("")));
            let hosts: Vec<Option<String>> = read.map(|org| org.ok().map(|org| org.host)).collect();
            let expected =
                [Some("acme.okta.com"), None, None, Some("hooli.okta.com")].map(|host| host.map(str::to_owned));
            assert_eq!(hosts, expected, "{text}");
        }
    }
}
