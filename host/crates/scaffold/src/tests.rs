//! What every project holds, whatever its names are.

use std::collections::BTreeSet;

use super::*;

const LANGUAGES: [Language; 2] = [Language::Rust, Language::Python];

fn project(language: Language) -> Vec<File> {
    Project::new("acme", "gpu-watch", language).unwrap().files()
}

fn text<'a>(files: &'a [File], path: &str) -> &'a str {
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("there is no {path}")).text
}

#[test]
fn names_stand_where_the_templates_have_markers() {
    for language in LANGUAGES {
        let files = project(language);
        for file in files.iter().filter(|file| !file.path.starts_with("vendor/")) {
            for marker in [PUBLISHER, NAME, FILE_NAME] {
                assert!(!file.text.contains(marker), "{}: {marker}", file.path);
            }
        }
        let readme = text(&files, "README.md");
        assert!(
            readme.starts_with("# acme/gpu-watch\n") && readme.contains("vantage gpu-watch list"),
            "{readme}"
        );
        let vendor = text(&files, "vendor/README.md");
        assert!(!vendor.contains("SDK-") && vendor.contains(env!("CARGO_PKG_VERSION")), "{vendor}");
    }
    let files = project(Language::Rust);
    assert!(text(&files, ".github/workflows/pack.yml").contains("release/gpu_watch.wasm"));
}

#[test]
fn no_two_files_have_one_place_and_none_leads_out() {
    for language in LANGUAGES {
        let files = project(language);
        let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), files.len());
        for path in paths {
            assert!(path.split('/').all(|part| !part.is_empty() && part != ".." && part != "."), "{path}");
            assert!(!path.contains(['\\', ':']), "{path}");
        }
    }
}

#[test]
fn the_contract_and_the_sdk_go_along_and_no_other_language() {
    for (language, own, other) in [
        (Language::Rust, "vendor/sdk/rust/src/lib.rs", "vendor/sdk/python/"),
        (Language::Python, "vendor/sdk/python/vantage_plugin/testing.py", "vendor/sdk/rust/"),
    ] {
        let files = project(language);
        assert!(text(&files, "vendor/wit/v1/world.wit").contains("world command-pack"));
        assert!(text(&files, "vendor/LICENSE").contains("MIT"));
        assert!(!text(&files, own).is_empty());
        assert!(!files.iter().any(|file| file.path.starts_with(other)));
    }
}

#[test]
fn the_sdk_has_a_manifest_that_needs_no_workspace() {
    let files = project(Language::Rust);
    let manifest = text(&files, "vendor/sdk/rust/Cargo.toml");
    assert!(!manifest.contains("workspace = true"), "{manifest}");
    for line in
        ["name = \"vantage-plugin\"", "wit-bindgen = \"", "missing_docs = \"warn\"", "edition = \"2024\""]
    {
        assert!(manifest.contains(line), "{line}: {manifest}");
    }
}

#[test]
fn what_follows_is_in_the_readme_to_the_letter() {
    for language in LANGUAGES {
        let project = Project::new("acme", "gpu-watch", language).unwrap();
        let files = project.files();
        for line in project.next() {
            assert!(text(&files, "README.md").contains(&format!("\n$ {line}\n")), "{line}");
        }
    }
}

#[test]
fn names_that_a_compiler_has_already_are_refused_with_another() {
    for name in ["fn", "test", "serde-json", "vantage-plugin"] {
        let error = Project::new("acme", name, Language::Rust).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("a pack in Rust cannot be called `{name}`: ")),
            "{error}"
        );
        assert!(Project::new("acme", &format!("{name}-pack"), Language::Rust).is_ok());
        // Python's module is called otherwise than the pack.
        assert!(Project::new("acme", name, Language::Python).is_ok());
    }
}
