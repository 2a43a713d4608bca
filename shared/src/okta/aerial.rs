//! The list of an Okta Aerial account's orgs (Okta Aerial API, "List all managed orgs"; "Manage orgs with Okta Aerial").
//!
//! An API Services app in the account's Aerial org issues the access token, with the scope `okta.accounts.read` and optionally
//! with proof of possession. The list is on a host of its own, in pages of at most 100 orgs. It contains no credentials.

use serde_json::Value;
use url::Url;

use super::client::OpenOrg;
use super::rate_budget::Bucket;
use super::{AerialAccount, OktaError, paging, wire};

/// The maximum page size.
const PAGE: &str = "100";
/// The maximum number of pages: more orgs than any account has.
const MAX_PAGES: usize = 1_000;

impl AerialAccount {
    fn url(&self) -> Result<Url, OktaError> {
        let is_id = (1..=64).contains(&self.id.len()) && self.id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_id {
            return Err(OktaError::Credential(
                "this is not the id of an Aerial account; it has only letters and digits".to_owned(),
            ));
        }
        if !self.api.takes_credentials() {
            return Err(OktaError::LeadsElsewhere { host: self.org.host(), elsewhere: self.api.host() });
        }
        let mut url = self.api.at(&format!("/{}/api/v1/orgs", self.id));
        url.query_pairs_mut().append_pair("limit", PAGE);
        Ok(url)
    }
}

impl OpenOrg {
    /// Reads every page of the list.
    pub(super) async fn list_of_account(&self, account: &AerialAccount) -> Result<Vec<Value>, OktaError> {
        let not_okta = |what: &str| OktaError::NotOkta { host: account.api.host(), what: what.to_owned() };
        let (mut orgs, mut next) = (Vec::new(), Some(account.url()?));
        for _ in 0..MAX_PAGES {
            let Some(url) = next.take() else { return Ok(orgs) };
            let response = self.get_from(&account.api, Bucket::Root, &url).await?;
            if !response.status.is_success() {
                return Err(OktaError::Api(Box::new(wire::error(&response))));
            }
            let Value::Array(page) = wire::json(&account.api.host(), &response)? else {
                return Err(not_okta("an org list that is not a list"));
            };
            orgs.extend(page);
            next = paging::next_page(&response.headers, &account.api)?;
            if next.as_ref() == Some(&url) {
                return Err(not_okta("a page that links to itself"));
            }
        }
        if next.is_none() { Ok(orgs) } else { Err(not_okta("an org list without an end")) }
    }
}
