//! A pack on its way in: from an address to what was read, verified, compiled and described.
//!
//! The order is what makes it safe: the bytes are read once, held against the team's policy, their
//! signature and what is known of the publisher, looked at before anything of them runs, described in an
//! instance that is lent nothing, and held against what the signature was made for. Nothing is stored
//! before [`Incoming::store`], which is one step. Called by `plugin add`, `upgrade` and `sync`, which ask
//! the user in between.

use std::collections::BTreeSet;
use std::path::Path;

use semver::Version;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;
use vantage_policy::team;
use vantage_runtime::Component;
use vantage_store::signature::{self, Bound, PublicKey};
use vantage_store::{
    Address, Fetched, FoundSignature, GrantSet, Installed, NewPack, Occasion, Resemblance, Source, Stamp,
    Standing, Store, StoreError, TrustError, Wanted,
};

use crate::cli;
use crate::commands::plugin::{authority, source};
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::team_policy;
use crate::working::Working;

/// A pack that could be added.
pub struct Incoming {
    bytes: Vec<u8>,
    /// Of its bytes.
    pub digest: String,
    /// Where it came from.
    pub source: Source,
    text: String,
    signature: Option<FoundSignature>,
    stamp: Option<Stamp>,
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
        let Fetched { bytes, digest, source, version, signature, stamp } = fetched;
        let digest = digest.to_string();
        // What a policy denies by its bytes or its source is not even asked what it is.
        admit(&digest, &source, None, context)?;
        let store = context.store()?;
        let signed = Signed::find(signature.as_ref(), key, &bytes, &source)?;
        let succession = signature.as_ref().and_then(|found| found.succession.as_deref());
        if let Some(Signed { bound, key }) = &signed {
            // Whose key it is not is not even compiled.
            store.standing(publisher(&bound.id), &source, Some(key), succession)?;
        }
        vantage_runtime::inspect(&bytes)?;
        let runtime = context.runtime()?;
        let compiling = Working::begin(context.console(), "compiling", None);
        let loaded = runtime.load(&digest, Component::Bytes(&bytes)).await?;
        drop(compiling);
        let text = runtime.describe(&loaded).await?.text;
        let description = Description::parse(&text)?;
        check_version(&description, version.as_ref(), &source)?;
        admit(&digest, &source, Some(&description), context)?;
        if let Some(Signed { bound, .. }) = &signed {
            let checked = bound.check(&description.id, &description.version, &digest);
            checked.map_err(|error| error.of(source.to_string()))?;
        }
        let key = signed.map(|signed| signed.key);
        let standing = store.standing(publisher(&description.id), &source, key.as_ref(), succession)?;
        check_not_older(&description, &source, address, &store)?;
        check_names(&description, alias, &store)?;
        for resemblance in resemblances(&description, alias, &store)? {
            context.console().warn(&format!("{resemblance}: look twice"));
        }
        Ok(Self { bytes, digest, source, text, signature, stamp, description, key, standing })
    }

    /// The same, which follows its file from now on: what is built there is what runs.
    ///
    /// # Errors
    /// A pack that comes from no file of this computer, or from one that everybody could replace.
    pub fn followed(mut self) -> Result<Self, HostError> {
        let Source::File { path, link } = &mut self.source else {
            let message = format!("`{}` is no file that could be followed", self.source);
            return Err(HostError::usage(message, vec!["--link is for files of this computer".to_owned()]));
        };
        Store::check_followed(Path::new(path))?;
        *link = true;
        Ok(self)
    }

    /// Stores it with what was granted in the profile in force; none where nobody was asked.
    pub fn store(
        self,
        alias: Option<String>,
        granted: Option<&BTreeSet<Capability>>,
        occasion: Occasion,
        context: &Context,
    ) -> Result<Installed, HostError> {
        let stamp = self.source.followed().and(self.stamp);
        let (signature, succession) = match self.signature {
            Some(found) => (Some(found.text), found.succession),
            None => (None, None),
        };
        let grants = match granted {
            Some(granted) => Some(GrantSet {
                scope: context.grant_scope()?.into(),
                grants: authority::chosen(&self.description, granted)?,
            }),
            None => None,
        };
        Ok(context.store()?.add(NewPack {
            bytes: &self.bytes,
            digest: &self.digest,
            description: &self.description,
            description_json: &self.text,
            source: self.source,
            key: self.key,
            signature,
            succession,
            stamp,
            alias,
            grants,
            occasion,
            now: jiff::Timestamp::now().to_string(),
        })?)
    }

    /// Whether its publisher is known here by the key that signed it. Of a pack that is not signed nobody
    /// is known: what vouches for it is that somebody agreed to its very bytes.
    pub fn is_known(&self) -> bool {
        matches!(self.standing, Standing::Known { .. } | Standing::Succeeded { .. })
    }

    /// Says whose key is seen for the first time, where nobody was asked.
    pub fn remark(&self, context: &Context) {
        let is_told = !matches!(self.standing, Standing::Known { .. } | Standing::Unsigned);
        if is_told && self.key.is_some() {
            context.console().note(&format!("`{}` is {}", self.description.id, self.publisher()));
        }
    }

    /// Who signed it, in words for people.
    pub fn publisher(&self) -> String {
        let key = self.key.map(|key| key.key_id()).unwrap_or_default();
        match &self.standing {
            Standing::Known { since } => format!("signed with key {key}, known since {since}"),
            Standing::Succeeded { old } => {
                format!("signed with key {key}, which follows {}: that key says so", old.key_id())
            }
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

/// What a pack that is not there yet could be taken for.
pub(super) fn resemblances(
    description: &Description,
    alias: Option<&str>,
    store: &Store,
) -> Result<Vec<Resemblance>, HostError> {
    let words = match alias {
        Some(alias) => [alias].into(),
        None => vantage_store::first_words(description),
    };
    let bundled = vantage_bundle::PACKS.iter();
    let mut own: Vec<(&str, Vec<&str>)> =
        bundled.map(|pack| (pack.id, pack.words.iter().map(|(word, _)| *word).collect())).collect();
    own.push(("", cli::BUILT_INS.to_vec()));
    Ok(store.resemblances(&description.id, &words, &own)?)
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
