//! A pack on its way in: from an address to what was read, verified, compiled and described.
//!
//! The order is what makes it safe: the bytes are read once, held against the team's policy, their
//! signature and what is known of the publisher, looked at before anything of them runs, described in an
//! instance that is lent nothing, and held against what the signature was made for. Nothing is stored
//! before [`Incoming::store`], which is one step. Called by `plugin add`, `upgrade` and `sync`, which ask
//! the user in between.

use std::collections::BTreeSet;

use semver::Version;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;
use vantage_policy::team;
use vantage_runtime::Component;
use vantage_store::signature::{self, Bound, PublicKey};
use vantage_store::{
    Address, Fetched, FoundSignature, GrantSet, Installed, NewPack, Source, Standing, Store, StoreError,
    TrustError, Wanted,
};

use crate::cli;
use crate::commands::plugin::{authority, source};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::team_policy;

/// A pack that could be added.
pub struct Incoming {
    bytes: Vec<u8>,
    /// Of its bytes.
    pub digest: String,
    /// Where it came from.
    pub source: Source,
    text: String,
    signature: Option<String>,
    /// What it says of itself.
    pub description: Description,
    /// The key that signed it.
    pub key: Option<PublicKey>,
    /// How that key stands.
    pub standing: Standing,
}

impl Incoming {
    /// Gets and checks a pack. `key` is the one that the user names for a signature that brings none.
    pub async fn get(
        address: &Address,
        alias: Option<&str>,
        key: Option<&PublicKey>,
        context: &Context,
    ) -> Result<Self, HostError> {
        let fetched = source::fetch(address, context).await?;
        Self::examine(fetched, address, alias, key, context).await
    }

    /// Checks a pack that was fetched from `address`, or for it.
    pub async fn examine(
        fetched: Fetched,
        address: &Address,
        alias: Option<&str>,
        key: Option<&PublicKey>,
        context: &Context,
    ) -> Result<Self, HostError> {
        let Fetched { bytes, digest, source, version, signature } = fetched;
        let digest = digest.to_string();
        // What a policy denies by its bytes or its source is not even asked what it is.
        admit(&digest, &source, None, context)?;
        let store = context.store()?;
        let signed = Signed::find(signature.as_ref(), key, &bytes, &source)?;
        if let Some(Signed { bound, key }) = &signed {
            // Whose key it is not is not even compiled.
            store.standing(publisher(&bound.id), &source, Some(key))?;
        }
        vantage_runtime::inspect(&bytes)?;
        let runtime = context.runtime()?;
        let loaded = runtime.load(&digest, Component::Bytes(&bytes)).await?;
        let text = runtime.describe(&loaded).await?;
        let description = Description::parse(&text)?;
        check_version(&description, version.as_ref(), &source)?;
        admit(&digest, &source, Some(&description), context)?;
        if let Some(Signed { bound, .. }) = &signed {
            let checked = bound.check(&description.id, &description.version, &digest);
            checked.map_err(|error| error.of(source.to_string()))?;
        }
        let key = signed.map(|signed| signed.key);
        let publisher = publisher(&description.id);
        let standing = store.standing(publisher, &source, key.as_ref())?;
        if let Some(known) = store.resembles(publisher)? {
            context.console().warn(&format!(
                "the publisher `{publisher}` is new here, and could be taken for `{known}`: look twice"
            ));
        }
        check_not_older(&description, &source, address, &store)?;
        check_names(&description, alias, &store)?;
        let signature = signature.map(|found| found.text);
        Ok(Self { bytes, digest, source, text, signature, description, key, standing })
    }

    /// Stores it with what was granted.
    pub fn store(
        self,
        alias: Option<String>,
        granted: &BTreeSet<Capability>,
        context: &Context,
    ) -> Result<Installed, HostError> {
        Ok(context.store()?.add(NewPack {
            bytes: &self.bytes,
            digest: &self.digest,
            description: &self.description,
            description_json: &self.text,
            source: self.source,
            key: self.key,
            signature: self.signature,
            alias,
            grants: GrantSet {
                scope: context.grant_scope()?.into(),
                grants: authority::chosen(&self.description, granted)?,
            },
            now: jiff::Timestamp::now().to_string(),
        })?)
    }

    /// Whether its publisher is known here by the key that signed it. Of a pack that is not signed nobody
    /// is known: what vouches for it is that somebody agreed to its very bytes.
    pub fn is_known(&self) -> bool {
        matches!(self.standing, Standing::Known { .. })
    }

    /// Says whose key is seen for the first time, where nobody was asked.
    pub fn remark(&self, context: &Context) {
        if matches!(self.standing, Standing::First | Standing::Moved { .. }) && self.key.is_some() {
            context.console().note(&format!("`{}` is {}", self.description.id, self.publisher()));
        }
    }

