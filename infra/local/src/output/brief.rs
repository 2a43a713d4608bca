//! One line per app.

use jiff::tz::TimeZone;
use regrant::domain::app::AppRecord;
use regrant::domain::waiver::Waiver;

use super::{cell, escaped};

/// The width of the standing column, with its gap.
const STANDING: usize = 15;
/// The width of the last column: `waived to 2026-06-30`.
const SINCE: usize = 20;
/// The gap after a column.
const GAP: usize = 2;
/// Narrower terminals show standing, app and org only.
const ROOM_FOR_ALL: usize = 80;
/// Narrower terminals show neither customer nor tenant.
const ROOM_FOR_CUSTOMER: usize = 110;

/// The columns between the standing and the date, with their widths.
#[derive(Debug, Clone)]
pub struct BriefTable {
    app: usize,
    org: usize,
    tenant: usize,
    customer: usize,
    since: bool,
}

impl BriefTable {
    /// A table of `width` columns.
    pub fn new(width: u16) -> Self {
        let width = usize::from(width);
        if width < ROOM_FOR_ALL {
            let rest = width.saturating_sub(STANDING);
            let org = rest / 2;
            return Self { app: rest - org, org, tenant: 0, customer: 0, since: false };
        }
        let rest = width - STANDING - SINCE;
        if width < ROOM_FOR_CUSTOMER {
            let org = rest * 11 / 20;
            return Self { app: rest - org, org, tenant: 0, customer: 0, since: true };
        }
        let customer = rest / 5;
        let rest = rest - customer;
        let (org, tenant) = (rest * 2 / 5, rest / 4);
        Self { app: rest - org - tenant, org, tenant, customer, since: true }
    }

    /// The names of the columns.
    pub fn header(&self) -> String {
        self.line("STANDING", "APP", "ORG", "TENANT", "CUSTOMER", "SINCE")
    }

    /// An app's line.
    pub fn app(&self, app: &AppRecord, customer: Option<&str>, waiver: Option<&Waiver>) -> String {
        let identity = &app.identity;
        let day = |at: jiff::Timestamp| TimeZone::UTC.to_datetime(at).date().to_string();
        let since = match (waiver, app.since) {
            (Some(waiver), _) => format!("waived to {}", day(waiver.ends_at)),
            (None, Some(since)) => day(since),
            (None, None) => "-".to_owned(),
        };
        self.line(
            app.standing().name(),
            &identity.label.to_string(),
            &escaped(&identity.org_domain),
            &identity.tenant.as_ref().map_or_else(|| "-".to_owned(), |name| escaped(name.as_str())),
            &customer.map_or_else(|| "-".to_owned(), escaped),
            &since,
        )
    }

    fn line(&self, standing: &str, app: &str, org: &str, tenant: &str, customer: &str, since: &str) -> String {
        let mut line = cell(standing, STANDING);
        let columns = [(app, self.app), (org, self.org), (tenant, self.tenant), (customer, self.customer)];
        for (text, width) in columns.into_iter().filter(|(_, width)| *width > 0) {
            line += &cell(text, width.saturating_sub(GAP));
            line += &" ".repeat(GAP);
        }
        if self.since {
            line += since;
        }
        line.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use regrant::domain::standing::Standing;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::output::samples;

    #[test]
    fn an_app_is_one_line_of_any_width() {
        for width in [40, 80, 120, 200] {
            let table = BriefTable::new(width);
            for label in ["Office 365", "マイクロソフト三六五東京本社と大阪支社の全従業員向け", "a\nb\u{1b}[31m"]
            {
                let line = table.app(&samples::app(label, Standing::NeedsConsent), Some("Contoso"), None);
                assert!(line.width() <= usize::from(width) && !line.contains('\n'), "{line}");
                assert!(line.starts_with("needs-consent  "), "{line}");
            }
            assert!(table.header().width() <= usize::from(width));
        }
    }

    #[test]
    fn columns_are_aligned() {
        let table = BriefTable::new(80);
        let line = table.app(&samples::app("Office 365", Standing::Broken), None, None);
        let column = |text: &str, word: &str| text.find(word);
        assert_eq!(column(&table.header(), "ORG"), column(&line, "acme.okta.com"), "{line}");
        assert_eq!(column(&table.header(), "SINCE"), column(&line, "2026-03-01"), "{line}");
    }
}
