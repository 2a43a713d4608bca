//! Dates as people type them: `2026-12-24`, `tomorrow`, `friday`, `2w`.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

use super::text::UntrustedText;

/// The text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is not a date; use a date such as 2026-12-24, a weekday, today, tomorrow or yesterday, or a duration such as 10d, 2w or 3m"
)]
pub struct NotADate(UntrustedText);

/// Which side of today a weekday or a duration is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// After today: `friday` is the next one.
    Ahead,
    /// Before today: `friday` is the last one.
    Back,
}

/// A date as a person typed it. What it means depends on today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelativeDate {
    /// This date.
    On(Date),
    /// This many days from today, backwards if negative.
    Days(i64),
    /// The nearest such weekday that is not today.
    Weekday(Weekday),
    /// This span from today.
    Span(Amount),
}

/// A number of days, weeks, months or years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    count: u16,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Amount {
    fn parse(text: &str) -> Option<Self> {
        let (digits, unit) = text.split_at_checked(text.find(|c: char| !c.is_ascii_digit())?)?;
        let unit = match unit.trim() {
            "d" | "day" | "days" => Unit::Day,
            "w" | "week" | "weeks" => Unit::Week,
            "m" | "month" | "months" => Unit::Month,
            "y" | "year" | "years" => Unit::Year,
            _ => return None,
        };
        // At most four digits: no waiver and no filter reaches further.
        (digits.len() <= 4).then(|| digits.parse().ok().map(|count| Self { count, unit })).flatten()
    }

    fn span(self) -> Span {
        let count = i64::from(self.count);
        match self.unit {
            Unit::Day => count.days(),
            Unit::Week => count.weeks(),
            Unit::Month => count.months(),
            Unit::Year => count.years(),
        }
    }
}

impl std::str::FromStr for RelativeDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let word = text.trim().to_ascii_lowercase();
        let word = word.strip_prefix("in ").unwrap_or(&word).trim_start();
        let one = ["next ", "a ", "one "].iter().find_map(|prefix| word.strip_prefix(prefix)).map(str::trim_start);
        let word = one.unwrap_or(word);
        match word {
            "today" => return Ok(Self::Days(0)),
            "tomorrow" => return Ok(Self::Days(1)),
            "yesterday" => return Ok(Self::Days(-1)),
            _ => {}
        }
        let weekday = weekday(word).map(Self::Weekday);
        // Exactly `YYYY-MM-DD`: other orders of day and month are ambiguous.
        let date = (word.len() == 10).then(|| word.parse().ok().map(Self::On)).flatten();
        let one = one.filter(|unit| unit.chars().all(|c| c.is_ascii_alphabetic())).map(|unit| format!("1{unit}"));
        let amount = || Amount::parse(one.as_deref().unwrap_or(word)).map(Self::Span);
        weekday.or(date).or_else(amount).ok_or_else(|| NotADate(UntrustedText::new(text)))
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" => Weekday::Tuesday,
        "wednesday" | "wed" => Weekday::Wednesday,
        "thursday" | "thu" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

impl RelativeDate {
    /// The date, if today is `today`. `None` if the calendar does not reach that far.
    pub fn date(self, today: Date, direction: Direction) -> Option<Date> {
        match self {
            Self::On(date) => Some(date),
            Self::Days(days) => today.checked_add(days.days()).ok(),
            Self::Weekday(weekday) => {
                today.nth_weekday(if direction == Direction::Ahead { 1 } else { -1 }, weekday).ok()
            }
            Self::Span(amount) if direction == Direction::Ahead => today.checked_add(amount.span()).ok(),
            Self::Span(amount) => today.checked_sub(amount.span()).ok(),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    /// A Sunday.
    fn today() -> Date {
        "2026-11-29".parse().unwrap()
    }

    #[test]
    fn people_type_dates_in_many_ways() {
        for (text, ahead) in [
            ("2026-12-24", "2026-12-24"),
            ("today", "2026-11-29"),
            (" Tomorrow ", "2026-11-30"),
            ("friday", "2026-12-04"),
            ("Fri", "2026-12-04"),
            ("next friday", "2026-12-04"),
            ("sunday", "2026-12-06"),
            ("10d", "2026-12-09"),
            ("2w", "2026-12-13"),
            ("2 weeks", "2026-12-13"),
            ("in 3 months", "2027-02-28"),
            ("1y", "2027-11-29"),
            ("next week", "2026-12-06"),
            ("in a month", "2026-12-29"),
            ("one day", "2026-11-30"),
            ("\u{a0}2W\r\n", "2026-12-13"),
            ("next 2 weeks", "2026-12-13"),
        ] {
            let date: RelativeDate = text.parse().unwrap();
            assert_eq!(date.date(today(), Direction::Ahead), Some(ahead.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn weekdays_and_durations_also_count_back() {
        for (text, back) in
            [("friday", "2026-11-27"), ("sunday", "2026-11-22"), ("7d", "2026-11-22"), ("yesterday", "2026-11-28")]
        {
            let date: RelativeDate = text.parse().unwrap();
            assert_eq!(date.date(today(), Direction::Back), Some(back.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn ambiguous_dates_are_refused_with_examples() {
        for text in [
            "",
            "soon",
            "24.12.2026",
            "12/24/2026",
            "2026-13-01",
            "2026-12-24T00:00",
            "w",
            "2x",
            "99999d",
            "-2w",
            "2026-02-30",
            "week",
            "next",
            "next year 2027",
            "a 2x",
        ] {
            let error = text.parse::<RelativeDate>().unwrap_err().to_string();
            assert!(error.contains("2026-12-24") && error.contains("2w"), "{error}");
        }
    }
}
