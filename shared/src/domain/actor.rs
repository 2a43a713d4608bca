//! The person or program that caused an event, as far as Regrant knows.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::tenant::{ObjectId, TenantId};
use super::text::UntrustedText;

/// Who caused an event. Events that Regrant causes on a schedule have no actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Actor {
    /// A user of the operating system, at the command line or with a one-time URL of `regrant serve`.
    OsUser {
        /// The user's name.
        name: UntrustedText,
    },
    /// An AWS principal, at the command line with `--stack`.
    AwsPrincipal {
        /// The ARN that AWS STS returned for the credentials.
        arn: UntrustedText,
    },
    /// An operator of the API or the console.
    Operator {
        /// The identity provider that vouches for the subject: an `OpenID` issuer, or the name of a proxy's header.
        issuer: UntrustedText,
        /// The subject, unique at this issuer.
        subject: UntrustedText,
        /// The name to show, such as an email address. Not an identity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<UntrustedText>,
        /// Where the operator acted.
        via: Interface,
    },
    /// An administrator who signed in at Microsoft and was verified.
    Administrator {
        /// The tenant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        tenant: Option<TenantId>,
        /// The account's object id in the tenant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>)]
        object: Option<ObjectId>,
        /// The account's user name.
        username: UntrustedText,
    },
}

/// Where an operator acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Interface {
    /// `/v1`.
    Api,
    /// The console.
    Console,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OsUser { name } => write!(f, "{name} (this machine)"),
            Self::AwsPrincipal { arn } => write!(f, "{arn} (AWS)"),
            Self::Operator { subject, name, via, .. } => {
                write!(f, "{} ({})", name.as_ref().unwrap_or(subject), <&str>::from(via))
            }
            Self::Administrator { username, .. } => write!(f, "{username} (Microsoft)"),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn actor_reads_back_as_written() {
        let operator = Actor::Operator {
            issuer: UntrustedText::new("https://id.example.com"),
            subject: UntrustedText::new("00u1"),
            name: Some(UntrustedText::new("ada@example.com\u{1b}")),
            via: Interface::Console,
        };
        let written = serde_json::to_string(&operator).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&written).unwrap(), operator, "{written}");
        assert_eq!(operator.to_string(), "ada@example.com\\u{1b} (console)");
    }
}
