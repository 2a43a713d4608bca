//! `GET /api/v1/apps/{id}/users` and `GET /api/v1/apps/{id}/groups`: the users and groups assigned to an app.

use http::StatusCode;
use http::header::LINK;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::applications::find;
use crate::okta_error::OktaError;
use crate::org::{App, Org};

/// The kind of assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assigned {
    /// Users.
    Users,
    /// Groups.
    Groups,
}

impl Assigned {
    const fn path(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
        }
    }

    /// The minimum, default and maximum page size (Okta Management API).
    const fn limits(self) -> (usize, usize, usize) {
        match self {
            Self::Users => (1, 50, 500),
            Self::Groups => (20, 20, 200),
        }
    }

    const fn count(self, app: &App) -> usize {
        match self {
            Self::Users => app.users,
            Self::Groups => app.groups,
        }
    }

    fn id(self, number: usize) -> String {
        let kind = if self == Self::Users { "00u" } else { "00g" };
        format!("{kind}invented{number:09}")
    }

    fn item(self, app: &App, number: usize, origin: &str) -> Value {
        let (id, path) = (self.id(number), self.path());
        let of_app = format!("{origin}/api/v1/apps/{}", app.id);
        match self {
            Self::Users => json!({
                "id": id,
                "externalId": null,
                "created": "2026-03-27T07:35:08.000Z",
                "lastUpdated": "2026-03-27T07:35:10.000Z",
                "scope": "GROUP",
                "status": "ACTIVE",
                "statusChanged": "2026-03-27T07:35:10.000Z",
                "passwordChanged": null,
                "syncState": "DISABLED",
                "credentials": { "userName": format!("user{number}@example.com") },
                "profile": {},
                "_links": {
                    "app": { "href": of_app },
                    "user": { "href": format!("{origin}/api/v1/{path}/{id}") },
                },
            }),
            Self::Groups => json!({
                "id": id,
                "lastUpdated": "2026-03-27T07:35:10.000Z",
                "priority": number,
                "profile": {},
                "_links": {
                    "app": { "href": of_app },
                    "self": { "href": format!("{of_app}/{path}/{id}") },
                    "group": { "href": format!("{origin}/api/v1/{path}/{id}") },
                },
            }),
        }
    }
}

/// Lists the users or groups assigned to an app. Sends `Link` as one header line for `self` and one for `next`.
pub(crate) fn list(org: &Org, id: &str, kind: Assigned, query: &str, origin: &str) -> Result<Answer, OktaError> {
    let app = find(org, id)?;
    let (minimum, mut limit, maximum) = kind.limits();
    let all = kind.count(app);
    let mut start = 0;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "after" => start = (0..all).find(|&n| kind.id(n) == *value).ok_or_else(OktaError::bad_cursor)? + 1,
            "limit" => {
                let asked: usize =
                    value.parse().map_err(|_| OktaError::invalid("limit", "limit: must be a whole number"))?;
                limit = asked.clamp(minimum, maximum);
            }
            _ => {}
        }
    }
    let end = all.min(start + limit);
    let body = Value::Array((start..end).map(|number| kind.item(app, number, origin)).collect());
    let page = |origin: &str, query: &str| format!("{origin}/api/v1/apps/{}/{}?{query}", app.id, kind.path());
    let this = page(origin, &format!("limit={limit}"));
    let answer = Answer::json(StatusCode::OK, &body).with_header(LINK, &format!("<{this}>; rel=\"self\""));
    if end == all {
        return Ok(answer);
    }
    let there = org.next_link_origin.as_deref().unwrap_or(origin);
    let next = page(there, &format!("after={}&limit={limit}", kind.id(end - 1)));
    Ok(answer.with_header(LINK, &format!("<{next}>; rel=\"next\"")))
}
