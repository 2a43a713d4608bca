//! What reports contain, in each rendering.

use regrant::domain::id::OrgId;
use regrant::domain::report::{ChangeKind, Filters, NotComparable, Query, Reader, Report, Scope, compare};
use regrant::domain::standing::Standing;
use regrant::usecases::report::{csv, html};

use super::{SMALL, bench, reported};

type Written = fn(&Report, &mut dyn std::io::Write) -> std::io::Result<()>;

fn written(report: &Report, write: Written) -> String {
    let mut out = Vec::new();
    write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn of_customer(name: &str) -> Query {
    let scope = Scope { customers: vec![name.parse().unwrap()], ..Scope::default() };
    Query { scope, reader: Reader::Customer, ..Query::default() }
}

#[tokio::test]
async fn totals_cover_the_scope_and_lists_the_filter() {
    let bench = bench(SMALL).await;
    let all = reported(&bench, Query::default()).await;
    let counts = &all.head.counts;
    assert_eq!((counts.orgs, counts.apps, counts.listed), (40, 120, 120));
    assert_eq!(counts.by_standing.values().sum::<u64>(), 120);
    assert!(all.apps.is_sorted_by_key(|row| row.standing), "worst first");
    assert_eq!(all.customers.iter().map(|customer| customer.apps).sum::<u64>(), 120);
    assert!(all.customers.iter().any(|customer| customer.turnaround.found_to_consented.is_some()));
    assert!(counts.waived > 0 && counts.need_action > 0);
    let acting = all.apps.iter().filter(|row| row.standing.needs_action()).count() as u64;
    assert_eq!(counts.waived + counts.need_action, acting, "waived apps are not counted as needing action");

    let standings = vec![Standing::NeedsConsent];
    let filtered = Query { filters: Filters { standings, since: None }, ..Query::default() };
    let filtered = reported(&bench, filtered).await;
    assert!(filtered.apps.iter().all(|row| row.standing == Standing::NeedsConsent) && !filtered.apps.is_empty());
    assert_eq!(filtered.head.counts.apps, 120, "the totals are those of the scope");
    assert_eq!(filtered.head.counts.listed, filtered.apps.len() as u64);
    assert_eq!(filtered.not_read, all.not_read, "what could not be read does not depend on the filter");

    let newest = all.apps.iter().map(|row| row.since).max();
    let since = Query { filters: Filters { standings: Vec::new(), since: newest }, ..Query::default() };
    let since = reported(&bench, since).await;
    assert!(!since.apps.is_empty() && since.apps.iter().all(|row| Some(row.since) == newest));
}

#[tokio::test]
async fn unread_orgs_and_apps_are_named_with_reason_and_age() {
    let bench = bench(SMALL).await;
    let report = reported(&bench, Query::default()).await;
    assert_eq!(report.not_read.orgs.len(), 1);
    assert!(report.not_read.orgs[0].reason.contains("E0000011"));
    assert!(report.not_read.apps.len() > 3);
    assert!(report.not_read.apps.iter().all(|app| app.last_known.is_some() && !app.reason.is_empty()));
    let (page, text) = (written(&report, html::write), written(&report, csv::write));
    assert!(page.contains("1 org could not be read") && page.contains("Okta returned 503 after 4 attempts"));
    assert!(text.contains("Not read: org org00020.okta.com"), "{text}");
    assert!(text.contains("last known: consented, 2026-"), "{text}");
}

#[tokio::test]
async fn customers_copy_has_no_commands_or_other_customers() {
    let bench = bench(SMALL).await;
    let operators = written(&reported(&bench, Query::default()).await, html::write);
    assert!(operators.contains("regrant invite ") && operators.contains("Bellows College"));
    for customer in ["Alpine Ski House", "Bellows College", "Contoso Pharmaceuticals", "Fabrikam Residences"] {
        let report = reported(&bench, of_customer(customer)).await;
        assert!(report.head.generated_by.is_none() && report.apps.iter().all(|row| row.customer.is_some()));
        for text in [written(&report, html::write), written(&report, csv::write), written(&report, csv::write_plan)] {
            assert!(!text.contains("regrant ") && text.contains(customer), "{text}");
            for other in ["Alpine Ski House", "Bellows College", "Contoso Pharmaceuticals", "Fabrikam Residences"] {
                assert!(other == customer || !text.contains(other), "{other} in the copy of {customer}");
            }
        }
    }
}

#[tokio::test]
async fn hostile_labels_stay_text_in_every_rendering() {
    let bench = bench(SMALL).await;
    let report = reported(&bench, Query::default()).await;
    let page = written(&report, html::write);
    assert!(page.contains("&lt;script&gt;alert(1)"), "the label is shown");
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\u{202e}'));
    for text in [written(&report, csv::write), written(&report, csv::write_plan)] {
        assert!(!text.contains('\u{202e}'));
        for cell in cells(&text) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report, "JSON keeps every value");
}

fn cells(text: &str) -> Vec<String> {
    let mut lines = ::csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(text.as_bytes());
    let cells = |line: ::csv::StringRecord| line.iter().map(str::to_owned).collect::<Vec<_>>();
    lines.records().flat_map(|line| cells(line.unwrap())).collect()
}

#[tokio::test]
async fn html_needs_no_script_and_no_other_file() {
    let bench = bench(SMALL).await;
    let page = written(&reported(&bench, Query::default()).await, html::write);
    for outside in ["<script", "<link", "<img", "<iframe", "@import", "url(", "http://", "https://"] {
        assert!(!page.replace("https://evil.example", "").contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'"));
}

#[tokio::test]
async fn action_plan_lists_owner_due_date_and_waiver() {
    let bench = bench(SMALL).await;
    let report = reported(&bench, Query::default()).await;
    let plan = written(&report, csv::write_plan);
    let rows = plan.lines().skip_while(|line| !line.starts_with("Owner,")).skip(1).count();
    assert_eq!(rows, report.apps.iter().filter(|row| row.is_planned()).count());
    assert!(plan.contains("Microsoft Global Administrator,,2024-12-31,yes"), "{plan}");
    assert!(plan.contains("Merger: this tenant moves in January"), "{plan}");
}

#[tokio::test]
async fn comparison_names_every_kind_of_change() {
    let bench = bench(SMALL).await;
    let earlier = reported(&bench, Query::default()).await;
    let mut now = earlier.clone();
    assert_eq!(compare(&earlier, &now).unwrap().changes, []);

    let at = |standing| now.apps.iter().position(|row| row.standing == standing).unwrap();
    let (broken, consented, unknown) = (at(Standing::Broken), at(Standing::Consented), at(Standing::Unknown));
    now.apps[broken].standing = Standing::Consented;
    now.apps[consented].standing = Standing::Degraded;
    now.apps[consented + 1].standing = Standing::Unknown;
    now.apps[unknown].standing = Standing::Broken;
    let gone = now.apps.pop().unwrap();
    let added: OrgId = "00onew".parse().unwrap();
    now.apps.push(regrant::domain::report::AppRow { org: added.clone(), ..gone.clone() });
    let healed = now.not_read.orgs.pop().unwrap();
    let changes = compare(&earlier, &now).unwrap().changes;
    let kinds: Vec<_> = changes.iter().map(|change| change.kind.clone()).collect();
    let reason = now.apps[consented + 1].reasons[0].clone();
    assert_eq!(
        kinds,
        [
            ChangeKind::NewlyUnreadable { before: Some(Standing::Consented), reason },
            ChangeKind::Worse { before: Standing::Consented, after: Standing::Degraded },
            ChangeKind::Appeared { standing: gone.standing },
            ChangeKind::Disappeared { before: gone.standing },
            ChangeKind::ReadableAgain { after: None },
            ChangeKind::ReadableAgain { after: Some(Standing::Broken) },
            ChangeKind::Better { before: Standing::Broken, after: Standing::Consented },
        ]
    );
    assert_eq!(changes[4].org, healed.org);
    now.comparison = Some(compare(&earlier, &now).unwrap());
    assert!(written(&now, html::write).contains("What changed since"));
}

#[tokio::test]
async fn reports_of_different_scope_are_not_compared() {
    let bench = bench(SMALL).await;
    let all = reported(&bench, Query::default()).await;
    let other = reported(&bench, of_customer("Bellows College")).await;
    assert_eq!(compare(&all, &other), Err(NotComparable::Scope));
    let mut filtered = all.clone();
    filtered.head.filters.standings.push(Standing::Broken);
    assert_eq!(compare(&filtered, &all), Err(NotComparable::Filtered));
    let mut later = all.clone();
    later.head.generated_at += jiff::SignedDuration::from_secs(1);
    assert!(matches!(compare(&later, &all), Err(NotComparable::Later(_))));
    let mut foreign = all.clone();
    foreign.head.format = "other/1".to_owned();
    assert!(matches!(compare(&foreign, &all), Err(NotComparable::Format(_))));
}
