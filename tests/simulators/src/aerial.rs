//! The Aerial API's list of an account's orgs, in pages with a `next` link (documented). The simulated Aerial org serves it itself.

use http::StatusCode;
use http::header::LINK;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::okta_error::OktaError;
use crate::org::Org;

/// The documented default and maximum page sizes.
const DEFAULT_LIMIT: usize = 25;
const MOST: usize = 100;

/// Lists the orgs after the cursor.
pub(crate) fn list(org: &Org, path: &str, query: &str, origin: &str) -> Result<Answer, OktaError> {
    let (mut start, mut limit) = (0, DEFAULT_LIMIT);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "after" => start = value.parse().map_err(|_| OktaError::bad_cursor())?,
            "limit" => limit = value.parse::<usize>().unwrap_or(DEFAULT_LIMIT).clamp(1, MOST),
            _ => {}
        }
    }
    let page: Vec<Value> = org
        .aerial_orgs
        .iter()
        .enumerate()
        .skip(start)
        .take(limit)
        .map(|(number, (domain, status))| {
            json!({
                "accountId": org.aerial_account, "name": format!("Org {number}"), "cell": "ok1", "domain": domain,
                "status": status, "aerialOrg": number == 0, "createdDate": "2023-12-08T20:15:18.000Z",
                "id": format!("00oAerial{number:011}"),
            })
        })
        .collect();
    let end = start + page.len();
    let answer = Answer::json(StatusCode::OK, &Value::Array(page));
    let next = format!("<{origin}{path}?after={end}&limit={limit}>; rel=\"next\"");
    Ok(if end < org.aerial_orgs.len() { answer.with_header(LINK, &next) } else { answer })
}
