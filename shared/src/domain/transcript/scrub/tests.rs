#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

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
