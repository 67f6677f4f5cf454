//! Subscriptions to rows: each as it is at once, then again whenever where it stands has changed,
//! by somebody or by time. Changes that come faster than they are read are given as the last of
//! them; nothing is given twice. What "where it stands" means is said with the table.

use std::collections::{HashMap, VecDeque};

use async_graphql::Result;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::watch::Receiver;

use super::caller::error;
use super::connection::{Node, failure};
use crate::PlatformError;
use crate::database::lists::{View, Watched};
use crate::server::Shared;
use crate::streams::reached;

/// The events of a subscription to all rows of an organization, or to one.
pub(crate) async fn events<N: Node>(
    platform: &Shared,
    view: View,
    only: Option<String>,
) -> Result<impl Stream<Item = Result<N>> + use<N>>
where
    N::Row: Watched,
{
    let mut watcher = Watcher::<N>::new(platform, view.organization, only);
    watcher.look().await.map_err(failure)?;
    if let (Some(key), true) = (&watcher.only, watcher.known.is_empty()) {
        return Err(error("NOT_FOUND", format!("{} {key} was not found", N::NAME)));
    }
    Ok(unfold(watcher, |mut watcher| async { watcher.next().await.map(|event| (event, watcher)) }))
}

/// Where a row stands, as far as the subscriber has been told or is about to be.
struct Watcher<N: Node> {
    platform: Shared,
    organization: String,
    only: Option<String>,
    /// Where each row stood when it was last looked at.
    known: HashMap<String, String>,
    /// The keys of rows to be told of.
    pending: VecDeque<String>,
    changes: Receiver<u64>,
    /// When time alone will bring about the next change.
    due: Option<i64>,
    /// Whether there is nothing to be told any more.
    over: bool,
    looked: bool,
    node: std::marker::PhantomData<fn() -> N>,
}

impl<N: Node> Watcher<N>
where
    N::Row: Watched,
{
    fn new(platform: &Shared, organization: String, only: Option<String>) -> Self {
        Self {
            platform: platform.clone(),
            organization,
            only,
            known: HashMap::new(),
            pending: VecDeque::new(),
            changes: platform.streams.changes(),
            due: None,
            over: false,
            looked: false,
            node: std::marker::PhantomData,
        }
    }

    fn view(&self) -> View {
        View { organization: self.organization.clone(), now: self.platform.now() }
    }

    /// The next event, once there is one; none at the end.
    async fn next(&mut self) -> Option<Result<N>> {
        loop {
            while let Some(key) = self.pending.pop_front() {
                match self.read(key).await {
                    Ok(Some(row)) => return Some(Ok(row.into())),
                    // It was deleted a moment ago.
                    Ok(None) => {}
                    Err(problem) => return self.fail(problem),
                }
            }
            if self.over {
                return None;
            }
            self.wait().await;
            if let Err(problem) = self.look().await {
                return self.fail(problem);
            }
        }
    }

    fn fail(&mut self, problem: PlatformError) -> Option<Result<N>> {
        self.over = true;
        self.pending.clear();
        Some(Err(failure(problem)))
    }

    /// Waits until somebody changed something, or time did.
    async fn wait(&mut self) {
        let due = self.due.unwrap_or(i64::MAX);
        tokio::select! {
            // Its sender lives as long as the platform.
            _ = self.changes.changed() => {}
            () = reached(&*self.platform.clock, due) => {}
        }
    }

    /// Finds out which rows there is something to tell of.
    async fn look(&mut self) -> Result<(), PlatformError> {
        // Whatever changes from here on is looked at next time.
        self.changes.mark_unchanged();
        let (view, only) = (self.view(), self.only.clone().and_then(N::read_key));
        let rows = if self.only.is_some() && only.is_none() {
            Vec::new()
        } else {
            self.platform.database.run(move |c| view.standings::<N::Row>(c, only)).await?
        };
        self.due = rows.iter().filter_map(|row| row.due).min();
        self.over |= self.only.is_some() && rows.is_empty();
        let mut known = HashMap::with_capacity(rows.len());
        for row in rows {
            // What was final before anyone asked is told to those only who ask for it.
            let news = self.known.get(&row.key) != Some(&row.state);
            if news && (self.looked || !row.is_final || self.only.is_some()) {
                self.pending.push_back(row.key.clone());
            }
            known.insert(row.key, row.state);
        }
        (self.known, self.looked) = (known, true);
        Ok(())
    }

    /// Reads a row as it is now, and notes where it stands.
    async fn read(&mut self, key: String) -> Result<Option<N::Row>, PlatformError> {
        let (view, Some(value)) = (self.view(), N::read_key(key.clone())) else {
            return Ok(None);
        };
        let read = self.platform.database.run(move |connection| {
            let standing = view.standings::<N::Row>(connection, Some(value.clone()))?.pop();
            Ok((standing, view.find::<N::Row>(connection, value)?))
        });
        let (standing, row) = read.await?;
        if let Some(standing) = standing {
            self.over |= self.only.is_some() && standing.is_final;
            self.due = if self.only.is_some() { standing.due } else { self.due };
            self.known.insert(key, standing.state);
        }
        Ok(row)
    }
}
