//! Parts that several pages share.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use regrant::domain::customer::CustomerName;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use url::form_urlencoded;

/// A time: in UTC, and in the reader's zone with script.
pub(crate) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (at.strftime("%-d %b %Y, %H:%M UTC").to_string()) } }
}

/// A day: in UTC, and in the reader's zone with script.
pub(crate) fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at) data-day="" { (at.strftime("%-d %b %Y").to_string()) } }
}

/// How long ago something was, in the largest unit that fits.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(at).max(SignedDuration::ZERO);
    let (days, hours, minutes) = (age.as_hours() / 24, age.as_hours(), age.as_mins());
    let of = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    match (days, hours, minutes) {
        (0, 0, 0) => "just now".to_owned(),
        (0, 0, minutes) => of(minutes, "minute"),
        (0, hours, _) => of(hours, "hour"),
        (days, ..) => of(days, "day"),
    }
}

/// The colour of a standing. The text says the same.
pub(crate) const fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Broken => "bad",
        Standing::NeedsConsent | Standing::NeedsSave | Standing::Degraded | Standing::ByHand => "warn",
        Standing::Consented => "good",
        _ => "unknown",
    }
}

/// A standing in words for people.
pub(crate) fn words(standing: Standing) -> String {
    standing.name().replace('-', " ")
}

/// A standing as a coloured label.
pub(crate) fn pill(standing: Standing) -> Markup {
    html! { span class={ "pill " (tone(standing)) } { (words(standing)) } }
}

/// A number with thousands separators.
pub(crate) fn number(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A JSON object as `name: value` pairs.
pub(crate) fn compact(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let pairs = members.iter().filter(|(_, value)| !value.is_null());
            pairs.map(|(name, value)| format!("{name}: {}", compact(value))).collect::<Vec<_>>().join(", ")
        }
        serde_json::Value::Array(items) => items.iter().map(compact).collect::<Vec<_>>().join(" "),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A number with its noun.
pub(crate) fn counted(count: impl TryInto<u64>, one: &str, many: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// The path of an app's page.
pub(crate) fn app_path(org: &impl std::fmt::Display, app: &impl std::fmt::Display) -> String {
    format!("/console/apps/{org}/{app}")
}

/// The path of a tenant's page.
pub(crate) fn tenant_path(tenant: &TenantName) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("name", tenant.as_str()).finish();
    format!("/console/tenant?{query}")
}

/// The reports on all customers, or on one, to download.
pub(crate) fn reports(customer: Option<&CustomerName>) -> Markup {
    let link = |format: &str, reader: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("format", format).append_pair("for", reader);
        if let Some(customer) = customer {
            query.append_pair("customer", customer.as_str());
        }
        format!("/console/report?{}", query.finish())
    };
    html! {
        h2 { "Reports" }
        p {
            @match customer { Some(customer) => { "On " (customer) ", for operators: " }, None => { "On everything that you may see: " } }
            @for (format, name) in [("html", "HTML"), ("csv", "CSV"), ("json", "JSON"), ("action-plan", "action plan (CSV)")] {
                a href=(link(format, "operator")) download { (name) } " "
            }
        }
        @if customer.is_some() {
            p { "For the customer, without operator commands: " @for (format, name) in [("html", "HTML"), ("csv", "CSV")] { a href=(link(format, "customer")) download { (name) } " " } }
        }
    }
}

/// The estate filtered by one field.
pub(crate) fn estate_with(name: &str, value: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    format!("/console?{query}")
}
