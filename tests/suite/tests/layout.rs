//! The module graph: no cycle between files, and no import of a higher layer.
//!
//! Reads the `use` declarations and paths of every production file. A path counts as an import of the file that defines
//! its item: re-exports are followed. A file may use what a module above it defines, as Rust's privacy rules intend; every
//! other import is an edge of the graph. Test modules are not part of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// The layers of the shared crate, lowest first. A module imports its own layer and lower ones only.
const LAYERS: [&[&str]; 8] = [
    &["domain"],
    &["clock", "http", "metrics", "private_key", "randomness"],
    &["hooks", "ledger", "mail", "queue", "settings", "vault"],
    &["environment", "keyring", "microsoft", "okta", "openid"],
    &["words"],
    &["emails"],
    &["usecases"],
    &["aws", "embedded", "lambda", "testing", "web"],
];

/// A module's place in its crate: `["usecases", "save", "work"]`; the crate's root is empty.
type ModulePath = Vec<String>;

/// One file of a crate.
struct Module {
    imports: BTreeSet<ModulePath>,
    re_exports: BTreeMap<String, ModulePath>,
}

/// The files of a crate by module path, each with the paths that it names.
struct Modules(BTreeMap<ModulePath, Module>);

impl Modules {
    fn read(source: &Path) -> Self {
        let mut modules = BTreeMap::new();
        for file in rust_files(source) {
            let path = module_path(file.strip_prefix(source).unwrap());
            if path.iter().any(|segment| segment == "tests") {
                continue;
            }
            let parsed = syn::parse_file(&fs::read_to_string(&file).unwrap())
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let children = parsed.items.iter().filter_map(|item| match item {
                Item::Mod(child) if !is_test(&child.attrs) => Some(child.ident.to_string()),
                _ => None,
            });
            let mut names = Names {
                module: path.clone(),
                children: children.collect(),
                imports: BTreeSet::new(),
                re_exports: BTreeMap::new(),
            };
            names.visit_file(&parsed);
            modules.insert(path, Module { imports: names.imports, re_exports: names.re_exports });
        }
        Self(modules)
    }

    /// The file that defines what `path` names, found through re-exports.
    fn defining_file(&self, path: &[String]) -> Option<&ModulePath> {
        let (file, module) = (0..=path.len()).rev().find_map(|end| self.0.get_key_value(&path[..end]))?;
        match path.get(file.len()).and_then(|item| module.re_exports.get(item)) {
            Some(origin) if origin.as_slice() != path => self.defining_file(origin),
            _ => Some(file),
        }
    }

    fn edges(&self) -> BTreeMap<&ModulePath, BTreeSet<&ModulePath>> {
        let targets = |file: &ModulePath, module: &Module| {
            let files = module.imports.iter().filter_map(|path| self.defining_file(path));
            files.filter(|target| !file.starts_with(target)).collect()
        };
        self.0.iter().map(|(file, module)| (file, targets(file, module))).collect()
    }
}

/// Collects the paths that a file names outside its tests.
struct Names {
    module: ModulePath,
    children: BTreeSet<String>,
    imports: BTreeSet<ModulePath>,
    re_exports: BTreeMap<String, ModulePath>,
}

impl Names {
    /// The absolute path of `segments`, if it begins at the crate, at this module or above it.
    fn absolute(&self, segments: &[String]) -> Option<ModulePath> {
        let (first, mut rest) = segments.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => self.module.split_last()?.1.to_vec(),
            child if self.children.contains(child) => [self.module.as_slice(), &segments[..1]].concat(),
            _ => return None,
        };
        while let Some(("super", below)) = rest.split_first().map(|(next, below)| (next.as_str(), below)) {
            base.pop()?;
            rest = below;
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn add_use(&mut self, tree: &UseTree, prefix: &[String], exported: bool) {
        let with = |name: &dyn ToString| [prefix, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.add_use(&path.tree, &with(&path.ident), exported),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_use(tree, prefix, exported)),
            UseTree::Glob(_) => self.add(prefix, None, exported),
            UseTree::Name(name) if name.ident == "self" => self.add(prefix, None, exported),
            UseTree::Name(name) => self.add(&with(&name.ident), Some(name.ident.to_string()), exported),
            UseTree::Rename(name) => self.add(&with(&name.ident), Some(name.rename.to_string()), exported),
        }
    }

