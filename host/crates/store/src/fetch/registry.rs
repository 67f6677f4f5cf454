//! Reading from an OCI registry: tags, manifests, blobs and signatures.
//!
//! Written by hand over `http.rs`, because the client library at hand reads manifests, tags and tokens
//! without a bound. A registry is believed in nothing: what it gives under a digest has that digest, and
//! only a plain "not there" (404) means that a pack has no signature.

mod access;
pub(super) mod publish;

use reqwest::StatusCode;
use semver::{Version, VersionReq};
use serde::de::DeserializeOwned;
use url::Url;

use self::access::Access;
use super::fault::shown;
use super::http::{Answer, Http, Request};
use super::manifest::{self, Descriptor, Index, Manifest, Tags};
use super::{FetchError, Fetched, FoundSignature, SIGNATURE_LIMIT};
use crate::address::{RegistryAddress, Wanted};
use crate::digest::Digest;
use crate::source::Source;

/// The longest manifest and the longest page of tags, in bytes.
const TEXT_LIMIT: u64 = 1 << 20;
/// Pages of a list that are read; of tags, of a thousand each.
const PAGES: usize = 100;

/// Gets the pack that `address` names, of at most `limit` bytes.
pub(super) async fn fetch(http: &Http, address: &RegistryAddress, limit: u64) -> Result<Fetched, FetchError> {
    let mut registry = Registry::new(http, address);
    let (reference, version) = registry.choose().await?;
    let (text, digest) = registry.manifest(&reference).await?;
    let layer = Manifest::component(&text).map_err(|problem| registry.wrong("", problem))?;
    if layer.size > limit {
        return Err(FetchError::TooLarge { what: address.to_string(), limit });
    }
    let bytes = registry.blob(&layer, layer.size, true).await?;
    let signature = registry.signature(&digest).await?;
    let range = match &address.wanted {
        Wanted::Range(range) => Some(range.to_string()),
        _ => None,
    };
    let tag = (!matches!(address.wanted, Wanted::Manifest(_))).then_some(reference);
    let repository = format!("oci://{}/{}", address.host, address.repository);
    let source = Source::Oci { repository, tag, range, manifest: digest };
    Ok(Fetched { digest: layer.digest, bytes, source, version, signature, stamp: None })
}

/// The tags of a repository that are versions, each with its text.
pub(super) async fn tags(
    http: &Http,
    address: &RegistryAddress,
) -> Result<Vec<(Version, String)>, FetchError> {
    Registry::new(http, address).tags().await
}

/// A repository that is being read.
struct Registry<'a> {
    http: &'a Http,
    address: &'a RegistryAddress,
    access: Access,
}

impl<'a> Registry<'a> {
    fn new(http: &'a Http, address: &'a RegistryAddress) -> Self {
        Self { http, address, access: Access::default() }
    }

    /// The tag or digest that is asked for, and the version that it promises.
    async fn choose(&mut self) -> Result<(String, Option<Version>), FetchError> {
        let range = match &self.address.wanted {
            Wanted::Tag(tag) => return Ok((tag.clone(), None)),
            Wanted::Manifest(digest) => return Ok((digest.to_string(), None)),
            Wanted::Range(range) => range.clone(),
        };
        let mut tags = self.tags().await?;
        tags.sort_unstable();
        match tags.iter().rev().find(|(version, _)| matches(&range, version)) {
            Some((version, tag)) => Ok((tag.clone(), Some(version.clone()))),
            None => {
                let found = tags.into_iter().rev().map(|(version, _)| version).collect();
                Err(FetchError::NoVersion { what: self.address.to_string(), found })
            }
        }
    }

    async fn tags(&mut self) -> Result<Vec<(Version, String)>, FetchError> {
        let first = self.url("tags/list?n=1000")?;
        let Some(pages) = self.pages::<Tags>(first, "application/json", "its tags").await? else {
            return Err(FetchError::NotThere { what: self.address.to_string() });
        };
        let tags = pages.into_iter().flat_map(|page| page.tags.unwrap_or_default());
        // Versions with build metadata have `_` for the `+` that no tag may contain.
        let version = |tag: &String| Version::parse(&tag.replacen('_', "+", 1)).ok();
        Ok(tags.filter_map(|tag| Some((version(&tag)?, tag))).collect())
    }

    /// A list to its last page; none where there is no such list. What is missing from a list counts: a
    /// version that would be the newest, or a signature without which a pack would be unsigned.
    async fn pages<T: DeserializeOwned>(
        &mut self,
        first: Url,
        accept: &'static str,
        what: &str,
    ) -> Result<Option<Vec<T>>, FetchError> {
        let mut url = first;
        let mut found = Vec::new();
        for _ in 0..PAGES {
            let answer = self.ask(Request::get(url.clone(), accept), TEXT_LIMIT, false).await?;
            if found.is_empty() && answer.status == StatusCode::NOT_FOUND {
                return Ok(None);
            }
            expect_ok(&answer, &self.address.to_string(), &self.address.host)?;
            let page = serde_json::from_slice(&answer.body);
            found.push(page.map_err(|error| self.wrong(what, error.to_string()))?);
            match next_page(&url, &answer) {
                Some(next) => url = next,
                None => return Ok(Some(found)),
            }
        }
        Err(self.wrong(what, format!("there are more than {PAGES} pages of them")))
    }

