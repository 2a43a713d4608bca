//! `cargo xtask prove NAME`: the one way to run every measurement that README speaks of.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what a command line is for")]

mod prove;
mod walk;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;
use prove::{PROOFS, Size, Verification};
use regrant::microsoft::config::SimulatedMicrosoft;
use regrant_tests::victim::Victim;

/// Runs the project's measurements.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run one measurement; exits 1 where its target is missed.
    Prove {
        /// Which one; `--list` names them all.
        #[arg(required_unless_present = "list")]
        name: Option<String>,
        /// Print one JSON object instead of a table.
        #[arg(long)]
        json: bool,
        /// Name every measurement.
        #[arg(long)]
        list: bool,
        /// The size that the test command runs, instead of the full one.
        #[arg(long)]
        small: bool,
    },
    /// Be the process that a measurement kills.
    #[command(hide = true)]
    Victim {
        /// Its data folder.
        #[arg(long)]
        data: std::path::PathBuf,
        /// The simulated sign-in page.
        #[arg(long)]
        login: url::Url,
        /// The simulated Graph.
        #[arg(long)]
        graph: url::Url,
        /// End after this write.
        #[arg(long)]
        end_after_write: Option<u64>,
        /// How far its clock is ahead, in seconds.
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
        Task::Victim { data, login, graph, end_after_write, ahead_secs, trace } => {
            let microsoft = SimulatedMicrosoft { login, graph };
            let ahead = SignedDuration::from_secs(ahead_secs);
            let lived = Victim { data, microsoft, end_after_write, trace, ahead }.live().await;
            return if lived.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    if list {
        for verification in PROOFS {
            println!("{:<18} {}", verification.name, verification.about);
        }
        return ExitCode::SUCCESS;
    }
    let name = name.unwrap_or_default();
    let Some(verification) = PROOFS.iter().find(|verification| verification.name == name) else {
        eprintln!("there is no measurement called {name:?}; `cargo xtask prove --list` names them all");
        return ExitCode::from(2);
    };
    let size = if small { Size::Small } else { Size::Full };
    match verification.run(size).await {
        Ok(result) => {
            print(&result, json);
            ExitCode::from(u8::from(!result.holds))
        }
        Err(error) => {
            eprintln!("{name} could not be measured: {error}");
            ExitCode::from(2)
        }
    }
}

fn print(verification: &Verification, json: bool) {
    if json {
        println!(
            "{}",
            serde_json::json!({"name": verification.name, "holds": verification.holds, "figures": verification.figures})
        );
        return;
    }
    let mut table = comfy_table::Table::new();
    table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_header([verification.name, ""]);
    for (figure, value) in &verification.figures {
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        table.add_row([figure.replace('_', " "), shown]);
    }
    println!("{table}");
    println!("{}", if verification.holds { "holds" } else { "does not hold" });
}