    /// Who signed it, in words for people.
    pub fn publisher(&self) -> String {
        let key = self.key.map(|key| key.key_id()).unwrap_or_default();
        match &self.standing {
            Standing::Known { since } => format!("signed with key {key}, known since {since}"),
            Standing::Moved { from } => format!("signed with key {key}, known from {from} until now"),
            Standing::First => {
                let whole = self.key.map(|key| key.to_string()).unwrap_or_default();
                format!("signed with key {key}, which is seen for the first time: {whole}")
            }
            Standing::Unsigned => "not verified: the pack is not signed".to_owned(),
        }
    }
}

/// A signature that holds.
struct Signed {
    bound: Bound,
    key: PublicKey,
}

impl Signed {
    /// Verifies the signature of a pack's bytes; none where it is not signed.
    fn find(
        found: Option<&FoundSignature>,
        named: Option<&PublicKey>,
        bytes: &[u8],
        source: &Source,
    ) -> Result<Option<Self>, HostError> {
        let refused = |error: signature::SignatureError| error.of(source.to_string());
        let denied =
            |message: String, hint: &str| HostError::said(Kind::Denied, message, vec![hint.to_owned()]);
        let Some(found) = found else {
            return match named {
                Some(_) => Err(denied(
                    format!("`{source}` is not signed, and a key is named that was to have signed it"),
                    "without --key it is added as it is, unsigned",
                )),
                None => Ok(None),
            };
        };
        let key: PublicKey = match (named, &found.key) {
            (Some(named), _) => *named,
            (None, Some(key)) => key.parse().map_err(refused)?,
            (None, None) => {
                let signed_by = signature::signing_key_id(&found.text).map_err(refused)?;
                return Err(denied(
                    format!("`{source}` is signed with key {signed_by}, which does not come with it"),
                    "--key names it: the line of the publisher's public key",
                ));
            }
        };
        let bound = signature::verify(&found.text, &key, bytes).map_err(refused)?;
        Ok(Some(Self { bound, key }))
    }
}

pub(super) fn publisher(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

/// Whether a pack that a tag or a range led to is at least as new as what was there before: else an old
/// build with an old fault could be served once more. Whoever names a version gets it.
fn check_not_older(
    description: &Description,
    source: &Source,
    address: &Address,
    store: &Store,
) -> Result<(), HostError> {
    let Address::Registry(registry) = address else {
        return Ok(());
    };
    let (found, seen) = (&description.version, store.seen(&description.id, source)?);
    let is_named = match &registry.wanted {
        Wanted::Manifest(_) => true,
        Wanted::Tag(tag) => tag.parse::<Version>().is_ok_and(|version| version == *found),
        Wanted::Range(range) => range.to_string() == format!("={found}"),
    };
    match seen {
        Some(seen) if *found < seen && !is_named => {
            let (id, origin, found) = (description.id.clone(), source.origin(), found.clone());
            Err(StoreError::Trust(Box::new(TrustError::Older { id, origin, found, seen })).into())
        }
        _ => Ok(()),
    }
}

/// Whether a pack is of the version for which a range chose it: else an old build could be served as a
/// new one.
fn check_version(
    description: &Description,
    promised: Option<&Version>,
    source: &Source,
) -> Result<(), HostError> {
    match promised {
        Some(promised) if *promised != description.version => Err(HostError::said(
            Kind::Denied,
            format!(
                "`{source}` is not what its tag says: it is `{}` {}",
                description.id, description.version
            ),
            vec![
                "tell its publisher; a tag or a digest in place of a range takes it all the same".to_owned(),
            ],
        )),
        _ => Ok(()),
    }
}

/// Whether the team's policy lets the pack be added, as far as it is known.
pub(super) fn admit(
    digest: &str,
    source: &Source,
    description: Option<&Description>,
    context: &Context,
) -> Result<(), HostError> {
    let candidate = team::Candidate {
        trust: Trust::ThirdParty,
        digest,
        source: Some(&source.to_string()),
        identity: description.map(|description| (description.id.as_str(), &description.version)),
    };
    let name = description.map_or_else(|| source.to_string(), |description| description.id.clone());
    context.policies()?.admit(&candidate).map_err(|bar| team_policy::denied(&name, None, &bar))
}

pub(super) fn check_names(
    description: &Description,
    alias: Option<&str>,
    store: &Store,
) -> Result<(), HostError> {
    let taken: Vec<&str> = cli::own_names().collect();
    let called = match alias {
        Some(alias) => vantage_store::rename(description.clone(), alias)?,
        None => description.clone(),
    };
    Ok(vantage_store::check_names(&called, &taken, &store.catalog()?)?)
}
