//! `cargo xtask dist`: the files of a release.
//!
//! For each platform an archive of `regrant` (static binary, completions, manual pages, licences, software bill of
//! materials), the six Lambda packages for both processors, and `SHA256SUMS` over all of them. Archives are
//! reproducible: they hold no times, no users and no paths of the machine that made them.

mod archive;
mod third_party;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap_complete::Shell;
use sha2::{Digest as _, Sha256};

use archive::Archive;
use third_party::Dependencies;

type Failure = Box<dyn Error + Send + Sync>;

/// The platforms that have an archive: Linux, linked statically with musl, so that it runs on any distribution.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];
/// The processors of AWS Lambda, with the option of `cargo lambda build`.
const LAMBDA_PROCESSORS: [(&str, &str); 2] = [("arm64", "--arm64"), ("x86_64", "--x86-64")];
/// The functions that have a package.
const FUNCTIONS: [&str; 6] = ["discovery", "consent-url", "callback", "save", "notify", "console"];

/// What to build, and where to put it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder for the release's files.
    #[arg(long, default_value = "target/dist")]
    to: PathBuf,
    /// Build for this platform only; may be given more than once.
    #[arg(long, value_parser = PLATFORMS)]
    platform: Vec<String>,
    /// Leave out the Lambda packages.
    #[arg(long)]
    skip_lambda: bool,
}

/// Builds every file of a release and prints each with its size and checksum.
pub(crate) fn dist(options: &Options) -> Result<(), Failure> {
    fs::create_dir_all(&options.to)?;
    let mut files = Vec::new();
    for platform in PLATFORMS {
        if options.platform.is_empty() || options.platform.iter().any(|wanted| wanted == platform) {
            files.push(archive_for(platform, &options.to)?);
        }
    }
    if !options.skip_lambda {
        for (processor, option) in LAMBDA_PROCESSORS {
            files.extend(lambda_packages(processor, option, &options.to)?);
        }
    }
    let mut sums = String::new();
    for file in &files {
        let content = fs::read(file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let sum = hex(&Sha256::digest(&content));
        println!("{:>10}  {sum}  {name}", content.len());
        writeln!(sums, "{sum}  {name}")?;
    }
    fs::write(options.to.join("SHA256SUMS"), sums)?;
    println!("{} files in {}; check them with `sha256sum --check SHA256SUMS`", files.len(), options.to.display());
    Ok(())
}

fn archive_for(platform: &str, to: &Path) -> Result<PathBuf, Failure> {
    cargo(&[
        "zigbuild",
        "--release",
        "--locked",
        "--package",
        "regrant-cli",
        "--features",
        "aws",
        "--target",
        platform,
    ])?;
    let name = format!("regrant-{}-{platform}", env!("CARGO_PKG_VERSION"));
    let mut archive = Archive::new(&name);
    archive.add_program("regrant", &fs::read(target_folder()?.join(platform).join("release/regrant"))?)?;
    for file in ["README.md", "CHANGELOG.md", "LICENSE"] {
        archive.add(file, &fs::read(root().join(file))?)?;
    }
    for (file, content) in completions().into_iter().chain(manual_pages()?) {
        archive.add(&file, &content)?;
    }
    let dependencies = Dependencies::of("regrant-cli", &["--features", "aws"], platform)?;
    archive.add("THIRD-PARTY-LICENSES.txt", dependencies.licenses()?.as_bytes())?;
    archive.add("regrant.cdx.json", &serde_json::to_vec_pretty(&dependencies.bill_of_materials())?)?;
    let path = to.join(format!("{name}.tar.gz"));
    fs::write(&path, archive.finish()?)?;
    Ok(path)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn completions() -> [(String, Vec<u8>); 3] {
    let shells = [(Shell::Bash, "regrant.bash"), (Shell::Zsh, "_regrant"), (Shell::Fish, "regrant.fish")];
    shells.map(|(shell, file)| {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut regrant_cli::command(), "regrant", &mut script);
        (format!("completions/{file}"), script)
    })
}

/// `regrant.1`, and one page per command: `regrant-org-add.1`.
fn manual_pages() -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let folder = tempfile::tempdir()?;
    clap_mangen::generate_to(regrant_cli::command(), folder.path())?;
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder.path())? {
        let entry = entry?;
        pages.push((format!("man/{}", entry.file_name().to_string_lossy()), fs::read(entry.path())?));
    }
    pages.sort();
    Ok(pages)
}

fn lambda_packages(processor: &str, option: &str, to: &Path) -> Result<Vec<PathBuf>, Failure> {
    let folder = tempfile::tempdir()?;
    let place = folder.path().display().to_string();
    let mut arguments = vec!["lambda", "build", "--release", "--locked", "--output-format", "zip", option];
    arguments.extend(["--lambda-dir", &place]);
    let packages = FUNCTIONS.map(|function| format!("regrant-{function}"));
    arguments.extend(packages.iter().flat_map(|package| ["--package", package]));
    cargo(&arguments)?;
    let copy = |function: &str| {
        let package = to.join(format!("regrant-{}-lambda-{function}-{processor}.zip", env!("CARGO_PKG_VERSION")));
        fs::copy(folder.path().join(function).join("bootstrap.zip"), &package)?;
        Ok(package)
    };
    FUNCTIONS.into_iter().map(copy).collect()
}

/// Runs cargo at the workspace's root and shows what it prints.
fn cargo(arguments: &[&str]) -> Result<(), Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(cargo).args(arguments).current_dir(root()).status()?;
    if status.success() {
        return Ok(());
    }
    let needs = match arguments.first() {
        Some(&"zigbuild") => "it needs cargo-zigbuild, Zig and the target (`rustup target add TARGET`)",
        Some(&"lambda") => "it needs cargo-lambda and Zig",
        _ => "see the output above",
    };
    Err(format!("`cargo {}` failed: {needs}", arguments.join(" ")).into())
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn target_folder() -> Result<PathBuf, Failure> {
    let metadata = third_party::metadata(&["--no-deps"])?;
    let folder = metadata["target_directory"].as_str().ok_or("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_manual_page() {
        let pages: Vec<_> = manual_pages().unwrap().into_iter().map(|(file, _)| file).collect();
        for page in ["man/regrant.1", "man/regrant-scan.1", "man/regrant-org-add.1"] {
            assert!(pages.iter().any(|file| file == page), "{page} is missing from {pages:?}");
        }
    }

    #[test]
    fn completions_know_the_commands() {
        for (file, script) in completions() {
            assert!(String::from_utf8(script).unwrap().contains("scan"), "{file}");
        }
    }
}
