//! Which sources an entry of `sources` covers: those that begin with its segments.
//!
//! By whole segments, never by characters: `oci://ghcr.io/acme` covers `oci://ghcr.io/acme/x:1.2` and
//! not `oci://ghcr.io/acme-evil/x`. A source that a server or a file system could read otherwise than
//! it is written (`..`, percent signs, backslashes) is covered by nothing.

use crate::text::excerpt;

/// The kinds of addresses that packs come from.
const SCHEMES: [&str; 2] = ["https", "oci"];

/// One entry, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourcePrefix {
    place: Place,
}

/// A source, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Empty for a file of this computer.
    scheme: String,
    /// Of an address the host first, in lower case.
    segments: Vec<String>,
}

impl SourcePrefix {
    /// Reads an entry; says what would have been right where it is none.
    pub(super) fn parse(text: &str) -> Result<SourcePrefix, String> {
        let refused = || {
            format!(
                "`{}` is no source: expected an absolute folder or file, `https://HOST/…` or `oci://HOST/…`, \
                 without `.`, `..`, `%`, `?` and `#`",
                excerpt(text)
            )
        };
        if text.contains(['?', '#']) {
            return Err(refused());
        }
        Place::parse(text).map(|place| SourcePrefix { place }).ok_or_else(refused)
    }

    /// Whether a pack from `source` came from here.
    pub(super) fn covers(&self, source: &str) -> bool {
        let Some(place) = Place::parse(source) else {
            return false;
        };
        let begins = |segments: &[String]| segments.starts_with(&self.place.segments);
        place.scheme == self.place.scheme
            && (begins(&place.segments) || begins(&place.without_tag().segments))
    }
}

impl Place {
    fn parse(text: &str) -> Option<Place> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest.split(['?', '#']).next()?),
            None => (String::new(), text.strip_prefix('/')?),
        };
        if !scheme.is_empty() && !SCHEMES.contains(&scheme.as_str()) {
            return None;
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let mut segments: Vec<String> = match rest {
            "" => Vec::new(),
            _ => rest.split('/').map(str::to_owned).collect(),
        };
        if !scheme.is_empty() {
            segments.first_mut()?.make_ascii_lowercase();
        }
        let plain = |segment: &String| {
            !matches!(segment.as_str(), "" | "." | "..")
                && !segment.chars().any(char::is_control)
                && (scheme.is_empty() || !segment.contains(['%', '\\']))
        };
        segments.iter().all(plain).then_some(Place { scheme, segments })
    }

    /// The repository of an image, which its tag and digest only choose from.
    fn without_tag(&self) -> Place {
        let mut place = self.clone();
        // The first segment is the host, which may have a port.
        if let (true, [_, .., last]) = (place.scheme == "oci", place.segments.as_mut_slice()) {
            let end = last.find(['@', ':']).unwrap_or(last.len());
            last.truncate(end);
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_segments_count() {
        for (entry, source, expected) in [
            ("oci://ghcr.io/acme", "oci://ghcr.io/acme/gpu:1.2", true),
            ("oci://ghcr.io/acme", "oci://ghcr.io/acme-evil/gpu:1.2", false),
            ("oci://ghcr.io/acme", "oci://ghcr.io/acme:1.2", true),
            ("oci://ghcr.io/acme/gpu", "oci://ghcr.io/acme/gpu@sha256:00", true),
            ("oci://ghcr.io/acme/gpu", "oci://ghcr.io/acme/gpu-2:1.2", false),
            ("oci://ghcr.io/acme/gpu:1.2", "oci://ghcr.io/acme/gpu:1.2", true),
            ("oci://ghcr.io/acme/gpu:1.2", "oci://ghcr.io/acme/gpu:1.20", false),
            ("oci://ghcr.io", "oci://ghcr.io:5000/acme/gpu", false),
            ("oci://ghcr.io", "oci://ghcr.io.evil.example/acme/gpu", false),
            ("oci://GHCR.io/acme", "OCI://ghcr.IO/acme/gpu", true),
            ("oci://ghcr.io/acme", "oci://ghcr.io/ACME/gpu", false),
            ("https://a.example/packs/", "https://a.example/packs/x.wasm#sha256=00", true),
            ("https://a.example/packs", "https://a.example/packs2/x.wasm", false),
            ("https://a.example/packs", "https://a.example/packs/../evil/x.wasm", false),
            ("https://a.example/packs", "https://a.example/packs/%2e%2e/evil/x.wasm", false),
            ("https://a.example/packs", "https://a.example/packs/..\\evil/x.wasm", false),
            ("https://a.example/packs", "https://a.example/x?/packs/x.wasm", false),
            ("https://a.example", "https://a.example@evil.example/x.wasm", false),
            ("https://a.example", "oci://a.example/x", false),
            ("/srv/packs", "/srv/packs/x.wasm", true),
            ("/srv/packs", "/srv/packs-evil/x.wasm", false),
            ("/srv/packs", "/srv/packs/../evil/x.wasm", false),
            ("/srv/packs", "/srv//packs/x.wasm", false),
            ("/srv/packs", "srv/packs/x.wasm", false),
            ("/srv/100% packs", "/srv/100% packs/x.wasm", true),
            ("/", "/anywhere/x.wasm", true),
            ("/", "https://a.example/x.wasm", false),
            ("/srv/packs", "", false),
        ] {
            assert_eq!(SourcePrefix::parse(entry).unwrap().covers(source), expected, "{entry} of {source}");
        }
    }

    #[test]
    fn an_entry_that_would_never_be_met_is_refused() {
        for text in [
            "",
            "packs",
            "./packs",
            "~/packs",
            "/srv/../packs",
            "/srv//packs",
            "https://",
            "http://a.example",
            "file:///srv",
            "https://a.example/x?y",
            "https://a.example/%70acks",
            "acme/x",
        ] {
            let error = SourcePrefix::parse(text).unwrap_err();
            assert!(error.contains("is no source"), "{text}: {error}");
        }
    }
}