    /// A manifest and its digest, which is the one that was asked for where one was.
    async fn manifest(&mut self, reference: &str) -> Result<(Vec<u8>, Digest), FetchError> {
        let url = self.url(&format!("manifests/{reference}"))?;
        // What else there may be is told in words, and not as something that is not there.
        let accepted = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
                        application/vnd.docker.distribution.manifest.v2+json";
        let answer = self.ask(Request::get(url, accepted), TEXT_LIMIT, false).await?;
        expect_ok(&answer, &self.address.to_string(), &self.address.host)?;
        let found = Digest::of(&answer.body);
        // Some registries give no digest, some a wrong one: one that was asked for is what counts.
        if let Some(expected) = reference.parse().ok().filter(|expected| *expected != found) {
            return Err(FetchError::Digest { what: self.address.to_string(), expected, found });
        }
        Ok((answer.body, found))
    }

    /// The content that a descriptor names.
    async fn blob(&mut self, descriptor: &Descriptor, limit: u64, told: bool) -> Result<Vec<u8>, FetchError> {
        let url = self.url(&format!("blobs/{}", descriptor.digest))?;
        let answer = self.ask(Request::get(url, "*/*"), limit, told).await?;
        let what = format!("{} of {}", descriptor.digest, self.address);
        expect_ok(&answer, &what, &self.address.host)?;
        let found = Digest::of(&answer.body);
        if found != descriptor.digest {
            return Err(FetchError::Digest {
                what: self.address.to_string(),
                expected: descriptor.digest,
                found,
            });
        }
        Ok(answer.body)
    }

    /// The signature of the pack whose manifest has this digest. Registries list what refers to a
    /// manifest, or else whoever signs keeps that list under a tag.
    async fn signature(&mut self, subject: &Digest) -> Result<Option<FoundSignature>, FetchError> {
        let listed = self.url(&format!("referrers/{subject}"))?;
        let tagged = self.url(&format!("manifests/sha256-{}", subject.hex()))?;
        for url in [listed, tagged] {
            let Some(pages) = self.pages::<Index>(url, manifest::INDEX, "what refers to it").await? else {
                continue;
            };
            let found = pages.iter().flat_map(|page| &page.manifests);
            let is_signature = |one: &&Descriptor| one.artifact_type.as_deref() == Some(manifest::SIGNATURE);
            return match found.filter(is_signature).collect::<Vec<_>>().as_slice() {
                [] => Ok(None),
                [one] => self.read_signature(one, subject).await.map(Some),
                several => {
                    let problem = format!("it has {} signatures, and one was expected", several.len());
                    Err(self.wrong("its signature", problem))
                }
            };
        }
        Ok(None)
    }

    async fn read_signature(
        &mut self,
        descriptor: &Descriptor,
        subject: &Digest,
    ) -> Result<FoundSignature, FetchError> {
        let (text, _) = self.manifest(&descriptor.digest.to_string()).await?;
        let found: Manifest =
            serde_json::from_slice(&text).map_err(|error| self.wrong("its signature", error.to_string()))?;
        if found.subject.as_ref().map(|one| one.digest) != Some(*subject) {
            return Err(self.wrong("its signature", "it refers to something else".into()));
        }
        let [layer] = found.layers.as_slice() else {
            return Err(self.wrong("its signature", "it has not one layer".into()));
        };
        let bytes = self.blob(layer, SIGNATURE_LIMIT, false).await?;
        let text = super::text(&self.address.to_string(), bytes)?;
        Ok(found.signature(text))
    }

    /// Sends a request, and once more with what the registry wants to know.
    async fn ask(&mut self, request: Request, limit: u64, told: bool) -> Result<Answer, FetchError> {
        let answer = self.try_once(request.clone(), limit, told).await?;
        if answer.status != StatusCode::UNAUTHORIZED
            || !self.access.answer(self.http, self.address, &answer).await?
        {
            return Ok(answer);
        }
        self.try_once(request, limit, told).await
    }

    async fn try_once(&mut self, request: Request, limit: u64, told: bool) -> Result<Answer, FetchError> {
        let request = Request { authorization: self.access.authorization(), ..request };
        let answer = self.http.send(request, limit.max(TEXT_LIMIT), told).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            self.access.taken();
        }
        Ok(answer)
    }

    fn url(&self, rest: &str) -> Result<Url, FetchError> {
        let text = format!("{}/v2/{}/{rest}", self.address.origin(), self.address.repository);
        Url::parse(&text).map_err(|error| FetchError::Answer { url: text, problem: error.to_string() })
    }

    /// What the registry gave makes no sense; `what` is empty for the pack itself.
    fn wrong(&self, what: &str, problem: String) -> FetchError {
        let of = if what.is_empty() { String::new() } else { format!(" ({what})") };
        FetchError::Answer { url: format!("{}{of}", self.address), problem }
    }
}

/// Whether a version is in a range; one that is not released only where the range names it so.
fn matches(range: &VersionReq, version: &Version) -> bool {
    match range.comparators.is_empty() {
        true => version.pre.is_empty(),
        false => range.matches(version),
    }
}

/// What follows a page, on the same server.
fn next_page(url: &Url, answer: &Answer) -> Option<Url> {
    let link = answer.headers.get("link")?.to_str().ok()?;
    let (address, relation) = link.split_once('>')?;
    let is_next = relation.contains("rel=\"next\"") || relation.contains("rel=next");
    let next = url.join(address.trim_start().strip_prefix('<')?).ok()?;
    (is_next && next.origin() == url.origin()).then_some(next)
}

/// An answer that is not what was asked for, told by its status.
fn expect_ok(answer: &Answer, what: &str, registry: &str) -> Result<(), FetchError> {
    let (url, status) = (shown(&answer.url), answer.status.as_u16());
    match status {
        200..=299 => Ok(()),
        404 => Err(FetchError::NotThere { what: what.to_owned() }),
        401 | 403 => Err(FetchError::Refused { url, status, registry: registry.to_owned() }),
        _ => Err(FetchError::Status { url, status }),
    }
}
