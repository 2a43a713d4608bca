//! The table of apps, most urgent first, one page at a time.
//!
//! Every column has a fixed width, so that pages written one after the other line up and no page has to wait for the next.

use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Row, Table, TableStyle, Width};
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;

use super::{ShownApp, escaped, signals, when};

/// The width of the standing column, with the gap after it.
const STANDING: u16 = 16;
/// Narrower terminals show org and tenant under the app instead of in columns.
const ROOM_FOR_COLUMNS: u16 = 70;
/// The maximum number of lines per cell; longer text is cut.
const TALLEST_ROW: usize = 3;

/// Writes apps as a table.
#[derive(Debug)]
pub struct AppTable {
    colour: bool,
    started: bool,
    /// Standing, app, org, tenant; or standing and app alone. Includes the gaps.
    columns: Vec<u16>,
    /// The indent and the text of the lines under an app.
    detail: [u16; 2],
}

impl AppTable {
    /// A table without rows, `width` columns wide.
    pub fn new(colour: bool, width: u16) -> Self {
        let rest = width.saturating_sub(STANDING);
        let (columns, indent) = if width < ROOM_FOR_COLUMNS {
            (vec![STANDING, rest], 2)
        } else {
            // Of 80 columns: 27 for the app, 23 for the org, 14 for the tenant.
            let (org, tenant) = (rest * 36 / 100, rest * 22 / 100);
            (vec![STANDING, rest - org - tenant, org, tenant], STANDING)
        };
        Self { colour, started: false, columns, detail: [indent, width.saturating_sub(indent)] }
    }

    fn has_room_for_org(&self) -> bool {
        self.columns.len() > 2
    }

    /// Returns the next rows, with the header before the first.
    pub fn rows(&mut self, apps: &[ShownApp]) -> String {
        let mut text = String::new();
        for app in apps {
            if !self.started {
                self.started = true;
                let names = ["STANDING", "APP", "ORG", "TENANT"].into_iter().take(self.columns.len());
                let mut header = Row::from(names.map(|name| self.dim(name)).collect::<Vec<_>>());
                header.max_height(1);
                self.write(&mut text, &self.columns, header);
            }
            self.app(&mut text, app);
        }
        text
    }

    fn app(&self, text: &mut String, shown: &ShownApp) {
        let app = &shown.app;
        let identity = &app.identity;
        let standing = app.standing();
        let org = escaped(&identity.org_domain);
        let tenant = identity.tenant.as_ref().map_or("-".to_owned(), |name| escaped(name.as_str()));
        let mut cells = vec![self.standing(standing), self.bold(&identity.label.to_string())];
        if self.has_room_for_org() {
            cells.extend([Cell::new(&org), Cell::new(&tenant)]);
        }
        let mut row = Row::from(cells);
        row.max_height(TALLEST_ROW);
        self.write(text, &self.columns, row);

        if !self.has_room_for_org() {
            self.detail(text, Cell::new(format!("Org:     {org}, tenant {tenant}")));
        }
        for reason in &app.assessment.reasons {
            self.detail(text, Cell::new(UntrustedText::new(reason)));
        }
        if let Some(last) = &app.last_known {
            self.detail(text, Cell::new(format!("Last known: {}, {}.", last.standing, when(last.as_of))));
        }
        self.detail(text, self.dim(&format!("Signals: {}", signals::line(app))));
        if let Some(waiver) = &shown.waiver {
            self.detail(text, Cell::new(format!("Waived:  until {}. {}", when(waiver.ends_at), waiver.reason)));
        } else if standing.needs_action() || standing == Standing::Unknown {
            self.detail(text, Cell::new(format!("Next:    {}", standing.next_step().words())));
        }
        if let Some(request) = app.request.as_ref().filter(|request| request.is_open()) {
            self.detail(text, self.dim(&format!("Request: {}, opened {}", request.id, when(request.opened_at))));
        }
        if let Some(command) = command(standing).filter(|_| shown.waiver.is_none()) {
            // Never wrapped, so that it can be copied.
            let indent = usize::from(self.detail[0]);
            let line = ["Run:     regrant", command, &org, identity.app.as_str()].join(" ");
            *text += &" ".repeat(indent);
            *text += &line;
            text.push('\n');
        }
    }

    fn detail(&self, text: &mut String, cell: Cell) {
        self.write(text, &self.detail, Row::from(vec![Cell::new(""), cell]));
    }

