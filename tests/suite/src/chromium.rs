//! Chromium, driven over the `DevTools` protocol: windows as a person has them, with everything that the console reports.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chromiumoxide::cdp::browser_protocol::browser::BrowserContextId;
use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetFocusEmulationEnabledParams,
    SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::InsertTextParams;
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::network::{Headers, SetExtraHttpHeadersParams};
use chromiumoxide::cdp::browser_protocol::page::{
    CaptureScreenshotFormat, CaptureScreenshotParams, EventLoadEventFired, GetLayoutMetricsParams,
    GetNavigationHistoryParams, NavigateToHistoryEntryParams, Viewport,
};
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams, EventAttachedToTarget, EventTargetCreated,
};
use chromiumoxide::cdp::js_protocol::runtime::{EvaluateParams, EventConsoleApiCalled, EventExceptionThrown};
use chromiumoxide::layout::Point;
use chromiumoxide::{Browser, BrowserConfig, Page};
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// The names under which distributions install Chromium.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// How long a page may take to show what a test expects.
const PATIENCE: Duration = Duration::from_mins(1);

/// Anything that keeps the browser from doing what a person asks.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The path of Chromium, if it is installed.
pub fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    PROGRAMS.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// A running Chromium.
pub struct Chromium {
    browser: Browser,
    handler: JoinHandle<()>,
    _profile: TempDir,
}

/// What a person's screen and browser are like.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Whether the person prefers a dark colour scheme.
    pub dark: bool,
    /// The value of `Accept-Language`.
    pub language: &'static str,
    /// Whether scripts run.
    pub scripts: bool,
}

/// A desktop, in English.
pub const DESKTOP: Screen = Screen { width: 1280, height: 800, dark: false, language: "en", scripts: true };
/// A phone, in English.
pub const PHONE: Screen = Screen { width: 390, height: 844, ..DESKTOP };

impl Chromium {
    /// Starts Chromium with an empty profile.
    pub async fn start(program: &Path) -> Result<Self, Failure> {
        let profile = tempfile::tempdir()?;
        let config = BrowserConfig::builder()
            .chrome_executable(program)
            .user_data_dir(profile.path())
            .no_sandbox()
            .viewport(None)
            .args(["disable-gpu", "disable-quic", "disable-component-update", "disable-sync", "hide-scrollbars"])
            .build()?;
        let (browser, mut events) = Browser::launch(config).await?;
        let handler = tokio::spawn(async move { while events.next().await.is_some() {} });
        Ok(Self { browser, handler, _profile: profile })
    }

    /// A person with a browser of their own: no cookies, one empty tab.
    pub async fn person(&self, screen: Screen) -> Result<Person<'_>, Failure> {
        let context = self.browser.create_browser_context(CreateBrowserContextParams::default()).await?;
        let console = Arc::default();
        let mut person =
            Person { chromium: self, context, screen, console, tabs: Vec::new(), clicks: Clicks::default() };
        person.open_tab().await?;
        Ok(person)
    }

    /// Ends Chromium.
    pub async fn quit(mut self) -> Result<(), Failure> {
        self.browser.close().await?;
        self.browser.wait().await?;
        self.handler.abort();
        Ok(())
    }
}

/// What a person did with mouse and keyboard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clicks {
    /// Clicks on Regrant's pages.
    pub here: u32,
    /// Clicks on pages of others.
    pub elsewhere: u32,
    /// Texts pasted.
    pub pastes: u32,
}

/// A person at a browser. The first tab is the one that leads.
pub struct Person<'a> {
    chromium: &'a Chromium,
    context: BrowserContextId,
    screen: Screen,
    console: Arc<Mutex<Vec<String>>>,
    tabs: Vec<Page>,
    /// What the person did so far.
    pub clicks: Clicks,
}

