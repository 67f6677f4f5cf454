//! `vantage plugin grant` and `revoke`, and what they share with `show`: a pack and its grants in
//! the profile in force.

use std::collections::BTreeSet;

use clap::Args;
use serde_json::{Value, json};
use vantage_bundle::BundledPack;
use vantage_output::AnswerSpec;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;
use vantage_policy::decision::Grants;
use vantage_policy::description::Description;
use vantage_policy::team::{Bar, Candidate, Policies};
use vantage_store::signature::PublicKey;
use vantage_store::{Generation, GrantSet, Installed};

use crate::adapters::Failures;
use crate::adapters::authority::StoredGrants;
use crate::catalog::PackOrigin;
use crate::commands::plugin::consent;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use crate::team_policy;

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

    /// When it was added, in RFC 3339.
    pub fn added(&self) -> Option<&str> {
        match &self.home {
            Home::Bundled(_) => None,
            Home::Added(installed) => Some(&installed.added),
        }
    }

    /// The versions that are kept, the oldest first; none of a bundled pack.
    pub fn versions(&self) -> &[Generation] {
        match &self.home {
            Home::Bundled(_) => &[],
            Home::Added(installed) => &installed.generations,
        }
    }

    /// The key that signed the version that runs.
    pub fn key(&self) -> Option<PublicKey> {
        self.versions().iter().find(|one| one.digest.to_string() == self.digest())?.key()
    }

    /// Where it came from, in words.
    pub fn source(&self) -> String {
        match &self.home {
            Home::Bundled(_) => "part of vantage".to_owned(),
            Home::Added(installed) => installed.source.as_ref().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// Whether it follows its file: what is built there is what runs.
    pub fn follows(&self) -> bool {
        match &self.home {
            Home::Bundled(_) => false,
            Home::Added(installed) => {
                installed.source.as_ref().is_some_and(|source| source.followed().is_some())
            }
        }
    }

    /// The lock whose sync brought it; none for a pack that the user added.
    pub fn lock(&self) -> Option<&str> {
        match &self.home {
            Home::Bundled(_) => None,
            Home::Added(installed) => installed.lock.as_deref(),
        }
    }

    /// The SHA-256 of its component.
    pub fn digest(&self) -> &str {
        match &self.home {
            Home::Bundled(pack) => pack.digest,
            Home::Added(installed) => &installed.digest,
        }
    }

    /// How far its own account of its effects is believed.
    pub fn trust(&self) -> Trust {
        if self.bundled() { Trust::Bundled } else { Trust::ThirdParty }
    }

    /// What the user grants it in the profile in force, whatever a team's policy says.
    pub fn grants(&self, context: &Context) -> Result<Grants, HostError> {
        let store = context.store()?;
        let origin = match &self.home {
            Home::Bundled(pack) => PackOrigin::Bundled(pack),
            Home::Added(installed) => PackOrigin::Installed {
                component: store.component_path(&installed.digest)?,
                digest: installed.digest.clone(),
            },
        };
        let (scope, none) = (context.grant_scope()?, Policies::default());
        StoredGrants::new(&store, &self.description, &origin, scope, &none, Failures::default())?.read()
    }

    /// When the user granted a capability in the profile in force; none where a bundled pack has it from
    /// the start.
    pub fn granted_since(
        &self,
        capability: &Capability,
        context: &Context,
    ) -> Result<Option<String>, HostError> {
        let digest = (!self.bundled()).then(|| self.digest());
        let scope = context.grant_scope()?;
        Ok(context.store()?.granted_since(&self.description.id, digest, capability, &scope)?)
    }

    /// Whether the team's policy lets it be there at all.
    pub fn admit(&self, policies: &Policies) -> Result<(), Bar> {
        let source = (!self.bundled()).then(|| self.source());
        policies.admit(&Candidate {
            trust: self.trust(),
            digest: self.digest(),
            source: source.as_deref(),
            identity: Some((&self.description.id, &self.description.version)),
        })
    }
}

fn broken(pack: &Installed) -> HostError {
    let (reason, remedy) = match &pack.broken {
        Some(broken) => (broken.reason.clone(), vec![broken.remedy.clone()]),
        None => ("it is not active".to_owned(), Vec::new()),
    };
    HostError::said(Kind::Failed, format!("pack `{}` cannot be used: {reason}", pack.id), remedy)
}

/// What its records have.
const MEMBERS: &[Member] =
    &[("capability", Is::Text), ("granted", Is::Flag), ("policy", Is::OptionalRecord(team_policy::MEMBERS))];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin grant", MEMBERS, &[])
}

/// How both answer.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "capabilities",
        vec![
            reply::column("Capability", "/capability"),
            reply::column("Granted", "/granted"),
            reply::wide_column("Policy", "/policy/rule"),
        ],
    )
}

/// Grants capabilities that the pack declares, in the profile in force.
pub fn grant(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let pack = Pack::find(&arguments.pack, context)?;
    let wanted = declared(arguments, &pack)?;
    let (policies, id) = (context.policies()?, &pack.description.id);
    pack.admit(policies).map_err(|bar| team_policy::denied(id, None, &bar))?;
    for capability in &wanted {
        let allowed = policies.allow(capability, pack.trust());
        allowed.map_err(|bar| team_policy::denied(id, Some(capability), &bar))?;
    }
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

/// Every declared capability, whether it is granted now, and the rule of a team's policy that denies
/// it all the same.
fn report(pack: &Pack, context: &Context) -> Result<Reply, HostError> {
    let (grants, policies) = (pack.grants(context)?, context.policies()?);
    let refused = pack.admit(policies);
    let policy = |capability: &Capability| {
        let allowed = refused.clone().and_then(|()| policies.allow(capability, pack.trust()));
        allowed.err().as_ref().map(team_policy::json)
    };
    let records: Vec<Value> = pack
        .description
        .capabilities()?
        .iter()
        .map(|capability| {
            json!({
                "capability": capability.to_string(),
                "granted": grants.contains(capability),
                "policy": policy(capability),
            })
        })
        .collect();
    Ok(Reply::many(records))
}
