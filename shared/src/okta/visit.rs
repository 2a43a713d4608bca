//! One read-only visit to an org, recorded as a scrubbed transcript. Sends GET requests only, and keeps no raw answer.

use jiff::SignedDuration;
use url::Url;

use super::client::OpenOrg;
use super::rate_budget::Bucket;
use super::{OktaError, paging, wire};
use crate::domain::app::OFFICE365;
use crate::domain::id::AppId;
use crate::domain::system_log::FILTER;
use crate::domain::transcript::{RawAnswer, Scrubber, Transcript};
use crate::http::transport::HttpResponse;

/// The most apps that are read, and the most pages of a list. A transcript has to stay readable.
const MAX_APPS: usize = 10;
const MAX_PAGES: usize = 3;
/// How far back the log is read, in days.
const LOG_DAYS: i64 = 7;

impl OpenOrg {
    /// Visits the org and records what it answers, including its errors. Fails only if the first list cannot be read.
    pub(super) async fn recorded_visit(&self) -> Result<Transcript, OktaError> {
        let mut visit = Visit {
            org: self,
            scrubber: Scrubber::default(),
            transcript: Transcript::new(format!("regrant {}", env!("CARGO_PKG_VERSION"))),
        };
        visit.get(Bucket::Root, &self.org.at("/.well-known/okta-organization")).await?;
        let apps = visit.apps().await?;
        for app in &apps {
            visit.app(app).await?;
        }
        visit.questions().await?;
        visit.log().await?;
        Ok(visit.transcript)
    }
}

struct Visit<'a> {
    org: &'a OpenOrg,
    scrubber: Scrubber,
    transcript: Transcript,
}

impl Visit<'_> {
    /// Sends a GET and records the answer. An answer with an error is recorded too.
    async fn get(&mut self, bucket: Bucket, url: &Url) -> Result<HttpResponse, OktaError> {
        let response = self.org.get(bucket, url).await?;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers: Vec<(String, String)> =
            response.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let status = response.status.as_u16();
        let answer = RawAnswer { url, status, headers: &headers, body: &response.body };
        self.transcript.exchanges.push(self.scrubber.exchange("GET", &answer));
        Ok(response)
    }

    /// Lists the Office 365 apps.
    async fn apps(&mut self) -> Result<Vec<AppId>, OktaError> {
        let mut next = Some(self.list_url(&format!("name eq \"{OFFICE365}\"")));
        let mut found = Vec::new();
        for _ in 0..MAX_PAGES {
            let Some(url) = next.take() else { break };
            let response = self.get(Bucket::Apps, &url).await?;
            if !response.status.is_success() {
                break;
            }
            let body = wire::json(&self.org.org.host(), &response)?;
            let items = body.as_array().map(Vec::as_slice).unwrap_or_default();
            found.extend(items.iter().filter_map(|item| item.get("id")?.as_str()?.parse().ok()));
            next = paging::next_page(&response.headers, &self.org.org)?;
        }
        found.truncate(MAX_APPS);
        Ok(found)
    }

    async fn app(&mut self, app: &AppId) -> Result<(), OktaError> {
        self.get(Bucket::App, &self.org.app_url(app, "")).await?;
        // Twice, to see whether each answer has its own consent link.
        for _ in 0..2 {
            self.get(Bucket::Apps, &self.org.app_url(app, "/connections/default")).await?;
        }
        self.get(Bucket::Apps, &self.org.app_url(app, "/features")).await?;
        Ok(())
    }

    /// Requests whose only purpose is to answer an open question.
    async fn questions(&mut self) -> Result<(), OktaError> {
        let both = self.list_url(&format!("name eq \"{OFFICE365}\" and status eq \"ACTIVE\""));
        self.get(Bucket::Apps, &both).await?;
        let mut named = self.org.org.at("/api/v1/apps");
        named.query_pairs_mut().append_pair("q", "Microsoft Office 365").append_pair("limit", "20");
        self.get(Bucket::Apps, &named).await?;
        Ok(())
    }

    async fn log(&mut self) -> Result<(), OktaError> {
        let now = self.org.http.clock.now();
        let since = now.saturating_sub(SignedDuration::from_hours(24 * LOG_DAYS)).unwrap_or(now);
        let mut url = self.org.org.at("/api/v1/logs");
        url.query_pairs_mut()
            .append_pair("since", &since.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string())
            .append_pair("sortOrder", "ASCENDING")
            .append_pair("limit", "100")
            .append_pair("filter", FILTER);
        // Access to the log is optional, so a service app without its scope does not fail the visit.
        match self.get(Bucket::Logs, &url).await {
            Ok(_) => Ok(()),
            Err(error) if error.lacks_permission() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn list_url(&self, filter: &str) -> Url {
        let mut url = self.org.org.at("/api/v1/apps");
        url.query_pairs_mut().append_pair("filter", filter).append_pair("limit", "200");
        url
    }
}
