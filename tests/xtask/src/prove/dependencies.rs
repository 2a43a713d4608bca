//! Checks the dependency tree against `deny.toml`: licences, sources, and no second TLS, HTTP or async stack.
//!
//! `cargo deny` reads the same file and checks more, above all the advisory database. This check needs only cargo, so it
//! runs wherever the tests run.

use std::collections::BTreeSet;
use std::process::Command;

use semver::{Version, VersionReq};
use serde::Deserialize;
use serde_json::json;
use spdx::{Expression, LicenseReq, ParseMode};

use super::{Outcome, Report};

pub(crate) const NAME: &str = "dependencies";

#[derive(Debug, Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Debug, Deserialize)]
struct Banned {
    name: String,
    #[serde(default)]
    version: VersionReq,
}

/// A crate that some build of the workspace links or runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: Version,
    license: String,
    origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Registry,
    Workspace,
    Elsewhere(String),
}

pub(crate) fn prove() -> Outcome {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let policy: Policy = toml::from_str(&std::fs::read_to_string(format!("{root}/deny.toml"))?)?;
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let tree = Command::new(cargo)
        .args([
            "tree",
            "--workspace",
            // A separate program under a different licence. All other packages must comply without its licence exceptions.
            "--exclude",
            "regrant-aws-emulator",
            "--all-features",
            "--target",
            "all",
            "--edges",
            "normal,build,dev",
            "--prefix",
            "none",
        ])
        .args(["--format", "{p}|{l}"])
        .current_dir(root)
        .output()?;
    if !tree.status.success() {
        return Err(String::from_utf8_lossy(&tree.stderr).into_owned().into());
    }
    let packages = read_tree(&String::from_utf8(tree.stdout)?, root)?;
    let offences = offences(&policy, &packages)?;
    Ok(Report::new(
        NAME,
        offences.is_empty() && packages.len() > 50,
        [("crates", json!(packages.len())), ("offences", json!(offences))],
    ))
}

/// Reads `name v1.2.3 (where)|LICENCE` lines; skips feature lines, which have no version.
fn read_tree(tree: &str, root: &str) -> Result<BTreeSet<Package>, Box<dyn std::error::Error + Send + Sync>> {
    let root = std::fs::canonicalize(root)?.display().to_string();
    let mut packages = BTreeSet::new();
    for line in tree.lines() {
        let Some((package, license)) = line.split_once('|') else { continue };
        let mut words = package.split(' ');
        let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
        let Some(version) = version.strip_prefix('v').and_then(|version| Version::parse(version).ok()) else {
            continue;
        };
        let place = words.find(|word| word.starts_with('(') && !matches!(*word, "(*)" | "(proc-macro)"));
        let origin = match place {
            None => Origin::Registry,
            Some(place) if place.trim_matches(['(', ')']).starts_with(&root) => Origin::Workspace,
            Some(place) => Origin::Elsewhere(place.to_owned()),
        };
        let license = license.trim_end_matches("(*)").trim().to_owned();
        packages.insert(Package { name: name.to_owned(), version, license, origin });
    }
    Ok(packages)
}

fn offences(
    policy: &Policy,
    packages: &BTreeSet<Package>,
) -> Result<Vec<String>, Box<dyn std::error::Error + Send + Sync>> {
    let allowed: Vec<LicenseReq> = policy.licenses.allow.iter().map(|id| one_license(id)).collect::<Result<_, _>>()?;
    let mut offences = Vec::new();
    for package in packages {
        let shown = format!("{} {}", package.name, package.version);
        if let Origin::Elsewhere(place) = &package.origin {
            offences.push(format!("{shown} comes from {place}"));
        }
        if policy.bans.deny.iter().any(|ban| ban.name == package.name && ban.version.matches(&package.version)) {
            offences.push(format!("{shown} is banned"));
        }
        let licensed = Expression::parse_mode(&package.license, ParseMode::LAX)
            .is_ok_and(|expression| expression.evaluate(|required| allowed.contains(required)));
        if !licensed {
            offences.push(format!("{shown} has the licence {:?}, which deny.toml does not allow", package.license));
        }
    }
    Ok(offences)
}

fn one_license(id: &str) -> Result<LicenseReq, Box<dyn std::error::Error + Send + Sync>> {
    let expression = Expression::parse(id).map_err(|error| error.to_string())?;
    let requirement = expression.requirements().next().ok_or("an empty licence in deny.toml")?;
    Ok(requirement.req.clone())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed test may panic")]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        [bans]
        deny = [{ name = "ring" }, { name = "hyper", version = "<1" }]
    "#;

    fn offences_of(line: &str) -> Vec<String> {
        offences(&toml::from_str(POLICY).unwrap(), &read_tree(line, ".").unwrap()).unwrap()
    }

    #[test]
    fn workspace_dependencies_comply_with_policy() {
        let verification = prove().unwrap();
        assert!(verification.holds, "{:#?}", verification.figures);
    }

    #[test]
    fn each_kind_of_violation_is_reported() {
        assert_eq!(offences_of("serde v1.0.0|MIT OR Apache-2.0"), Vec::<String>::new());
        assert_eq!(offences_of("hyper v1.12.0|MIT"), Vec::<String>::new());
        assert_eq!(offences_of("hyper v0.14.0|MIT").len(), 1);
        assert_eq!(offences_of("ring v0.17.14|Apache-2.0").len(), 1);
        assert_eq!(offences_of("copyleft v1.0.0|AGPL-3.0-only").len(), 1);
        assert_eq!(offences_of("mixed v1.0.0|MIT AND AGPL-3.0-only").len(), 1);
        assert_eq!(offences_of("unlicensed v1.0.0|").len(), 1);
        assert_eq!(offences_of("fork v1.0.0 (https://git.example/fork#abc)|MIT").len(), 1);
    }
}
