//! The crates that a binary links: their licences and the software bill of materials.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::Failure;

/// File names that hold a licence or a notice, in lower case.
const LICENSE_FILES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// The crates that a package links for a target, without build scripts and tests, by name and version.
pub(super) struct Dependencies {
    package: String,
    version: String,
    linked: BTreeMap<(String, String), Value>,
}

impl Dependencies {
    /// Reads the dependencies of `package` from cargo.
    pub(super) fn of(package: &str, features: &[&str], target: &str) -> Result<Self, Failure> {
        let manifest = manifest_of(package)?;
        let arguments = [features, &["--filter-platform", target, "--manifest-path", &manifest]].concat();
        let metadata = metadata(&arguments)?;
        let root = metadata["resolve"]["root"].as_str().ok_or("cargo metadata names no root package")?;
        let packages = by_id(&metadata["packages"]);
        let nodes = by_id(&metadata["resolve"]["nodes"]);
        let (mut open, mut linked) = (vec![root], BTreeSet::new());
        while let Some(id) = open.pop() {
            if linked.insert(id) {
                let edges = nodes.get(id).and_then(|node| node["deps"].as_array()).into_iter().flatten();
                open.extend(edges.filter(|edge| is_linked(edge)).filter_map(|edge| edge["pkg"].as_str()));
            }
        }
        let version = packages.get(root).map(|root| text(&root["version"])).ok_or("cargo does not list the package")?;
        let foreign = linked.iter().filter_map(|id| packages.get(id)).filter(|package| package["source"].is_string());
        let linked = foreign.map(|package| ((text(&package["name"]), text(&package["version"])), (*package).clone()));
        Ok(Self { package: package.to_owned(), version, linked: linked.collect() })
    }

    /// Every crate with its licence, and the texts that come with it.
    pub(super) fn licenses(&self) -> Result<String, Failure> {
        let mut all = String::from("The program links these libraries, each under its own licence.\n");
        for ((name, version), package) in &self.linked {
            write!(all, "\n{:=<80}\n{name} {version}: {}\n", "", text(&package["license"]))?;
            let folder = text(&package["manifest_path"]);
            for file in license_files(Path::new(&folder))? {
                write!(all, "\n{}\n", fs::read_to_string(file)?.trim_end())?;
            }
        }
        Ok(all)
    }

    /// The bill of materials as `CycloneDX` 1.5 JSON.
    pub(super) fn bill_of_materials(&self) -> Value {
        let components = self.linked.iter().map(|((name, version), package)| {
            let id = format!("pkg:cargo/{name}@{version}");
            json!({
                "type": "library", "bom-ref": id, "name": name, "version": version, "purl": id,
                "licenses": [{ "expression": text(&package["license"]).replace('/', " OR ") }],
            })
        });
        json!({
            "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
            "metadata": { "component": {
                "type": "application", "bom-ref": self.package, "name": self.package, "version": self.version,
            }},
            "components": components.collect::<Vec<_>>(),
        })
    }
}

/// What `cargo metadata` prints.
pub(super) fn metadata(arguments: &[&str]) -> Result<Value, Failure> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--locked"]).args(arguments).current_dir(super::root());
    let output = command.output()?;
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout)?)
    } else {
        Err(format!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

fn manifest_of(package: &str) -> Result<String, Failure> {
    let metadata = metadata(&["--no-deps"])?;
    let mut packages = metadata["packages"].as_array().into_iter().flatten();
    let found = packages.find(|candidate| candidate["name"] == package).map(|found| text(&found["manifest_path"]));
    Ok(found.ok_or_else(|| format!("the workspace has no package {package}"))?)
}

fn by_id(list: &Value) -> BTreeMap<&str, &Value> {
    list.as_array().into_iter().flatten().filter_map(|item| Some((item["id"].as_str()?, item))).collect()
}

/// Whether a dependency ends in the binary: build scripts and tests do not.
fn is_linked(edge: &Value) -> bool {
    edge["dep_kinds"].as_array().into_iter().flatten().any(|kind| kind["kind"].is_null())
}

fn license_files(manifest: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let folder = manifest.parent().ok_or("a manifest without a folder")?;
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && LICENSE_FILES.iter().any(|known| name.starts_with(known)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[test]
    fn bill_of_materials_lists_what_is_linked_and_no_test_library() {
        let dependencies = Dependencies::of("regrant-cli", &[], "x86_64-unknown-linux-musl").unwrap();
        let bill = dependencies.bill_of_materials();
        let names: Vec<_> = bill["components"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
        assert!(names.contains(&"reqwest".to_owned()) && names.contains(&"serde".to_owned()), "{names:?}");
        assert!(!names.contains(&"proptest".to_owned()), "a test library is listed");
        let unlicensed = |one: &&Value| text(&one["licenses"][0]["expression"]).is_empty();
        assert_eq!(bill["components"].as_array().unwrap().iter().find(unlicensed), None);
    }

    #[test]
    fn licence_texts_come_with_their_crates() {
        let licenses = Dependencies::of("regrant-cli", &[], "x86_64-unknown-linux-musl").unwrap().licenses().unwrap();
        assert!(licenses.contains("serde 1.") && licenses.contains("Permission is hereby granted"), "no licence text");
    }
}
