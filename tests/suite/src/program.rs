//! Programs built from this workspace.

use std::io;
use std::path::PathBuf;
use std::process::Command;

/// Builds `regrant` in the profile of this program and says where it is.
pub fn regrant() -> io::Result<PathBuf> {
    built("regrant-cli", "regrant")
}

/// Builds a binary of this workspace in the profile of this program and says where it is.
pub fn built(package: &str, bin: &str) -> io::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--package", package, "--bin", bin, "--profile", profile])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .status()?;
    if !built.success() {
        return Err(io::Error::other(format!("{bin} did not build")));
    }
    let own = std::env::current_exe()?;
    own.ancestors()
        .skip(1)
        .map(|folder| folder.join(format!("{bin}{}", std::env::consts::EXE_SUFFIX)))
        .find(|program| program.is_file())
        .ok_or_else(|| io::Error::other(format!("{bin} was built and is not beside this program")))
}
