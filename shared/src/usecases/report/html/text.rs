//! Texts, times and numbers in the file.

use jiff::Timestamp;
use maud::{Markup, html};

use crate::domain::text::UntrustedText;
use crate::usecases::report::head::moment;

/// Text from outside, without invisible characters.
pub(in crate::usecases::report) fn shown(text: &str) -> String {
    UntrustedText::new(text).to_string()
}

/// Text from outside, with what stands between backticks as code.
pub(in crate::usecases::report) fn with_code(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (shown(part)) } } @else { (shown(part)) }
        }
    }
}

pub(in crate::usecases::report) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (moment(at)) } }
}

pub(in crate::usecases::report) fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d").to_string()) } }
}

pub(in crate::usecases::report) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with thousands separated: `30,000`.
pub(in crate::usecases::report) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

pub(in crate::usecases::report) fn length(list: usize) -> u64 {
    u64::try_from(list).unwrap_or(u64::MAX)
}

pub(in crate::usecases::report) fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A duration in the unit that fits: `45 s`, `12 min`, `5.5 h`, `3.2 days`.
pub(in crate::usecases::report) fn duration(seconds: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = (seconds * 10 + unit / 2) / unit;
        if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match seconds {
        ..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h", tenths(3_600)),
        _ => format!("{} days", tenths(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_unit_that_fits() {
        for (seconds, words) in [
            (0, "0 s"),
            (89, "89 s"),
            (90, "2 min"),
            (3_600, "60 min"),
            (5_400, "1.5 h"),
            (7_200, "2 h"),
            (172_800, "2 days"),
            (276_480, "3.2 days"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1_000, 30_000, 1_234_567].map(grouped), ["0", "999", "1,000", "30,000", "1,234,567"]);
    }
}
