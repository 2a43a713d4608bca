//! What Okta's interface itself says, and is therefore kept: names of members, types and enumerations, and forms of ids.

/// The headers that matter to a client. All others, such as cookies and nonces, are dropped.
pub(super) const HEADERS: [&str; 8] = [
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
pub(super) const SENTENCES: [&str; 6] = [
    "Api validation failed: feature",
    "Provisioning is not enabled for the app instance.",
    "Provisioning is not supported.",
    "Invalid paging request.",
    "Invalid cursor.",
    "API call exceeded rate limit due to too many requests.",
];

/// The words of Okta's and Microsoft's paths.
pub(super) const PATH_WORDS: [&str; 26] = [
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
pub(super) const KEPT_PARAMETERS: [&str; 7] =
    ["filter", "limit", "q", "response_type", "response_mode", "since", "sortOrder"];

/// Identifiers, as members of Okta's and Microsoft's interfaces are named.
pub(super) fn is_member_name(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-$".contains(&b))
        && !is_id(name)
        && !is_guid(name)
        && name.bytes().filter(u8::is_ascii_digit).count() <= 4
}

pub(super) fn is_word_of_okta(member: &str, text: &str) -> bool {
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
pub(super) fn is_id(text: &str) -> bool {
    let has_prefix =
        ["00o", "00u", "00g", "00p", "0oa", "0ua", "oae", "trs"].iter().any(|prefix| text.starts_with(prefix));
    (8..=60).contains(&text.len())
        && has_prefix
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

pub(super) fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    lengths && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

pub(super) fn is_error_number(word: &str) -> bool {
    let digits = word.strip_prefix("AADSTS").or_else(|| word.strip_prefix('E'));
    digits.is_some_and(|digits| (5..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether a value that Regrant chose contains an id of the org.
pub(super) fn has_personal_id(value: &str) -> bool {
    value.split(|c: char| !c.is_ascii_alphanumeric()).any(is_id)
}
