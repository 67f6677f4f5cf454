//! `vantage plugin grant` and `revoke`, and what they share with `show`: a pack and its grants in
//! the profile in force.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};
use vantage_bundle::BundledPack;
use vantage_output::AnswerSpec;
use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;
use vantage_store::{GrantSet, Installed};

use crate::adapters::Failures;
use crate::adapters::authority::StoredGrants;
use crate::catalog::PackOrigin;
use crate::commands::plugin::consent;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::{self, Reply};

/// A pack and capabilities
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Pack, by id or by the word of its command
    pack: String,
    /// Capability, as `vantage plugin show` prints it, in quotes
    #[arg(required = true, value_name = "CAPABILITY")]
    capabilities: Vec<Capability>,
}

/// A pack, bundled or added.
pub struct Pack {
    /// What it says of itself.
    pub description: Description,
    home: Home,
}

enum Home {
    Bundled(&'static BundledPack),
    Added(Box<Installed>),
}

impl Pack {
    /// The bundled pack of this id or word.
    pub fn bundled_by(name: &str) -> Option<&'static BundledPack> {
        vantage_bundle::PACKS
            .iter()
            .find(|pack| pack.id == name || pack.words.iter().any(|(word, _)| *word == name))
    }

    /// Finds a pack by id or by the word of its command.
    pub fn find(name: &str, context: &Context) -> Result<Self, HostError> {
        if let Some(pack) = Self::bundled_by(name) {
            return Ok(Self {
                description: Description::parse(pack.description)?,
                home: Home::Bundled(pack),
            });
        }
        let store = context.store()?;
        let installed = store.find(name)?;
        let catalog = store.catalog()?;
        let described = catalog.pack(&installed.id).map(|entry| entry.description()).transpose()?;
        match described {
            Some(description) => Ok(Self { description, home: Home::Added(Box::new(installed)) }),
            None => Err(broken(&installed)),
        }
    }

    /// Whether it is part of the binary.
    pub fn bundled(&self) -> bool {
        matches!(self.home, Home::Bundled(_))
    }

    /// Where it came from, in words.
    pub fn source(&self) -> String {
        match &self.home {
            Home::Bundled(_) => "part of vantage".to_owned(),
            Home::Added(installed) => installed.source.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// The SHA-256 of its component.
    pub fn digest(&self) -> &str {
        match &self.home {
            Home::Bundled(pack) => pack.digest,
            Home::Added(installed) => &installed.digest,
        }
    }

    /// What it is granted in the profile in force.
    pub fn grants(&self, context: &Context) -> Result<Grants, HostError> {
        let store = context.store()?;
        let origin = match &self.home {
            Home::Bundled(pack) => PackOrigin::Bundled(pack),
            Home::Added(installed) => PackOrigin::Installed {
                component: store.component_path(&installed.digest)?,
                digest: installed.digest.clone(),
            },
        };
        StoredGrants::new(&store, &self.description, &origin, context.grant_scope()?, Failures::default())?
            .read()
    }
}

fn broken(pack: &Installed) -> HostError {
    let (reason, remedy) = match &pack.broken {
        Some(broken) => (broken.reason.clone(), vec![broken.remedy.clone()]),
        None => ("it is not active".to_owned(), Vec::new()),
    };
    HostError::said(Kind::Failed, format!("pack `{}` cannot be used: {reason}", pack.id), remedy)
}

/// How both answer.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "capabilities",
        vec![reply::column("Capability", "/capability"), reply::column("Granted", "/granted")],
    )
}

/// Grants capabilities that the pack declares, in the profile in force.
pub fn grant(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let pack = Pack::find(&arguments.pack, context)?;
    let wanted = declared(arguments, &pack)?;
    let set = GrantSet { scope: context.grant_scope()?.into(), grants: chosen(&pack.description, &wanted)? };
    let digest = (!pack.bundled()).then_some(pack.digest());
    context.store()?.grant(&pack.description.id, digest, set, &jiff::Timestamp::now().to_string())?;
    report(&pack, context)
}

/// Takes capabilities away, also from a command that runs.
pub fn revoke(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let pack = Pack::find(&arguments.pack, context)?;
    let unwanted = declared(arguments, &pack)?;
    context.store()?.revoke(&pack.description.id, &unwanted, &context.grant_scope()?.into())?;
    report(&pack, context)
}

/// A capability and whether it is granted, for people.
pub fn shown(capability: &Capability, granted: bool) -> String {
    format!("{capability} ({})", if granted { "granted" } else { "not granted" })
}

/// What a description asks for, as far as it is in `wanted`.
pub fn chosen(description: &Description, wanted: &BTreeSet<Capability>) -> Result<Grants, HostError> {
    let wishes = Grants::all_of(description)?;
    let mut grants = Grants::none();
    for capability in wanted {
        grants.grant_from(&wishes, capability);
    }
    Ok(grants)
}

fn declared(arguments: &Arguments, pack: &Pack) -> Result<BTreeSet<Capability>, HostError> {
    let declared = pack.description.capabilities()?;
    let named: BTreeSet<Capability> = arguments.capabilities.iter().cloned().collect();
    match named.difference(&declared).next() {
        Some(unknown) => Err(consent::not_declared(&pack.description.id, unknown, &declared)),
        None => Ok(named),
    }
}

/// Every declared capability and whether it is granted now.
fn report(pack: &Pack, context: &Context) -> Result<Reply, HostError> {
    let grants = pack.grants(context)?;
    let records: Vec<Value> = pack
        .description
        .capabilities()?
        .iter()
        .map(|capability| {
            json!({ "capability": capability.to_string(), "granted": grants.contains(capability) })
        })
        .collect();
    Ok(Reply::many(records))
}
