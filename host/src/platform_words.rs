//! What the platform itself says of the fields that a pack asks for, shown beside them.
//!
//! It is asked as the user who is signed in, all APIs at once and for about a second; where nobody is
//! signed in, or there is no answer in that time, people decide without it. The words are a server's:
//! whoever shows them frames them and says whose they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

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
    ///
    /// Blocks the command's own thread, and no worker: a keyring that does not answer may block the
    /// worker meanwhile, which then could not keep the time. What is still under way afterwards ends
    /// with the runtime, but for a refresh, which the process waits for.
    pub async fn about(lines: &[Line], context: &Context) -> Self {
        let Ok(session) = context.session() else {
            return Self::default();
        };
        let names: BTreeSet<&str> = lines.iter().filter_map(|line| Some(line.capability.root()?.0)).collect();
        let (answers, answered) = mpsc::channel();
        for api in names {
            let (session, answers, api) = (Arc::clone(&session), answers.clone(), api.to_owned());
            tokio::spawn(async move {
                let fields = session.root_fields(&api).await;
                // Nobody waits any more where it took too long.
                let _ = answers.send((api, fields));
            });
        }
        drop(answers);
        let deadline = Instant::now() + PATIENCE;
        let mut words = Self::default();
        while let Ok((api, fields)) =
            answered.recv_timeout(deadline.saturating_duration_since(Instant::now()))
        {
            words.apis.extend(fields.map(|fields| (api, fields)));
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
