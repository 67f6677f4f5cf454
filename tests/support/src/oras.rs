//! A client of registries that nobody here wrote: PyPI's oras, which writes and reads what it is told.
//!
//! Installed by `cargo xtask servers`; what is run is `tests/support/oras/main.py`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The client, installed.
pub struct Oras {
    python: PathBuf,
}

impl Oras {
    /// The client that is installed in `servers`.
    ///
    /// # Panics
    /// Where it is not.
    pub fn installed(servers: &Path) -> Self {
        let python = servers.join("oras/bin/python");
        assert!(
            python.exists(),
            "the client of registries is not installed in {}: run `cargo xtask servers` first, \
             or leave its tests out by VANTAGE_TEST_SKIP=oras",
            servers.display()
        );
        Self { python }
    }

    /// Writes `file` of `folder` to `target`, `HOST/REPOSITORY:TAG`, as one layer of the type `layer`, with
    /// a configuration (`FILE:TYPE`) or the client's own.
    pub fn push(&self, folder: &Path, target: &str, (file, layer): (&str, &str), config: Option<&str>) {
        let file = format!("{file}:{layer}");
        let line = ["push", target, &file].into_iter().chain(config);
        self.run(folder, &line.collect::<Vec<_>>());
    }

    /// Reads `target` into `folder`.
    pub fn pull(&self, folder: &Path, target: &str) {
        self.run(folder, &["pull", target, "."]);
    }

    fn run(&self, folder: &Path, line: &[&str]) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("oras/main.py");
        let mut command = Command::new(&self.python);
        command.arg(script).args(line).env_clear().env("HOME", folder).current_dir(folder);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{line:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
