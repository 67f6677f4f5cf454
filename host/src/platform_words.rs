//! What the platform itself says of the fields that a pack asks for, shown beside them.
//!
//! It is asked as the user who is signed in, all APIs at once and for about a second; where nobody is
//! signed in, or there is no answer in that time, people decide without it. The words are a server's:
//! whoever shows them frames them and says whose they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use vantage_policy::authority::Line;
use vantage_policy::capability::Capability;
use vantage_session::RootFields;

use crate::context::Context;

/// How long people wait for words that they can do without.
const PATIENCE: Duration = Duration::from_secs(1);

/// The platform's words, by API.
#[derive(Debug, Default)]
pub struct PlatformWords {
    apis: BTreeMap<String, RootFields>,
}

impl PlatformWords {
    /// Asks every API that `lines` name, or what is kept of its earlier answer.
    pub async fn about(lines: &[Line], context: &Context) -> Self {
        let Ok(session) = context.session() else {
            return Self::default();
        };
        let names: BTreeSet<&str> = lines.iter().filter_map(|line| Some(line.capability.root()?.0)).collect();
        let deadline = Instant::now() + PATIENCE;
        let asked: Vec<_> = names
            .into_iter()
            .map(|api| {
                let (session, name) = (Arc::clone(&session), api.to_owned());
                // On a thread that may be blocked: a keyring answers when it likes, and the worker has
                // to keep the time.
                let runtime = tokio::runtime::Handle::current();
                let ask = move || runtime.block_on(session.root_fields(&name));
                (api.to_owned(), tokio::task::spawn_blocking(ask))
            })
            .collect();
        let mut words = Self::default();
        for (api, answer) in asked {
            if let Ok(Ok(Some(fields))) = tokio::time::timeout_at(deadline, answer).await {
                words.apis.insert(api, fields);
            }
        }
        words
    }

    /// What the platform says of the root field behind a capability.
    pub fn of(&self, capability: &Capability) -> Option<&str> {
        let (api, kind, field) = capability.root()?;
        self.apis.get(api)?.description(kind.as_str(), field)
    }

    /// Whether the platform says anything of any of `lines`.
    pub fn any_of(&self, lines: &[Line]) -> bool {
        lines.iter().any(|line| self.of(&line.capability).is_some())
    }
}
