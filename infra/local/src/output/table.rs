//! The table of apps: 80 columns, worst first, a page at a time.
//!
//! Every column has a fixed width, so pages written one after the other line up and no page has to wait for the next.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, TableStyle, Width};
use regrant::domain::app::AppRecord;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;

use super::{seen, when};

/// Standing, app, org, tenant: 80 columns together, the gaps between them included.
const COLUMNS: [u16; 4] = [16, 27, 23, 14];
/// An indent as wide as the first column, and the text under the others.
const DETAIL: [u16; 2] = [COLUMNS[0], 80 - COLUMNS[0]];
/// How many lines one cell may take before it is cut.
const TALLEST_ROW: usize = 3;

/// Writes apps as a table.
#[derive(Debug)]
pub struct AppTable {
    colour: bool,
    started: bool,
}

impl AppTable {
    /// A table without any row yet.
    pub const fn new(colour: bool) -> Self {
        Self { colour, started: false }
    }

    /// The next rows, with the header before the very first.
    pub fn rows(&mut self, apps: &[AppRecord]) -> String {
        let mut text = String::new();
        for app in apps {
            if !self.started {
                self.started = true;
                let mut header = Row::from(["STANDING", "APP", "ORG", "TENANT"].map(|name| self.dim(name)).to_vec());
                header.max_height(1);
                self.write(&mut text, &COLUMNS, header);
            }
            self.app(&mut text, app);
        }
        text
    }

    fn app(&self, text: &mut String, app: &AppRecord) {
        let identity = &app.identity;
        let standing = app.standing();
        let mut row = Row::from(vec![
            self.standing(standing),
            self.bold(&identity.label.to_string()),
            Cell::new(UntrustedText::new(&identity.org_domain)),
            Cell::new(
                identity.tenant.as_ref().map_or("-".to_owned(), |name| UntrustedText::new(name.as_str()).to_string()),
            ),
        ]);
        row.max_height(TALLEST_ROW);
        self.write(text, &COLUMNS, row);

        for reason in &app.assessment.reasons {
            self.detail(text, Cell::new(UntrustedText::new(reason)));
        }
        if let Some(last) = &app.last_known {
            self.detail(text, Cell::new(format!("Last known: {}, {}.", last.standing, when(last.as_of))));
        }
        self.detail(text, self.dim(&format!("Seen: {}", seen::line(app))));
        if standing.needs_action() || standing == Standing::Unknown {
            self.detail(text, Cell::new(format!("Next: {}", standing.next_step().words())));
        }
        if let Some(request) = app.request.as_ref().filter(|request| request.is_open()) {
            self.detail(text, self.dim(&format!("Request {}, since {}", request.id, when(request.opened_at))));
        }
        if let Some(command) = command(standing) {
            let (org, app) = (UntrustedText::new(app.identity.org_domain.as_str()), &app.identity.app);
            self.detail(text, Cell::new(format!("Run:  regrant {command} {org} {app}")));
        }
    }

    fn detail(&self, text: &mut String, cell: Cell) {
        self.write(text, &DETAIL, Row::from(vec![Cell::new(""), cell]));
    }

