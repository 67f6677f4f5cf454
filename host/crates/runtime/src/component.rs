//! Looks at a component's bytes before anything of it is compiled or run.
//!
//! The scan reads the component's outermost imports and exports, a few milliseconds even for the
//! 18 MiB of a Python pack, and says in plain words why a file cannot be a pack. It does not validate
//! function bodies: compiling does that, and reports through the same errors. `engine` calls it on
//! every component that is not compiled yet; the host calls it on `plugin add`.

use std::collections::BTreeSet;

use semver::Version;
use wasmparser::{ComponentExternalKind, Encoding, Parser, Payload};

use crate::error::RuntimeError;
use crate::host;

/// The contract's package, as component names have it.
pub(crate) const PACKAGE: &str = "vantage:plugin";
/// The version of the contract that this host offers; later packs are told that they need a later
/// host, earlier ones of the same major version run.
pub const CONTRACT: &str = "1.0.0";
const OFFERED: Version = Version::new(1, 0, 0);
/// The interface that makes a component a command pack.
const COMMANDS: &str = "commands";
/// The interface of packs that complete values.
pub(crate) const COMPLETION: &str = "completion";
/// How many foreign exports an error names.
const NAMED_EXPORTS: usize = 8;

/// What the outside of a component says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspected {
    /// The interfaces that it imports, with their versions, sorted.
    pub imports: Vec<String>,
    /// Whether it completes argument values.
    pub completes: bool,
}

/// Tells whether `bytes` are a command pack that this host can run, and if not, why.
///
/// # Errors
///
/// [`RuntimeError::NotWebAssembly`], [`CoreModule`](RuntimeError::CoreModule),
/// [`Malformed`](RuntimeError::Malformed), [`OtherWorld`](RuntimeError::OtherWorld),
/// [`NeedsNewerHost`](RuntimeError::NeedsNewerHost) or
/// [`ForeignImports`](RuntimeError::ForeignImports).
pub fn inspect(bytes: &[u8]) -> Result<Inspected, RuntimeError> {
    if !bytes.starts_with(b"\0asm") {
        return Err(RuntimeError::NotWebAssembly { found: describe(bytes) });
    }
    let outside = Outside::read(bytes)?;
    let names = || outside.imports.iter().chain(&outside.exports);
    if let Some(needed) = names().find(|name| is_newer(name)) {
        return Err(RuntimeError::NeedsNewerHost {
            needed: needed.clone(),
            offered: format!("{PACKAGE}@{CONTRACT}"),
        });
    }
    if !outside.exports.iter().any(|name| is_contract(name, COMMANDS)) {
        return Err(RuntimeError::OtherWorld {
            wanted: format!("{PACKAGE}/{COMMANDS}@{CONTRACT}"),
            exports: outside.exports.into_iter().take(NAMED_EXPORTS).collect(),
        });
    }
    let foreign: Vec<String> = outside.imports.iter().filter(|name| !host::offers(name)).cloned().collect();
    if !foreign.is_empty() {
        return Err(RuntimeError::ForeignImports { imports: foreign });
    }
    Ok(Inspected {
        completes: outside.exports.iter().any(|name| is_contract(name, COMPLETION)),
        imports: outside.imports.into_iter().collect(),
    })
}

/// The names of a component's outermost imports and exports.
#[derive(Debug, Default)]
struct Outside {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
}

impl Outside {
    fn read(bytes: &[u8]) -> Result<Self, RuntimeError> {
        let mut outside = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(malformed)? {
                Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                    return Err(RuntimeError::CoreModule);
                }
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 1 => {
                    for import in section {
                        let import = import.map_err(malformed)?;
                        outside.imports.insert(import.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(section) if depth == 1 => {
                    for export in section {
                        let export = export.map_err(malformed)?;
                        if export.kind == ComponentExternalKind::Instance {
                            outside.exports.insert(export.name.name.to_owned());
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(outside)
    }
}

/// A parser's error, in this crate's terms; the compiler's validation errors come this way too.
pub(crate) fn malformed(error: wasmparser::BinaryReaderError) -> RuntimeError {
    RuntimeError::Malformed { offset: error.offset(), message: error.message().to_owned() }
}

/// An interface's name in its parts, as in `wasi:cli/stdout@0.2.6`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InterfaceName<'a> {
    pub(crate) package: &'a str,
    pub(crate) interface: &'a str,
    pub(crate) version: Version,
}

impl<'a> InterfaceName<'a> {
    /// Takes a name apart; none for plain names and for interfaces without a version.
    pub(crate) fn parse(name: &'a str) -> Option<Self> {
        let (path, version) = name.split_once('@')?;
        let (package, interface) = path.split_once('/')?;
        let version = Version::parse(version).ok()?;
        Some(Self { package, interface, version })
    }
}

fn is_contract(name: &str, interface: &str) -> bool {
    InterfaceName::parse(name).is_some_and(|name| {
        name.package == PACKAGE && name.interface == interface && name.version.major == OFFERED.major
    })
}

/// Whether a name belongs to a contract later than this host's. A patch adds nothing.
fn is_newer(name: &str) -> bool {
    InterfaceName::parse(name).is_some_and(|name| {
        name.package == PACKAGE && (name.version.major, name.version.minor) > (OFFERED.major, OFFERED.minor)
    })
}

/// What bytes that are no WebAssembly look like, for the error.
fn describe(bytes: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 6] = [
        (b"\x7fELF", "a native program or library, or compiled code"),
        (b"PK\x03\x04", "a zip archive"),
        (b"\x1f\x8b", "gzip data"),
        (b"#!", "a script"),
        (b"\xcf\xfa\xed\xfe", "a native program"),
        (b"MZ", "a native program"),
    ];
    if bytes.is_empty() {
        return "the file is empty".to_owned();
    }
    if let Some((_, kind)) = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return format!("this is {kind}");
    }
    let start = &bytes[..bytes.len().min(1024)];
    // A character may be cut in two where the sample ends; that is no reason to call it binary.
    let is_text = match std::str::from_utf8(start) {
        Ok(text) => !text.contains('\0'),
        Err(error) => error.error_len().is_none() && !start.contains(&0),
    };
    if !is_text {
        return "these are bytes of an unknown kind".to_owned();
    }
    let text = String::from_utf8_lossy(start);
    let text = text.trim_start();
    if text.starts_with("(component") || text.starts_with("(module") {
        "this is WebAssembly in its text form, which has to be assembled first".to_owned()
    } else {
        "this is a text file".to_owned()
    }
}

#[cfg(test)]
mod tests;