impl Person<'_> {
    /// Opens another tab. Returns its number.
    pub async fn open_tab(&mut self) -> Result<usize, Failure> {
        let target =
            CreateTargetParams::builder().url("about:blank").browser_context_id(self.context.clone()).build()?;
        let page = self.chromium.browser.new_page(target).await?;
        self.adopt(page).await
    }

    async fn adopt(&mut self, page: Page) -> Result<usize, Failure> {
        let Screen { width, height, dark, language, scripts } = self.screen;
        let metrics = SetDeviceMetricsOverrideParams::new(width, height, 1.0, width < 600);
        page.execute(metrics).await?;
        let scheme = if dark { "dark" } else { "light" };
        page.emulate_media_features(vec![MediaFeature::new("prefers-color-scheme", scheme)]).await?;
        page.execute(SetExtraHttpHeadersParams::new(Headers::new(json!({ "Accept-Language": language })))).await?;
        page.execute(SetScriptExecutionDisabledParams::new(!scripts)).await?;
        // Other people use the same Chromium at the same time. Each tab believes that it is in front.
        page.execute(SetFocusEmulationEnabledParams::new(true)).await?;
        self.listen(&page).await?;
        self.tabs.push(page);
        Ok(self.tabs.len() - 1)
    }

    /// Notes every error that the console of a tab reports.
    async fn listen(&self, page: &Page) -> Result<(), Failure> {
        page.enable_log().await?;
        let (mut entries, console) = (page.event_listener::<EventEntryAdded>().await?, self.console.clone());
        tokio::spawn(async move {
            while let Some(event) = entries.next().await {
                let entry = &event.entry;
                // A page with an error status is logged as a failed resource, too.
                let is_page_status =
                    entry.text.starts_with("Failed to load resource: the server responded with a status of");
                if entry.level.as_ref() == "error" && !is_page_status {
                    console.lock().push(format!("{} ({})", entry.text, entry.url.clone().unwrap_or_default()));
                }
            }
        });
        let (mut thrown, console) = (page.event_listener::<EventExceptionThrown>().await?, self.console.clone());
        tokio::spawn(async move {
            while let Some(event) = thrown.next().await {
                console.lock().push(event.exception_details.text.clone());
            }
        });
        let (mut called, console) = (page.event_listener::<EventConsoleApiCalled>().await?, self.console.clone());
        tokio::spawn(async move {
            while let Some(event) = called.next().await {
                if event.r#type.as_ref() == "error" {
                    console.lock().push(format!("{:?}", event.args));
                }
            }
        });
        Ok(())
    }

    /// The errors that the console of any tab has reported.
    pub fn console_errors(&self) -> Vec<String> {
        self.console.lock().clone()
    }

    fn page(&self, tab: usize) -> Result<&Page, Failure> {
        self.tabs.get(tab).ok_or_else(|| format!("tab {tab} is not open").into())
    }

    /// Opens an address in a tab.
    pub async fn goto(&self, tab: usize, url: &str) -> Result<(), Failure> {
        self.page(tab)?.goto(url).await?;
        Ok(())
    }

    /// Loads the page of a tab again.
    pub async fn reload(&self, tab: usize) -> Result<(), Failure> {
        self.page(tab)?.reload().await?;
        Ok(())
    }

    /// Presses the back button.
    pub async fn back(&self, tab: usize) -> Result<(), Failure> {
        let page = self.page(tab)?;
        let history = page.execute(GetNavigationHistoryParams::default()).await?;
        let at = usize::try_from(history.current_index - 1)?;
        let entry = history.entries.get(at).ok_or("there is nothing to go back to")?;
        page.execute(NavigateToHistoryEntryParams::new(entry.id)).await?;
        Ok(())
    }

    /// The value of an expression on the page of a tab.
    pub async fn evaluate(&self, tab: usize, expression: &str) -> Result<Value, Failure> {
        let params =
            EvaluateParams::builder().expression(expression).return_by_value(true).await_promise(true).build()?;
        let answer = self.page(tab)?.execute(params).await?;
        match &answer.exception_details {
            Some(thrown) => Err(format!("{}: {:?}", thrown.text, thrown.exception).into()),
            None => Ok(answer.result.result.value.unwrap_or_default()),
        }
    }

    /// The address of a tab.
    pub async fn url(&self, tab: usize) -> Result<String, Failure> {
        Ok(self.evaluate(tab, "location.href").await?.as_str().unwrap_or_default().to_owned())
    }

    /// The heading of a tab's page; empty while it loads.
    pub async fn heading(&self, tab: usize) -> String {
        let heading = self.evaluate(tab, "document.querySelector('h1')?.innerText ?? ''").await;
        heading.ok().and_then(|heading| heading.as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The text of a tab's page as a person sees it.
    pub async fn text(&self, tab: usize) -> Result<String, Failure> {
        Ok(self.evaluate(tab, "document.body.innerText").await?.as_str().unwrap_or_default().to_owned())
    }

    /// What `look` finds on the page of a tab, now or after it has loaded again. Regrant's pages change in no other way.
    async fn once_loaded<T>(&self, tab: usize, look: impl AsyncFn() -> Option<T>) -> Result<Option<T>, Failure> {
        let mut loads = self.page(tab)?.event_listener::<EventLoadEventFired>().await?;
        let found = async {
            loop {
                if let Some(found) = look().await {
                    return Some(found);
                }
                loads.next().await?;
            }
        };
        Ok(tokio::time::timeout(PATIENCE, found).await.ok().flatten())
    }

    /// Waits until the page of a tab has this heading.
    pub async fn sees(&self, tab: usize, heading: &str) -> Result<(), Failure> {
        let look = async || (self.heading(tab).await == heading && self.is_loaded(tab).await).then_some(());
        if self.once_loaded(tab, look).await?.is_some() {
            return Ok(());
        }
        let (last, text) = (self.heading(tab).await, self.text(tab).await.unwrap_or_default());
        Err(format!("expected the heading {heading:?}, but the page has {last:?}:\n{text}").into())
    }

    /// Waits until the page of a tab has an element of exactly these classes.
    pub async fn sees_class(&self, tab: usize, class: &str) -> Result<(), Failure> {
        let script = format!("!!document.querySelector('[class={}]')", json!(class));
        let is_seen = async || self.evaluate(tab, &script).await.is_ok_and(|seen| seen == true);
        let look = async || (is_seen().await && self.is_loaded(tab).await).then_some(());
        let seen = self.once_loaded(tab, look).await?;
        if seen.is_some() {
            return Ok(());
        }
        Err(format!("no element has the class {class:?}:\n{}", self.text(tab).await?).into())
    }

    /// The text of Okta's last page, once a tab shows it.
    pub async fn okta_text(&self, tab: usize) -> Result<String, Failure> {
        self.reads(tab, "continue_oauth_flow_url").await
    }

    /// Waits until the page of a tab contains `said`. Returns its whole text.
    pub async fn reads(&self, tab: usize, said: &str) -> Result<String, Failure> {
        let look = async || {
            let text = self.text(tab).await.unwrap_or_default();
            (text.contains(said) && self.is_loaded(tab).await).then_some(text)
        };
        match self.once_loaded(tab, look).await? {
            Some(text) => Ok(text),
            None => Err(format!("the page does not say {said:?}:\n{}", self.text(tab).await?).into()),
        }
    }

    async fn is_loaded(&self, tab: usize) -> bool {
        self.evaluate(tab, "document.readyState").await.is_ok_and(|state| state == "complete")
    }

    /// Clicks the visible link, button or summary with a line that begins with `label`.
    pub async fn click(&mut self, tab: usize, label: &str) -> Result<(), Failure> {
        let script = format!(
            "(() => {{ const all = [...document.querySelectorAll('a, button, summary')]; \
             const it = all.find(one => one.checkVisibility() && one.innerText.split('\\n').some(line => line.trim().startsWith({label}))); \
             if (!it) return null; it.scrollIntoView({{ block: 'center' }}); const box = it.getBoundingClientRect(); \
             return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            label = json!(label)
        );
        // A page that is still arriving may lack it so far.
        let look = async || {
            let place = self.evaluate(tab, &script).await.ok()?;
            self.is_loaded(tab).await.then_some((place[0].as_f64()?, place[1].as_f64()?))
        };
        let Some((x, y)) = self.once_loaded(tab, look).await? else {
            return Err(format!("nothing to click begins with {label:?}:\n{}", self.text(tab).await?).into());
        };
        if self.url(tab).await?.contains("//localhost:") {
            self.clicks.here += 1;
        } else {
            self.clicks.elsewhere += 1;
        }
        self.page(tab)?.click(Point { x, y }).await?;
        Ok(())
    }

    /// Clicks what opens a new tab, and returns that tab's number.
    pub async fn click_to_new_tab(&mut self, tab: usize, label: &str) -> Result<usize, Failure> {
        let browser = &self.chromium.browser;
        let mut created = browser.event_listener::<EventTargetCreated>().await?;
        let mut attached = browser.event_listener::<EventAttachedToTarget>().await?;
        self.click(tab, label).await?;
        let context = Some(&self.context);
        let opened = async {
            loop {
                let target = &created.next().await?.target_info;
                if target.browser_context_id.as_ref() == context {
                    return Some(target.target_id.clone());
                }
            }
        };
        let opened = tokio::time::timeout(PATIENCE, opened).await.ok().flatten();
        let opened = opened.ok_or_else(|| format!("{label:?} opened no new tab"))?;
        // A target has a page once the browser is attached to it.
        let page = async {
            loop {
                if let Ok(page) = browser.get_page(opened.clone()).await {
                    return Some(page);
                }
                attached.next().await?;
            }
        };
        let page = tokio::time::timeout(PATIENCE, page).await.ok().flatten();
        self.adopt(page.ok_or("the new tab has no page")?).await
    }

    /// Replaces the content of the text field by `text`.
    pub async fn paste(&mut self, tab: usize, text: &str) -> Result<(), Failure> {
        self.clicks.pastes += 1;
        let focused = self.evaluate(
            tab,
            "(() => { const field = document.querySelector('#handover'); field.focus(); field.select(); return true })()",
        );
        focused.await?;
        self.page(tab)?.execute(InsertTextParams::new(text)).await?;
        Ok(())
    }

    /// Lays the page of a tab out as on paper.
    pub async fn print_layout(&self, tab: usize) -> Result<(), Failure> {
        self.page(tab)?.execute(SetEmulatedMediaParams::builder().media("print").build()).await?;
        Ok(())
    }

    /// Presses a key, such as `Tab` or `Enter`.
    pub async fn press(&self, tab: usize, key: &str) -> Result<(), Failure> {
        self.page(tab)?.find_element("body").await?.press_key(key).await?;
        Ok(())
    }

    /// Fills a field of a form as a person does, by its id.
    pub async fn fill(&self, tab: usize, id: &str, value: &str) -> Result<(), Failure> {
        let script = format!(
            "(() => {{ const field = document.getElementById({id}); field.focus(); field.value = {value}; \
             field.dispatchEvent(new Event('change')); return true }})()",
            id = json!(id),
            value = json!(value)
        );
        self.evaluate(tab, &script).await?;
        Ok(())
    }

    /// A picture of a tab's whole page, as PNG.
    pub async fn picture(&self, tab: usize) -> Result<Vec<u8>, Failure> {
        let size = self.page(tab)?.execute(GetLayoutMetricsParams::default()).await?.result.css_content_size;
        let whole = Viewport { x: 0.0, y: 0.0, width: size.width, height: size.height, scale: 1.0 };
        // Unlike a screenshot of the full page, this keeps the size of the screen.
        let params = CaptureScreenshotParams::builder().format(CaptureScreenshotFormat::Png).clip(whole);
        self.capture(tab, params.capture_beyond_viewport(true).build()).await
    }

    /// A picture of what a tab shows without scrolling, as WebP.
    pub async fn first_screen(&self, tab: usize) -> Result<Vec<u8>, Failure> {
        let params = CaptureScreenshotParams::builder().format(CaptureScreenshotFormat::Webp).quality(80);
        self.capture(tab, params.build()).await
    }

    async fn capture(&self, tab: usize, params: CaptureScreenshotParams) -> Result<Vec<u8>, Failure> {
        let picture = self.page(tab)?.execute(params).await?.result.data;
        Ok(STANDARD.decode(AsRef::<[u8]>::as_ref(&picture))?)
    }

    /// What axe reports about the page of a tab, one line per violation.
    pub async fn accessibility_violations(&self, tab: usize) -> Result<Vec<String>, Failure> {
        self.evaluate(tab, concat!(include_str!("../axe/axe.min.js"), "; true")).await?;
        let found = self.evaluate(
            tab,
            "axe.run({ resultTypes: ['violations'] }).then(found => found.violations.map(one => \
             `${one.id}: ${one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')}`))",
        );
        Ok(serde_json::from_value(found.await?)?)
    }

    /// Whether the page of a tab is wider than its window, or has text that a person cannot read in full.
    pub async fn overflows(&self, tab: usize) -> Result<Vec<String>, Failure> {
        let script = "(() => { const wide = document.documentElement.scrollWidth - innerWidth; \
            const all = wide > 0 ? [`the page is ${wide} px too wide`] : []; \
            for (const one of document.querySelectorAll('main *:not(textarea):not(svg *):not(.hidden-label)')) { \
              if (one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1) all.push(one.outerHTML.slice(0, 90)); } \
            return all; })()";
        Ok(serde_json::from_value(self.evaluate(tab, script).await?)?)
    }
}

impl Drop for Person<'_> {
    fn drop(&mut self) {
        for tab in self.tabs.drain(..) {
            tokio::spawn(tab.close());
        }
    }
}
