//! Claims challenges: what Microsoft requires of the next sign-in.
//!
//! Graph and the token endpoint reject a token with a challenge, for example because Conditional Access requires another
//! factor. The next authorization request must repeat it in its `claims` parameter (Microsoft, "Claims challenges, claims
//! requests and client capabilities"). Without it, the person signs in and meets the same rejection again.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest accepted challenge, in bytes. It becomes part of a URL; Microsoft's own are about 100 bytes long.
const MAX_BYTES: usize = 2_048;

/// A claims challenge: a JSON object of at most 2,048 bytes, kept as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClaimsChallenge(String);

/// The text is not a claims challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a claims challenge is a JSON object of at most 2048 bytes")]
pub struct NotAClaimsChallenge;

impl ClaimsChallenge {
    /// The JSON as received.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The members of the JSON object.
    pub fn members(&self) -> Map<String, Value> {
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for ClaimsChallenge {
    type Error = NotAClaimsChallenge;
    fn try_from(json: String) -> Result<Self, NotAClaimsChallenge> {
        let is_object = json.len() <= MAX_BYTES && serde_json::from_str::<Map<String, Value>>(&json).is_ok();
        if is_object { Ok(Self(json)) } else { Err(NotAClaimsChallenge) }
    }
}

impl From<ClaimsChallenge> for String {
    fn from(challenge: ClaimsChallenge) -> Self {
        challenge.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_json_object_is_a_challenge() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
        assert_eq!(ClaimsChallenge::try_from(json.to_owned()).map(String::from).as_deref(), Ok(json));
        let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(MAX_BYTES));
        for bad in ["", "null", "[]", "\"claims\"", "{", "{} {}", &long] {
            assert_eq!(ClaimsChallenge::try_from(bad.to_owned()), Err(NotAClaimsChallenge), "{bad}");
        }
    }
}
