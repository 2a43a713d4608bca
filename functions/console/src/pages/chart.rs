//! The development of the estate over time, as inline SVG with the numbers as its text alternative.

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::EstateSnapshot;
use regrant::domain::standing::Standing;

use super::parts::{day, number, tone};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 130.0;
const GROUPS: [(&str, &str); 4] =
    [("bad", "broken"), ("warn", "needs action"), ("unknown", "not checked or off"), ("good", "consented")];

/// The number of apps in each group at one time.
pub(crate) struct Column {
    at: Timestamp,
    counts: [u64; 4],
}

impl Column {
    /// Counts the standings of the customers that `is_shown` accepts.
    pub(crate) fn of(snapshot: &EstateSnapshot, is_shown: impl Fn(Option<&CustomerName>) -> bool) -> Self {
        let mut counts = [0; 4];
        for count in snapshot.counts.iter().filter(|count| is_shown(count.customer.as_ref())) {
            counts[group(count.standing)] += count.apps;
        }
        Self { at: snapshot.at, counts }
    }
}

fn group(standing: Standing) -> usize {
    GROUPS.iter().position(|(name, _)| *name == tone(standing)).unwrap_or(2)
}

/// The chart; nothing with fewer than two columns.
pub(crate) fn chart(columns: &[Column]) -> Markup {
    let [first, .., last] = columns else { return html! {} };
    let most = columns.iter().map(|column| column.counts.iter().sum::<u64>()).max().unwrap_or(1).max(1);
    let step = WIDTH / as_float(columns.len() as u64);
    let summary = format!(
        "Apps by standing from {} to {}: {} needed action at first, {} do now.",
        first.at.strftime("%-d %B %Y"),
        last.at.strftime("%-d %B %Y"),
        number(first.counts[0] + first.counts[1]),
        number(last.counts[0] + last.counts[1]),
    );
    html! {
        figure.card {
            h2 { "Development, one column per scan" }
            svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary) preserveAspectRatio="none" {
                @for (index, column) in columns.iter().enumerate() {
                    @for (class, y, height) in segments(column, most) {
                        rect class={ "fill-" (class) } x=(format!("{:.1}", as_float(index as u64) * step + step * 0.08))
                            y=(format!("{y:.1}")) width=(format!("{:.1}", step * 0.84)) height=(format!("{height:.1}")) {}
                    }
                }
            }
            div.axis aria-hidden="true" { span { (first.at.strftime("%-d %b").to_string()) } span { "now" } }
            ul.legend {
                @for (class, name) in GROUPS { li { span class={ "dot " (class) } {} (name) } }
            }
            details {
                summary { "Show the numbers" }
                table {
                    thead { tr { th scope="col" { "Scan" } @for (_, name) in GROUPS { th.num scope="col" { (name) } } } }
                    tbody {
                        @for column in columns.iter().rev() {
                            tr { td { (day(column.at)) } @for count in column.counts { td.num { (number(count)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// Class, top and height of each segment, stacked with the broken ones on top.
fn segments(column: &Column, most: u64) -> Vec<(&'static str, f64, f64)> {
    let total: u64 = column.counts.iter().sum();
    let mut top = HEIGHT - HEIGHT * as_float(total) / as_float(most);
    GROUPS
        .iter()
        .zip(column.counts)
        .filter(|(_, count)| *count > 0)
        .map(|((class, _), count)| {
            let height = HEIGHT * as_float(count) / as_float(most);
            let y = top;
            top += height;
            (*class, y, height)
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a pixel does not need 53 bits")]
fn as_float(number: u64) -> f64 {
    number as f64
}