    fn write(&self, text: &mut String, widths: &[u16], row: Row) {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(widths.iter().sum())
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
        // A narrow indent has no room for a gap, and the last column needs none.
        let narrow = widths.first().is_some_and(|width| *width < 3);
        for at in [narrow.then_some(0), widths.len().checked_sub(1)].into_iter().flatten() {
            if let Some(column) = table.column_mut(at) {
                column.set_padding((0, 0));
            }
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

/// The command that starts the next step.
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
    fn only_commands_exceed_the_terminal_width() {
        for (width, standing) in [40, 69, 70, 80, 120, 200].into_iter().flat_map(|w| Standing::ALL.map(|s| (w, s))) {
            for label in AWKWARD {
                let mut app = samples::app(label, standing);
                app.identity.org_domain = "a-very-long-subsidiary-name-of-acme.oktapreview.com".to_owned();
                app.assessment.reasons = vec![label.repeat(3)];
                let run = command(standing).map(|name| format!("regrant {name} {} 0oa1", app.identity.org_domain));
                let text = AppTable::new(false, width).rows(&[ShownApp::of(app)]);
                for line in text.lines().filter(|line| !run.as_ref().is_some_and(|run| line.ends_with(run))) {
                    assert!(line.width() <= usize::from(width), "{} of {width} columns: {line}", line.width());
                }
                assert!(run.is_none_or(|run| text.lines().any(|line| line.ends_with(&run))), "{text}");
            }
        }
    }

    #[test]
    fn narrow_terminals_show_the_org_under_the_app() {
        let text = AppTable::new(false, 40).rows(&[ShownApp::of(samples::app("Office 365", Standing::NeedsSave))]);
        assert_eq!(
            text,
            "STANDING        APP\n\
             needs-save      Office 365\n\
             \x20 Org:     acme.okta.com, tenant acme\n\
             \x20 Provisioning is on and the connection\n\
             \x20 is not.\n\
             \x20 Signals: app ACTIVE, connection OAUTH2\n\
             \x20 DISABLED, provisioning on\n\
             \x20 Next:    Save the connection in Okta.\n\
             \x20 Run:     regrant save acme.okta.com 0oa1\n"
        );
    }

    #[test]
    fn labels_are_escaped() {
        let apps: Vec<_> = AWKWARD.iter().map(|label| ShownApp::of(samples::app(label, Standing::Broken))).collect();
        let text = AppTable::new(false, 80).rows(&apps);
        let hidden = text.chars().find(|c| *c != '\n' && regrant::domain::text::is_hidden(*c));
        assert_eq!(hidden, None);
        assert!(text.contains("\\u{202e}"), "{text}");
    }

    #[test]
    fn labels_cannot_set_colours() {
        let text = AppTable::new(true, 80).rows(&[ShownApp::of(samples::app("\u{1b}[5mblink", Standing::Broken))]);
        assert!(text.contains("\u{1b}[") && !text.contains("\u{1b}[5mblink"), "{text:?}");
    }

    #[test]
    fn the_header_is_written_once() {
        let mut table = AppTable::new(false, 80);
        let page = [ShownApp::of(samples::app("Office 365", Standing::NeedsSave))];
        let text = [table.rows(&page), table.rows(&page)].concat();
        assert_eq!(text.matches("STANDING").count(), 1);
        assert_eq!(text.matches("needs-save").count(), 2);
    }

    #[test]
    fn an_app_shows_reason_signals_and_next_step() {
        let text = AppTable::new(false, 80).rows(&[ShownApp::of(samples::app("Office 365", Standing::NeedsSave))]);
        assert_eq!(
            text,
            "STANDING        APP                        ORG                    TENANT\n\
             needs-save      Office 365                 acme.okta.com          acme\n\
             \x20               Provisioning is on and the connection is not.\n\
             \x20               Signals: app ACTIVE, connection OAUTH2 DISABLED, provisioning on\n\
             \x20               Next:    Save the connection in Okta.\n\
             \x20               Run:     regrant save acme.okta.com 0oa1\n"
        );
    }

    #[test]
    fn unknown_apps_show_their_last_standing() {
        let mut app = samples::app("Office 365", Standing::Unknown);
        app.last_known =
            Some(regrant::domain::standing::LastKnown { standing: Standing::Consented, as_of: samples::now() });
        let text = AppTable::new(false, 80).rows(&[ShownApp::of(app)]);
        assert!(text.contains("Last known: consented, 2026-03-01 09:30 UTC."), "{text}");
    }
}
