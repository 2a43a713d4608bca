//! The one JSON object of `scan --json` and `status --json`, written one page at a time.

use std::io::{self, Write};

use regrant::domain::access_problem::AccessProblem;
use regrant::domain::customer::CustomerName;
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::text::UntrustedText;
use regrant::web::app_view::AppView;
use regrant::web::json;
use serde::Serialize;

use super::ShownApp;

#[derive(Serialize)]
struct ScanView<'a> {
    id: &'a str,
    started_at: jiff::Timestamp,
    finished_at: Option<jiff::Timestamp>,
    orgs_seen: u64,
    orgs_not_seen: &'a [OrgNotScanned],
    apps_seen: u64,
}

#[derive(Serialize)]
struct ShownView<'a> {
    #[serde(flatten)]
    app: AppView,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer: Option<&'a CustomerName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waived: Option<WaiverView<'a>>,
}

#[derive(Serialize)]
struct WaiverView<'a> {
    until: jiff::Timestamp,
    reason: &'a UntrustedText,
}

#[derive(Serialize)]
struct ProblemView<'a> {
    org_domain: &'a str,
    #[serde(flatten)]
    problem: &'a AccessProblem,
}

/// A document whose head, `{"scan": …, "apps": [`, has been written.
#[derive(Debug)]
#[must_use = "the document is not valid JSON until `end` is called"]
pub struct Document {
    first: bool,
}

impl Document {
    /// Writes the head. `scan` is `null` if there has been no scan.
    pub fn begin(out: &mut dyn Write, scan: Option<&Scan>) -> io::Result<Self> {
        let view = scan.map(|scan| ScanView {
            id: scan.id.as_str(),
            started_at: scan.started_at,
            finished_at: scan.finished_at,
            orgs_seen: scan.orgs_seen,
            orgs_not_seen: &scan.orgs_not_seen,
            apps_seen: scan.apps_seen,
        });
        out.write_all(b"{\"scan\":")?;
        json::write(out, &view)?;
        out.write_all(b",\"apps\":[")?;
        Ok(Self { first: true })
    }

    /// Writes an app on its own line.
    pub fn app(&mut self, out: &mut dyn Write, shown: &ShownApp) -> io::Result<()> {
        out.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        let waived = shown.waiver.as_ref();
        json::write(
            out,
            &ShownView {
                app: AppView::from(&shown.app),
                customer: shown.customer.as_ref(),
                waived: waived.map(|waiver| WaiverView { until: waiver.ends_at, reason: &waiver.reason }),
            },
        )
    }

    /// Writes the end: the problems with Regrant's own access, each with the host of its org.
    pub fn end(self, out: &mut dyn Write, problems: &[(String, AccessProblem)]) -> io::Result<()> {
        let views: Vec<ProblemView<'_>> =
            problems.iter().map(|(org_domain, problem)| ProblemView { org_domain, problem }).collect();
        out.write_all(b"\n],\"problems\":")?;
        json::write(out, &views)?;
        out.write_all(b"}\n")
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;
    use crate::output::samples;
    use regrant::domain::standing::Standing;
    use serde_json::Value;

    fn text(scan: Option<&Scan>, apps: &[ShownApp]) -> String {
        let mut out = Vec::new();
        let mut document = Document::begin(&mut out, scan).unwrap();
        for app in apps {
            document.app(&mut out, app).unwrap();
        }
        document.end(&mut out, &[]).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn keys(value: &Value) -> Vec<&str> {
        let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn scan_and_app_objects_have_their_members() {
        let text =
            text(Some(&samples::scan(&["down"])), &[ShownApp::of(samples::app("Office 365", Standing::NeedsSave))]);
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(keys(&object), ["apps", "problems", "scan"]);
        assert_eq!(
            keys(&object["scan"]),
            ["apps_seen", "finished_at", "id", "orgs_not_seen", "orgs_seen", "started_at"]
        );
        assert_eq!(keys(&object["scan"]["orgs_not_seen"][0]), ["org", "reason"]);
        let app = &object["apps"][0];
        for key in [
            "org",
            "org_domain",
            "app",
            "label",
            "tenant",
            "domain",
            "standing",
            "verified",
            "reasons",
            "signals",
            "next_step",
            "as_of",
        ] {
            assert!(!app[key].is_null(), "{key} in {app}");
        }
        assert_eq!(app["standing"], "needs-save");
        assert_eq!(app["signals"][1]["kind"], "connection-read");
        assert_eq!(app["signals"][1]["source"], "okta");
        assert_eq!(app["signals"][1]["seen_at"], "2026-03-01T09:30:00Z");
    }

    #[test]
    fn an_empty_installation_is_still_one_object() {
        let object: Value = serde_json::from_str(&text(None, &[])).unwrap();
        assert_eq!(object, serde_json::json!({"scan": null, "apps": [], "problems": []}));
    }

    #[test]
    fn labels_keep_their_value_without_hidden_characters() {
        let label = "Büro \u{202e}gpj\u{1b}[31m\n<b>";
        let text = text(
            None,
            &[ShownApp::of(samples::app(label, Standing::Broken)), ShownApp::of(samples::app(label, Standing::Broken))],
        );
        assert!(text.chars().all(|c| c == '\n' || !regrant::domain::text::is_hidden(c)), "{text}");
        let object: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(object["apps"][1]["label"], label);
    }
}
