//! Totals per customer or per org.

use std::collections::BTreeMap;

use regrant::domain::standing::Standing;

use super::cell;
use crate::exit::Tally;

/// The columns of numbers: their names and widths with the gap in front.
const NUMBERS: [(&str, usize); 6] =
    [("APPS", 6), ("ACTION", 8), ("WAIVED", 8), ("UNKNOWN", 9), ("CONSENTED", 11), ("OFF", 5)];

/// Totals of groups: most apps that need action first, then by name.
pub fn sorted(groups: &BTreeMap<String, Tally>) -> Vec<(&str, &Tally)> {
    let mut sorted: Vec<(&str, &Tally)> = groups.iter().map(|(name, tally)| (name.as_str(), tally)).collect();
    sorted.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.to_act_on(), tally.count(Standing::Unknown))));
    sorted
}

/// A line per group under a header. Columns that do not fit are left out, last ones first.
pub fn table(name: &str, groups: &[(&str, &Tally)], width: u16) -> String {
    let width = usize::from(width);
    let longest = groups.iter().map(|(name, _)| textwrap::core::display_width(name)).max().unwrap_or(0);
    let names = longest.max(name.len()).min(width / 2);
    let mut shown = NUMBERS.len();
    while names + NUMBERS[..shown].iter().map(|(_, width)| width).sum::<usize>() > width && shown > 1 {
        shown -= 1;
    }
    let line = |name: &str, numbers: [String; NUMBERS.len()]| {
        let cells = numbers.iter().zip(NUMBERS).take(shown).map(|(number, (_, width))| format!("{number:>width$}"));
        format!("{}{}\n", cell(name, names), cells.collect::<String>())
    };
    let mut text = line(name, NUMBERS.map(|(name, _)| name.to_owned()));
    for (name, tally) in groups {
        let numbers = [
            tally.total(),
            tally.to_act_on(),
            tally.waived(),
            tally.count(Standing::Unknown),
            tally.count(Standing::Consented),
            tally.count(Standing::NotApplicable),
        ];
        text += &line(name, numbers.map(|number| number.to_string()));
    }
    text
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::output::samples;

    #[test]
    fn groups_with_most_to_do_come_first() {
        let mut groups = BTreeMap::<String, Tally>::new();
        for (name, standing) in
            [("Acme", Standing::Consented), ("Contoso", Standing::Broken), ("Contoso", Standing::NeedsSave)]
        {
            groups.entry(name.to_owned()).or_default().add(&samples::app("Office 365", standing), false);
        }
        let sorted = sorted(&groups);
        assert_eq!(sorted.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["Contoso", "Acme"]);
        let text = table("CUSTOMER", &sorted, 80);
        assert_eq!(text.lines().nth(1), Some("Contoso      2       2       0        0          0    0"), "{text}");
        for width in [40, 80, 200] {
            assert!(table("CUSTOMER", &sorted, width).lines().all(|line| line.width() <= usize::from(width)));
        }
    }
}
