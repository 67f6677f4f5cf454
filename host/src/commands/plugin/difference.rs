//! What another build of an installed pack may do beyond the one that is there: the difference in
//! authority, in words and for programs.
//!
//! It compares what the new build asks for with what the user grants the old one in the profile in
//! force. A field below a root that is granted, and a literal that became a variable, are more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vantage_policy::capability::Capability;
use vantage_policy::decision::{Grants, Growth};
use vantage_policy::description::Description;
use vantage_policy::team::Bar;
use vantage_store::StoreError;

use crate::context::Context;
use crate::error::HostError;
use crate::framed::framed;

/// A new build against the one that is installed.
#[derive(Debug)]
pub struct Difference {
    /// The version that is installed.
    version: String,
    digest: String,
    growth: Vec<Growth>,
    /// What is granted now and not asked for any more.
    dropped: Vec<Capability>,
}

impl Difference {
    /// Compares `description` with the pack of that id which is installed; none where none is. What
    /// `barred` says is denied by a policy is not asked for in earnest.
    pub fn find(
        description: &Description,
        barred: &BTreeMap<Capability, Bar>,
        context: &Context,
    ) -> Result<Option<Self>, HostError> {
        let store = context.store()?;
        let installed = match store.find(&description.id) {
            Ok(installed) if installed.id == description.id => installed,
            Ok(_) | Err(StoreError::NotInstalled { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Some(version) = installed.version else {
            return Ok(None);
        };
        let granted = store.grants(&installed.id, &installed.digest, &context.grant_scope()?)?;
        let wishes = Grants::all_of(description)?;
        let mut growth = granted.growth(&wishes);
        growth.retain(|growth| !barred.contains_key(&growth.capability));
        Ok(Some(Self {
            version: version.to_string(),
            digest: installed.digest,
            growth,
            dropped: granted.capabilities().filter(|one| !wishes.contains(one)).cloned().collect(),
        }))
    }

    /// Whether it asks for more.
    pub fn is_more(&self) -> bool {
        !self.growth.is_empty()
    }

    /// The version that it is compared with.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// One line for each way in which it asks for more, or for less.
    pub fn lines(&self) -> Vec<String> {
        let grown = self.growth.iter().map(|growth| match growth.new {
            true => format!("new: {}", growth.capability),
            false => {
                let paths = growth.paths.join(", ");
                let any = if paths.contains('$') { " ($ is any value)" } else { "" };
                format!("reaches further: {}: {paths}{any}", growth.capability)
            }
        });
        let dropped = self.dropped.iter().map(|capability| format!("no longer: {capability}"));
        grown.chain(dropped).collect()
    }

    /// The difference above the question.
    pub fn text(&self, columns: Option<usize>) -> String {
        let version = &self.version;
        let mut text = match self.is_more() {
            true => format!("\nIt asks for more than {version} is granted now\n"),
            false => format!("\nIt asks for no more than {version} is granted now\n"),
        };
        for line in self.lines() {
            text.push_str(&framed("  ", "    ", &line, columns));
            text.push('\n');
        }
        text
    }

    /// The difference for programs.
    pub fn json(&self) -> Value {
        json!({
            "version": self.version,
            "digest": self.digest,
            "more": self.growth,
            "dropped": self.dropped,
        })
    }
}
