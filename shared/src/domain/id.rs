//! Identifiers that came from outside and are safe to put into a path, a key or a file name.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Why a string is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to 64 letters, digits, `-` or `_`, and this is not; check where it was copied from")]
pub struct InvalidId {
    what: &'static str,
}

fn is_id(value: &str) -> bool {
    (1..=64).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier as it came from outside.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(value: String) -> Result<Self, InvalidId> {
                if is_id(&value) { Ok(Self(value.into())) } else { Err(InvalidId { what: $what }) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;
            fn from_str(value: &str) -> Result<Self, InvalidId> {
                Self::try_from(value.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// An Okta org, by the `id` of its `/.well-known/okta-organization` (`00o…`).
    OrgId,
    "an Okta org id"
);
id!(
    /// An app integration in an org (`0oa…`), as in `/api/v1/apps/{appId}`.
    AppId,
    "an Okta app id"
);
id!(
    /// One scan.
    ScanId,
    "a scan id"
);

impl ScanId {
    /// A scan id from hexadecimal digits, which are always one.
    pub(crate) fn from_digits(digits: String) -> Self {
        Self(digits.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_would_leave_its_path_is_refused() {
        for bad in ["", "../x", "a/b", "a?b", "a b", "0oa%2f", "ä", &"x".repeat(65)] {
            assert!(bad.parse::<AppId>().is_err(), "{bad:?}");
        }
        assert_eq!("0oaws5pwpwkusGK6P1d7".parse::<AppId>().map(String::from).as_deref(), Ok("0oaws5pwpwkusGK6P1d7"));
    }
}
