//! The bundled packs: components built from `plugins/*` and embedded, with what the host needs to
//! know of them without starting one.
//!
//! The build script does the work; nothing here reads a file, parses or checks. The host's catalog
//! takes the descriptions, the runtime the components.

/// A command pack inside the binary.
#[derive(Clone, Copy)]
pub struct BundledPack {
    /// Publisher and name, as in `vantage/cluster`.
    pub id: &'static str,
    /// The pack's version, a semantic version.
    pub version: &'static str,
    /// The component's digest, as in `sha256:…` with 64 lower-case hexadecimal digits.
    pub digest: &'static str,
    /// The component.
    pub component: &'static [u8],
    /// What the pack's `describe` answers: JSON without spaces.
    pub description: &'static str,
    /// The first words of its commands, each with its line of help: what the overview needs.
    pub words: &'static [(&'static str, &'static str)],
}

impl std::fmt::Debug for BundledPack {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("BundledPack")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;
    use sha2::{Digest, Sha256};
    use vantage_policy::description::Description;

    use super::*;

    /// The first eight bytes of a component: `\0asm`, version 13, layer 1.
    const COMPONENT: &[u8] = b"\0asm\x0d\x00\x01\x00";

    #[test]
    fn every_component_is_one_and_has_the_digest_that_is_said() {
        assert!(!PACKS.is_empty());
        for pack in PACKS {
            assert!(pack.component.starts_with(COMPONENT), "{pack:?}");
            let hash: String =
                Sha256::digest(pack.component).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(pack.digest, format!("sha256:{hash}"), "{pack:?}");
        }
    }

    #[test]
    fn every_description_is_json_that_agrees_with_the_rest() {
        for pack in PACKS {
            let description: Value = serde_json::from_str(pack.description).unwrap();
            assert_eq!(description["schema"], 1, "{pack:?}");
            assert_eq!(description["id"], pack.id);
            assert_eq!(description["version"], pack.version);
            assert_eq!(description.to_string(), pack.description, "described with spaces: {pack:?}");
        }
    }

    #[test]
    fn every_description_is_one_that_the_host_takes() {
        for pack in PACKS {
            let description = Description::parse(pack.description).unwrap();
            let capabilities = description.capabilities().unwrap();
            assert!(!capabilities.is_empty(), "{pack:?}");
        }
    }

    #[test]
    fn the_component_holds_the_description_it_was_linked_from() {
        // Texts of the description are constants of the code, so they are in the component's bytes.
        for pack in PACKS {
            let id = pack.id.as_bytes();
            assert!(pack.component.windows(id.len()).any(|window| window == id), "{pack:?}");
        }
    }

    #[test]
    fn no_two_packs_share_an_id() {
        let ids: BTreeSet<_> = PACKS.iter().map(|pack| pack.id).collect();
        assert_eq!(ids.len(), PACKS.len());
    }
}
