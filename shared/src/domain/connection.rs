//! Okta's provisioning connection of an app: `GET /api/v1/apps/{appId}/connections/default`.
//!
//! The documented schema has closed enums, but real answers lack members and may gain values. An unknown value decodes to
//! `Other` and keeps its spelling.

use serde::{Deserialize, Serialize};

macro_rules! open_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $wire:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A value that this version does not know, in Okta's spelling.
            Other(String),
        }

        impl From<String> for $name {
            fn from(value: String) -> Self {
                match value.as_str() {
                    $($wire => Self::$variant,)+
                    _ => Self::Other(value),
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                match value {
                    $($name::$variant => $wire.to_owned(),)+
                    $name::Other(spelling) => spelling,
                }
            }
        }
    };
}

pub(crate) use open_enum;

open_enum!(
    /// `profile.authScheme` of a connection.
    AuthScheme {
        /// Consent for Microsoft Graph.
        Oauth2 = "OAUTH2",
        /// A static token. Not expected for Office 365.
        Token = "TOKEN",
        /// Provisioning is not supported, or Okta does not know the scheme.
        Unknown = "UNKNOWN",
    }
);

open_enum!(
    /// `status` of a connection.
    ConnectionStatus {
        /// Provisioning runs over this connection.
        Enabled = "ENABLED",
        /// The connection is prepared, or it was switched off.
        Disabled = "DISABLED",
        /// OAuth is chosen, but no one has consented yet (an early description of the API by an Okta engineer).
        NotAuthorized = "NOT_AUTHORIZED",
        /// Okta does not know.
        Unknown = "UNKNOWN",
    }
);

open_enum!(
    /// `status` of an app integration.
    AppStatus {
        /// In use.
        Active = "ACTIVE",
        /// Deactivated by an administrator.
        Inactive = "INACTIVE",
        /// Deleted.
        Deleted = "DELETED",
    }
);
