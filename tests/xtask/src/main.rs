//! `cargo xtask`: measurements (`prove`), the files of a release (`dist`) and pictures for the docs (`screenshots`).
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line program prints")]

mod dist;
mod prove;
mod screenshots;
mod walk;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;
use prove::{MEASUREMENTS, Report, Size};
use regrant::microsoft::config::SimulatedMicrosoft;
use regrant_tests::killable_server::KillableServer;

/// Runs the project's measurements and builds its releases.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run one measurement; exits 1 if its target is missed.
    Prove {
        /// The measurement's name; `--list` shows all names.
        #[arg(required_unless_present = "list")]
        name: Option<String>,
        /// Print one JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// List every measurement.
        #[arg(long)]
        list: bool,
        /// Run the small size of the test suite instead of the full one.
        #[arg(long)]
        small: bool,
    },
    /// Build the files of a release: archives of `regrant`, Lambda packages, checksums.
    Dist(dist::Options),
    /// Take the pictures in README and docs of the running demo. Needs Chromium.
    Screenshots(screenshots::Options),
    /// Run as the process that a measurement kills.
    #[command(hide = true)]
    KillableServer {
        /// Its data folder.
        #[arg(long)]
        data: std::path::PathBuf,
        /// The simulated sign-in page.
        #[arg(long)]
        login: url::Url,
        /// The simulated Graph.
        #[arg(long)]
        graph: url::Url,
        /// Exit after this write.
        #[arg(long)]
        end_after_write: Option<u64>,
        /// How far its clock runs ahead, in seconds.
        #[arg(long, default_value_t = 0)]
        ahead_secs: i64,
        /// Log everything to standard error.
        #[arg(long)]
        trace: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let (name, json, list, small) = match Arguments::parse().task {
        Task::Prove { name, json, list, small } => (name, json, list, small),
        Task::Dist(options) => return exit_code("dist", dist::dist(&options)),
        Task::Screenshots(options) => return exit_code("screenshots", screenshots::screenshots(&options).await),
        Task::KillableServer { data, login, graph, end_after_write, ahead_secs, trace } => {
            let microsoft = SimulatedMicrosoft { login, graph };
            let ahead = SignedDuration::from_secs(ahead_secs);
            let lived = KillableServer { data, microsoft, end_after_write, trace, ahead }.live().await;
            return if lived.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    if list {
        for measurement in MEASUREMENTS {
            println!("{:<18} {}", measurement.name, measurement.about);
        }
        return ExitCode::SUCCESS;
    }
    let name = name.unwrap_or_default();
    let Some(measurement) = MEASUREMENTS.iter().find(|measurement| measurement.name == name) else {
        eprintln!("unknown measurement {name:?}; run `cargo xtask prove --list` for all names");
        return ExitCode::from(2);
    };
    let size = if small { Size::Small } else { Size::Full };
    match measurement.run(size).await {
        Ok(result) => {
            print(&result, json);
            ExitCode::from(u8::from(!result.holds))
        }
        Err(error) => {
            eprintln!("cannot measure {name}: {error}");
            ExitCode::from(2)
        }
    }
}

fn exit_code(task: &str, done: Result<(), Box<dyn std::error::Error + Send + Sync>>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{task} failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(report: &Report, json: bool) {
    if json {
        println!("{}", serde_json::json!({"name": report.name, "holds": report.holds, "figures": report.figures}));
        return;
    }
    let mut table = comfy_table::Table::new();
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_header([report.name, ""]);
    for (figure, value) in &report.figures {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        table.add_row([figure.replace('_', " "), shown]);
    }
    println!("{table}");
    println!("{}", if report.holds { "holds" } else { "does not hold" });
}
