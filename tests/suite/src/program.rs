//! Programs built from this workspace.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

/// Builds `regrant` in the profile of this program and returns its path.
pub fn regrant() -> io::Result<PathBuf> {
    built("regrant-cli", "regrant")
}

/// Builds a binary of this workspace in the profile of this program and returns its path.
pub fn built(package: &str, bin: &str) -> io::Result<PathBuf> {
    if cfg!(debug_assertions) {
        static ALL: LazyLock<Result<(), String>> = LazyLock::new(|| {
            // Selecting a test target makes cargo resolve features as `cargo test --workspace` does. It then finds every
            // library built already; built alone, each package would compile its dependencies again.
            cargo_build(&["--workspace", "--bins", "--test", "consent"]).map_err(|error| error.to_string())
        });
        ALL.clone().map_err(io::Error::other)?;
    } else {
        // Measured programs are built with their release features.
        cargo_build(&["--package", package, "--bin", bin, "--release"])?;
    }
    let own = std::env::current_exe()?;
    own.ancestors()
        .skip(1)
        .map(|folder| folder.join(format!("{bin}{}", std::env::consts::EXE_SUFFIX)))
        .find(|program| program.is_file())
        .ok_or_else(|| io::Error::other(format!("{bin} was built but is not in the folder of this program")))
}

fn cargo_build(selection: &[&str]) -> io::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--quiet"])
        .args(selection)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status()?;
    if built.success() { Ok(()) } else { Err(io::Error::other(format!("{} did not build", selection.join(" ")))) }
}