    fn write(&self, text: &mut String, widths: &[u16], row: Row) {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(80)
            .add_row(row)
            .set_constraints(widths.iter().map(|width| ColumnConstraint::Absolute(Width::Fixed(*width))));
        if self.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.lines() {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }

    fn dim(&self, text: &str) -> Cell {
        if self.colour { Cell::new(text).add_attribute(Attribute::Dim) } else { Cell::new(text) }
    }

    fn bold(&self, text: &str) -> Cell {
        if self.colour { Cell::new(text).add_attribute(Attribute::Bold) } else { Cell::new(text) }
    }

    fn standing(&self, standing: Standing) -> Cell {
        let cell = Cell::new(standing.name());
        if !self.colour {
            return cell;
        }
        match standing {
            Standing::Broken => cell.fg(Color::Red).add_attribute(Attribute::Bold),
            Standing::NeedsConsent | Standing::NeedsSave => cell.fg(Color::Yellow),
            Standing::Degraded | Standing::ByHand => cell.fg(Color::Cyan),
            Standing::Unknown => cell.fg(Color::Magenta),
            Standing::Consented => cell.fg(Color::Green),
            Standing::NotApplicable => cell.add_attribute(Attribute::Dim),
        }
    }
}

/// The command that begins the next step.
const fn command(standing: Standing) -> Option<&'static str> {
    match standing {
        Standing::Broken | Standing::NeedsConsent | Standing::Degraded => Some("invite"),
        Standing::NeedsSave => Some("save"),
        Standing::ByHand | Standing::Unknown | Standing::Consented | Standing::NotApplicable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::samples;
    use unicode_width::UnicodeWidthStr;

    const AWKWARD: [&str; 6] = [
        "Office 365",
        "Microsoft Office 365 for the whole of the European Middle East and African organisation and its subsidiaries",
        "マイクロソフト三六五東京本社と大阪支社の全従業員向け統合プロビジョニング連携",
        "אופיס 365 לכל העובדים של החברה בכל הסניפים ובכל המדינות",
        "Payroll\u{202e}gpj.exe\u{1b}[31m\nsecond line\t<script>alert(1)</script>",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    ];

    #[test]
    fn no_line_is_wider_than_80_columns_whatever_the_label() {
        for standing in Standing::ALL {
            for label in AWKWARD {
                let mut app = samples::app(label, standing);
                app.identity.org_domain = "a-very-long-subsidiary-name-of-acme.oktapreview.com".to_owned();
                app.assessment.reasons = vec![label.repeat(3)];
                let text = AppTable::new(false).rows(&[app]);
                for line in text.lines() {
                    assert!(line.width() <= 80, "{} columns: {line}", line.width());
                }
            }
        }
    }

    #[test]
    fn no_escape_code_and_no_direction_mark_gets_out_without_colour() {
        let apps: Vec<_> = AWKWARD.iter().map(|label| samples::app(label, Standing::Broken)).collect();
        let text = AppTable::new(false).rows(&apps);
        let hidden = text.chars().find(|c| *c != '\n' && regrant::domain::text::is_hidden(*c));
        assert_eq!(hidden, None);
        assert!(text.contains("\\u{202e}"), "{text}");
    }

    #[test]
    fn colour_comes_from_us_and_never_from_a_label() {
        let text = AppTable::new(true).rows(&[samples::app("\u{1b}[5mblink", Standing::Broken)]);
        assert!(text.contains("\u{1b}[") && !text.contains("\u{1b}[5mblink"), "{text:?}");
    }

    #[test]
    fn the_header_is_written_once_for_all_pages() {
        let mut table = AppTable::new(false);
        let page = [samples::app("Office 365", Standing::NeedsSave)];
        let text = [table.rows(&page), table.rows(&page)].concat();
        assert_eq!(text.matches("STANDING").count(), 1);
        assert_eq!(text.matches("needs-save").count(), 2);
    }

    #[test]
    fn an_app_shows_its_reason_its_signals_and_its_next_step() {
        let text = AppTable::new(false).rows(&[samples::app("Office 365", Standing::NeedsSave)]);
        assert_eq!(
            text,
            "STANDING        APP                        ORG                    TENANT\n\
             needs-save      Office 365                 acme.okta.com          acme\n\
             \x20               Provisioning is on and the connection is not.\n\
             \x20               Seen: app ACTIVE, connection OAUTH2 DISABLED, provisioning on\n\
             \x20               Next: Save the connection in Okta.\n\
             \x20               Run:  regrant save acme.okta.com 0oa1\n"
        );
    }

    #[test]
    fn an_unknown_app_keeps_its_last_standing_in_sight() {
        let mut app = samples::app("Office 365", Standing::Unknown);
        app.last_known =
            Some(regrant::domain::standing::LastKnown { standing: Standing::Consented, as_of: samples::now() });
        let text = AppTable::new(false).rows(&[app]);
        assert!(text.contains("Last known: consented, 2026-03-01 09:30 UTC."), "{text}");
    }
}
