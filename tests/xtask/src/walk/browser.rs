//! A test browser with cookies, forms and a record of every response.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Failure;

/// The time limit for a response.
const PATIENCE: Duration = Duration::from_secs(30);

/// A response.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// The requested path with its query.
    pub(crate) path: String,
    /// The `Location` header.
    pub(crate) location: Option<String>,
    /// The body.
    pub(crate) body: String,
}

impl Shown {
    /// The page's heading.
    pub(crate) fn heading(&self) -> &str {
        self.body.split("<h1>").nth(1).and_then(|rest| rest.split("</h1>").next()).unwrap_or_default()
    }

    /// The form token of the page's forms.
    pub(crate) fn form_token(&self) -> String {
        let after = self.body.split("name=\"token\" value=\"").nth(1).unwrap_or_default();
        after.split('"').next().unwrap_or_default().to_owned()
    }
}

/// A browser.
#[derive(Debug, Default)]
pub(crate) struct Browser {
    /// Its cookies by name.
    pub(crate) cookies: BTreeMap<String, String>,
    /// Every response, in order.
    pub(crate) history: Vec<Shown>,
}

impl Browser {
    /// Requests a path.
    pub(crate) async fn get(&mut self, address: &str, path: &str) -> Result<Shown, Failure> {
        self.ask(address, "GET", path, None).await
    }

    /// Submits a form.
    pub(crate) async fn post(&mut self, address: &str, path: &str, form: &[(&str, &str)]) -> Result<Shown, Failure> {
        self.ask(address, "POST", path, Some(form)).await
    }

    async fn ask(
        &mut self,
        address: &str,
        method: &str,
        path: &str,
        form: Option<&[(&str, &str)]>,
    ) -> Result<Shown, Failure> {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut request = client
            .request(method.parse()?, format!("http://{address}{path}"))
            .header("sec-fetch-site", "same-origin")
            .timeout(PATIENCE);
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("cookie", all.join("; "));
        }
        if let Some(form) = form {
            request = request.form(form);
        }
        let response = request.send().await?;
        for cookie in response.headers().get_all("set-cookie") {
            let text = cookie.to_str()?.split(';').next().unwrap_or_default();
            if let Some((name, value)) = text.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let shown = Shown { path: path.to_owned(), location, body: response.text().await? };
        self.history.push(shown.clone());
        Ok(shown)
    }
}
