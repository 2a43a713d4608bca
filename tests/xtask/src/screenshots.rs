//! `cargo xtask screenshots`: the pictures in README and docs, taken of the demo in headless Chromium.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

type Failure = Box<dyn Error + Send + Sync>;

/// The names under which distributions install Chromium.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Colour schemes as Blink numbers them.
const SCHEMES: [(&str, u8); 2] = [("dark", 0), ("light", 1)];

/// Where the pictures go.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder for the pictures.
    #[arg(long, default_value = "docs/images")]
    to: PathBuf,
    /// The width of the window, in CSS pixels.
    #[arg(long, default_value_t = 1280)]
    width: u32,
    /// The height of the window, in CSS pixels.
    #[arg(long, default_value_t = 900)]
    height: u32,
}

/// Starts the demo, takes each page in both colour schemes, and stops the demo.
pub(crate) async fn screenshots(options: &Options) -> Result<(), Failure> {
    std::fs::create_dir_all(&options.to)?;
    let profile = tempfile::tempdir()?;
    let (mut demo, pages) = start_demo().await?;
    let taken = take_all(options, profile.path(), &pages).await;
    demo.kill().await?;
    taken
}

async fn take_all(options: &Options, profile: &Path, pages: &[(&str, String)]) -> Result<(), Failure> {
    for (page, url) in pages {
        for (scheme, number) in SCHEMES {
            let file = options.to.join(format!("{page}-{scheme}.png"));
            take(options, profile, url, number, &file).await?;
            println!("{}", file.display());
        }
    }
    Ok(())
}

/// The running demo, and the pages to show: an invitation, and the emails that the demo has written.
async fn start_demo() -> Result<(Child, Vec<(&'static str, String)>), Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut demo = Command::new(cargo)
        .args(["run", "--quiet", "--package", "regrant-cli", "--", "demo"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut output = BufReader::new(demo.stdout.take().ok_or("the demo has no output")?).lines();
    let mut messages = BufReader::new(demo.stderr.take().ok_or("the demo has no messages")?).lines();
    let mut pages = Vec::new();
    while pages.len() < 2 {
        let line = tokio::select! {
            line = output.next_line() => line?,
            line = messages.next_line() => line?,
        };
        let line = line.ok_or("the demo ended before it served its pages")?;
        let url = line.split_whitespace().find(|word| word.starts_with("http://"));
        match url {
            Some(url) if url.contains("/consent/") && pages.is_empty() => pages.push(("invitation", url.to_owned())),
            Some(url) if url.ends_with("/outbox") => pages.push(("outbox", url.to_owned())),
            _ => {}
        }
    }
    // The demo stops when no one reads what it writes.
    tokio::spawn(async move { while let Ok(Some(_)) = messages.next_line().await {} });
    tokio::spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });
    Ok((demo, pages))
}

async fn take(options: &Options, profile: &Path, url: &str, scheme: u8, file: &Path) -> Result<(), Failure> {
    for browser in BROWSERS {
        let run = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!("--window-size={},{}", options.width, options.height))
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--screenshot={}", file.display()))
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        match run.await {
            Ok(status) if status.success() => return Ok(()),
            Ok(status) => return Err(format!("{browser} took no picture of {url}: {status}").into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(format!("no browser found; install one of {}", BROWSERS.join(", ")).into())
}
