//! What the user grants to a pack that comes in: by option, or asked on the terminal.
//!
//! Nothing is assumed, and nothing granted that the team's policy denies. Used by `plugin add` and
//! `plugin upgrade`; what is shown is in `consent.rs`.

use std::collections::BTreeSet;

use clap::Args;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;

use crate::commands::plugin::consent;
use crate::commands::plugin::difference::Difference;
use crate::commands::plugin::incoming::Incoming;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::team_policy;

/// What the user grants without being asked.
#[derive(Debug, Clone, Args)]
pub struct Wishes {
    /// Grant this capability without asking; repeatable
    #[arg(long, value_name = "CAPABILITY", conflicts_with = "grant_all")]
    pub grant: Vec<Capability>,
    /// Grant all that the pack declares without asking
    #[arg(long)]
    pub grant_all: bool,
}

impl Wishes {
    /// What is granted to `incoming`, which `plugin VERB SOURCE` asks for, with `options` behind it.
    pub async fn decide(
        &self,
        incoming: &Incoming,
        verb: &'static str,
        source: &str,
        options: &str,
        context: &Context,
    ) -> Result<BTreeSet<Capability>, HostError> {
        let description = &incoming.description;
        let declared = description.capabilities()?;
        let policies = context.policies()?;
        let bar = |one: &Capability| Some((one.clone(), policies.allow(one, Trust::ThirdParty).err()?));
        let barred = declared.iter().filter_map(bar).collect();
        let candidate = consent::Candidate {
            description,
            digest: &incoming.digest,
            publisher: incoming.publisher(),
            verb,
            source,
            options,
            difference: Difference::find(description, &barred, context)?,
            barred,
        };
        if self.grant_all {
            remark(&candidate, context);
            return candidate.grantable();
        }
        if !self.grant.is_empty() {
            return self.named(&candidate, &declared);
        }
        if !context.attended() {
            return Err(candidate.unattended()?);
        }
        if candidate.ask(context).await? {
            return candidate.grantable();
        }
        Err(HostError::said(Kind::Denied, format!("`{}` was not added", description.id), Vec::new()))
    }

    /// The capabilities of `--grant`, each of which the pack declares and the policy allows.
    fn named(
        &self,
        candidate: &consent::Candidate<'_>,
        declared: &BTreeSet<Capability>,
    ) -> Result<BTreeSet<Capability>, HostError> {
        let id = &candidate.description.id;
        let granted: BTreeSet<Capability> = self.grant.iter().cloned().collect();
        if let Some(unknown) = granted.difference(declared).next() {
            return Err(consent::not_declared(id, unknown, declared));
        }
        match granted.iter().find_map(|one| Some((one, candidate.barred.get(one)?))) {
            Some((capability, bar)) => Err(team_policy::denied(id, Some(capability), bar)),
            None => Ok(granted),
        }
    }
}

/// Says what `--grant-all` gives beyond the build that was there, and what it does not give.
fn remark(candidate: &consent::Candidate<'_>, context: &Context) {
    if let Some(difference) = candidate.difference.as_ref().filter(|difference| difference.is_more()) {
        let beyond = difference.lines().join("; ");
        context.console().note(&format!("more than {} was granted: {beyond}", difference.version()));
    }
    for (capability, bar) in &candidate.barred {
        context.console().warn(&format!("`{capability}` is not granted: denied by policy ({})", bar.rule()));
    }
}
