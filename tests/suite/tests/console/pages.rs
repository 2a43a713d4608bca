//! Pages, filters and files.

use axum::http::StatusCode;
use url::Url;

use crate::Bench;

#[tokio::test]
async fn filters_search_and_tags_follow_the_url() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    for (query, shown, hidden) in [
        ("standing=needs-consent", "Acme mail", "Globex mail"),
        ("customer=Globex", "Globex mail", "Acme mail"),
        ("q=GLOBEX.okta", "Globex mail", "Acme mail"),
        ("waiting=no-one", "Globex mail", "Acme mail"),
        ("org=acme", "Acme mail", "Globex mail"),
        ("tenant=globex", "Globex mail", "Acme mail"),
        ("standing=needs-action&sort=since", "Acme mail", "Globex mail"),
    ] {
        let page = browser.get(&format!("/console?{query}")).await;
        let table = page.body.split_once("<tbody>").unwrap().1;
        assert!(table.contains(shown) && !table.contains(hidden), "{query}");
        assert!(page.body.contains("Remove the filter"), "{query}");
    }
    let none = browser.get("/console?q=zzz").await;
    assert!(none.body.contains("No app matches"), "{}", none.body);
    for odd in ["standing=fine", "after=x", "sort=%FF", "org=../x", "q=a&q=b"] {
        assert_eq!(browser.get(&format!("/console?{odd}")).await.status, StatusCode::OK, "{odd}");
    }
}

#[tokio::test]
async fn hostile_names_are_only_text() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    let (script, mark) = ("<script>alert", '\u{202e}');
    for path in [
        "/console",
        "/console/apps/acme/0oa2",
        "/console/orgs/acme",
        "/console?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains(script) && !page.body.contains(mark), "{path}");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    let url: Url = "https://regrant.example.com/console".parse().unwrap();
    assert_eq!(url.path(), "/console");
}

#[tokio::test]
async fn tenant_page_shows_own_customers_only() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    let page = viewer.get("/console/tenant?name=ACME.onmicrosoft.com").await;
    assert!(page.status == StatusCode::OK && page.body.contains("acme.okta.com"), "{}", page.body);
    let (foreign, missing) =
        (viewer.get("/console/tenant?name=globex").await, viewer.get("/console/tenant?name=void").await);
    assert_eq!((foreign.status, foreign.body), (StatusCode::NOT_FOUND, missing.body));
}

#[tokio::test]
async fn files_are_downloads_about_own_customers() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    let mut administrator = bench.operator(&provider, &["administrators"]).await;
    for path in [
        "/console/report?format=html",
        "/console/report?format=csv",
        "/console/report?format=json",
        "/console/report?format=action-plan",
        "/console/report?format=html&customer=Acme&for=customer",
        "/console/apps?format=csv",
        "/console/apps?format=json&standing=broken",
        "/console/apps/acme/0oa2/evidence?format=html",
        "/console/apps/acme/0oa2/evidence?format=json",
    ] {
        let file = viewer.get(path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}: {}", file.body);
        let header = |name: &str| file.headers[name].to_str().unwrap().to_owned();
        assert!(header("content-disposition").starts_with("attachment; filename=\"regrant-"), "{path}");
        assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox", "{path}");
        assert!(file.body.contains("acme") && !file.body.contains("lobex"), "{path}: {}", file.body);
        assert!(!path.contains("html") || !file.body.contains("<script>alert"), "{path}");
    }
    assert!(administrator.get("/console/report?format=csv").await.body.contains("globex"));
    for path in [
        "/console/report?format=csv&customer=Globex",
        "/console/report?format=csv&customer=Initech",
        "/console/apps/globex/0oa3/evidence?format=json",
    ] {
        assert_eq!(viewer.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["/console/report", "/console/apps?format=exe", "/console/apps/acme/0oa1/evidence"] {
        assert_eq!(viewer.get(path).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
}