    fn add(&mut self, segments: &[String], name: Option<String>, exported: bool) {
        let Some(path) = self.absolute(segments) else { return };
        match name.filter(|_| exported) {
            Some(name) => drop(self.re_exports.insert(name, path)),
            None => drop(self.imports.insert(path)),
        }
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if !is_test(&module.attrs) && module.content.is_some() {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_use(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.imports.extend(self.absolute(&segments));
        }
        visit::visit_path(self, path);
    }
}

/// Whether an item exists in tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let condition = attribute.meta.require_list().map(|list| list.tokens.to_string()).unwrap_or_default();
        condition.starts_with("test") || condition.starts_with("all (test")
    })
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn module_path(file: &Path) -> ModulePath {
    let mut segments: Vec<_> =
        file.with_extension("").iter().map(|segment| segment.to_string_lossy().into_owned()).collect();
    if segments.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        segments.pop();
    }
    segments
}

/// The crates of the product, as paths from the workspace's root.
fn crates() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut crates = vec![root.join("shared"), root.join("infra/local")];
    crates.extend(fs::read_dir(root.join("functions")).unwrap().map(|entry| entry.unwrap().path()));
    crates
}

/// Every import between two files that can reach each other.
fn cyclic_imports(edges: &BTreeMap<&ModulePath, BTreeSet<&ModulePath>>) -> Vec<String> {
    let reaches = |from: &ModulePath, to: &ModulePath| {
        let (mut open, mut seen) = (vec![from], BTreeSet::new());
        while let Some(file) = open.pop() {
            if file == to {
                return true;
            }
            if seen.insert(file) {
                open.extend(&edges[file]);
            }
        }
        false
    };
    let all = edges.iter().flat_map(|(file, targets)| targets.iter().map(move |target| (*file, *target)));
    let cyclic = all.filter(|(file, target)| reaches(target, file));
    cyclic.map(|(file, target)| format!("{} -> {}", file.join("::"), target.join("::"))).collect()
}

fn layer(module: &ModulePath) -> Option<usize> {
    let top = module.first()?;
    let layer = LAYERS.iter().position(|layer| layer.contains(&top.as_str()));
    Some(layer.unwrap_or_else(|| panic!("the module `{top}` has no layer; add it to LAYERS")))
}

#[test]
fn no_module_cycles() {
    for source in crates().iter().map(|path| path.join("src")) {
        let modules = Modules::read(&source);
        assert_eq!(cyclic_imports(&modules.edges()), Vec::<String>::new(), "in {}", source.display());
    }
}

#[test]
fn no_upward_imports() {
    let modules = Modules::read(&crates()[0].join("src"));
    let mut upward = Vec::new();
    for (file, targets) in modules.edges() {
        for target in targets {
            if layer(file).zip(layer(target)).is_some_and(|(from, to)| to > from) {
                upward.push(format!("{} imports {}", file.join("::"), target.join("::")));
            }
        }
    }
    assert_eq!(upward, Vec::<String>::new());
}

#[test]
fn cycles_are_found_through_re_exports() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::write(folder.path().join("lib.rs"), "mod a; mod b;").unwrap();
    fs::write(folder.path().join("a/mod.rs"), "mod inner; pub use inner::Thing;").unwrap();
    fs::write(folder.path().join("a/inner.rs"), "pub struct Thing(crate::b::Other);").unwrap();
    fs::write(folder.path().join("b.rs"), "use crate::a::Thing; pub struct Other; fn f(_: Thing) {}").unwrap();
    let modules = Modules::read(folder.path());
    assert_eq!(cyclic_imports(&modules.edges()), ["a::inner -> b", "b -> a::inner"]);
}

#[test]
fn threat_model_names_existing_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let rows: Vec<&str> = page.lines().skip_while(|line| !line.starts_with("| Asset |")).skip(2).collect();
    let rows = rows.into_iter().take_while(|line| line.starts_with('|'));
    let named: Vec<&str> =
        rows.map(|row| row.rsplit('`').nth(1).unwrap_or_else(|| panic!("no test in {row}"))).collect();
    assert!(named.len() >= 20, "{named:?}");
    let folders = ["tests/suite/tests", "tests/template/tests", "infra/local/tests"];
    let files = folders.iter().flat_map(|folder| rust_files(&root.join(folder)));
    let sources: String = files.map(|file| fs::read_to_string(file).unwrap()).collect();
    let missing: Vec<_> = named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
