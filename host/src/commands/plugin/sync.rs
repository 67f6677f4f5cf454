//! `vantage plugin sync`: the packs of a lock, on this machine.
//!
//! A lock is a request: every key and every grant that this machine has not accepted before is shown and
//! asked about, or accepted with the whole lock by its digest, which scripts keep elsewhere than the
//! lock. All packs are fetched and checked before the first is stored; what is here already, to the byte,
//! is not fetched. Packs that the lock does not name stay as they are, but those that a sync of this same
//! lock brought. What another lock pins at another version is refused.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use semver::Version;
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_policy::authority::Trust;
use vantage_policy::capability::Capability;
use vantage_store::{
    Address, Fetched, FoundSignature, Installed, LOCK_FILE, LOCK_LIMIT, Layout, LockFile, LockedPack,
    Occasion, Source, Store, StoreError,
};

use crate::commands::plugin::incoming::Incoming;
use crate::commands::plugin::{authority, lock, remove, source};
use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::framed::framed;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use crate::{team_policy, terminal};

/// Make the added packs match a lock
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage plugin sync
      Fetches what vantage.lock names, and asks about what this machine has not accepted before
  vantage plugin sync --locked
      Changes nothing, and fails if anything differs
  vantage plugin sync --accept-lock sha256:9f86…
      Accepts this lock and no other, as a script has to")]
pub struct Arguments {
    /// The lock
    #[arg(long, value_name = "FILE", default_value = LOCK_FILE)]
    file: PathBuf,
    /// Take packs and lock from this folder, which plugin bundle made; no network is used
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["file", "locked"])]
    from: Option<PathBuf>,
    /// Change nothing; fail if anything differs from the lock
    #[arg(long)]
    locked: bool,
    /// Accept all that the lock with this digest asks for
    #[arg(long, value_name = "SHA256", conflicts_with = "locked")]
    accept_lock: Option<String>,
}

/// What its records have.
const MEMBERS: &[Member] =
    &[("id", Is::Text), ("version", Is::OptionalText), ("status", Is::Text), ("differs", Is::Texts)];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin sync", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::many_records(
        "packs in the lock",
        vec![
            reply::column("Pack", "/id"),
            reply::column("Version", "/version"),
            reply::status_column("Status", "/status"),
            reply::column("Differs", "/differs"),
        ],
    )
}

/// A pack of the lock, against what is here.
struct Entry<'a> {
    id: &'a str,
    locked: &'a LockedPack,
    /// In what they differ; empty where they do not.
    differs: Vec<String>,
    /// What this machine does not grant to the pack.
    new: BTreeSet<&'a Capability>,
    /// What is installed of it.
    installed: Option<Installed>,
}

/// A pack that a sync of this lock brought, and that it does not name any more.
struct Leftover {
    id: String,
    version: Option<Version>,
}

/// Answers with a record per pack of the lock.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let layout = arguments.from.as_deref().map(Layout::open);
    let file = layout.as_ref().map_or_else(|| arguments.file.clone(), |layout| layout.file(LOCK_FILE));
    let wrong = |error| lock::wrong(&file, &error);
    let bytes = Store::read_source(&file, LOCK_LIMIT)?;
    let lock = LockFile::parse(&String::from_utf8_lossy(&bytes)).map_err(wrong)?;
    let digest = lock.digest().map_err(wrong)?.to_string();
    let (entries, place) = (entries(&lock, context)?, place(&file)?);
    let leftovers = leftovers(&lock, &place, context)?;
    if arguments.locked {
        return locked(&file, &entries, &leftovers);
    }
    check_other_locks(&entries, &place)?;
    let mut incoming = Vec::new();
    for entry in entries.iter().filter(|entry| !entry.differs.is_empty()) {
        incoming.push((entry, fetch(entry, layout.as_ref(), context).await?));
    }
    let mut new = Vec::new();
    for one in &incoming {
        if is_new(one.0, &one.1, context)? {
            new.push(one);
        }
    }
    if !new.is_empty() && arguments.accept_lock.as_deref() != Some(digest.as_str()) {
        ask(&new, &digest, arguments, context).await?;
    }
    for (entry, pack) in incoming {
        pack.store(None, Some(&entry.locked.grants), Occasion::Synced(place.clone()), context)?;
        context
            .console()
            .note(&format!("`{}` is at {} now, as the lock says", entry.id, entry.locked.version));
    }
    for Leftover { id, .. } in &leftovers {
        // What it kept is the user's, and may be wanted when the lock names it again.
        remove::forget(&context.store()?.remove_but_values(id)?, context)?;
        context.console().note(&format!("removed `{id}`, which the lock does not name any more"));
    }
    let synced = |entry: &Entry<'_>| if entry.differs.is_empty() { "as locked" } else { "synced" };
    let records = entries.iter().map(|entry| record(entry, synced(entry)));
    Ok(Reply::many(records.chain(leftovers.iter().map(|one| leftover(one, "removed")))))
}

/// Where a lock is, whichever way leads there: what makes it the same lock another time.
fn place(file: &Path) -> Result<String, HostError> {
    let place = file.canonicalize().map_err(|error| HostError::input(&file.display().to_string(), error))?;
    Ok(place.display().to_string())
}

fn leftovers(lock: &LockFile, place: &str, context: &Context) -> Result<Vec<Leftover>, HostError> {
    let named: BTreeSet<&str> = lock.packs().map(|(id, _)| id).collect();
    let is_left = |pack: &Installed| pack.lock.as_deref() == Some(place) && !named.contains(pack.id.as_str());
    let packs = context.store()?.list()?.into_iter().filter(is_left);
    Ok(packs.map(|pack| Leftover { id: pack.id, version: pack.version }).collect())
}

/// Refuses to change what another lock brought here and pins to this day.
fn check_other_locks(entries: &[Entry<'_>], place: &str) -> Result<(), HostError> {
    for entry in entries {
        let Some(other) = entry.installed.as_ref().and_then(|pack| pack.lock.as_deref()) else {
            continue;
        };
        if other == place || entry.differs.is_empty() {
            continue;
        }
        // A lock that is gone, or is none any more, pins nothing.
        let text = Store::read_source(Path::new(other), LOCK_LIMIT).unwrap_or_default();
        let Ok(lock) = LockFile::parse(&String::from_utf8_lossy(&text)) else {
            continue;
        };
        let pinned = lock.packs().find(|(id, _)| *id == entry.id).map(|(_, pinned)| pinned);
        if let Some(pinned) = pinned.filter(|pinned| *pinned != entry.locked) {
            return Err(HostError::said(
                Kind::Conflict,
                format!(
                    "`{}` is here as `{other}` has it, at {}, and this lock has it otherwise, at {}",
                    entry.id, pinned.version, entry.locked.version
                ),
                vec![
                    "make the two locks agree".to_owned(),
                    format!("or vantage plugin remove {}, and sync the lock that is to count", entry.id),
                ],
            ));
        }
    }
    Ok(())
}

/// Whether somebody has to agree to a pack: to a grant, to a key, to bytes that no known key signed, or to
/// a grant that reaches further in these bytes than in those that are here.
fn is_new(entry: &Entry<'_>, pack: &Incoming, context: &Context) -> Result<bool, HostError> {
    let Some(installed) = &entry.installed else {
        return Ok(true);
    };
    let was_here = installed.generations.iter().any(|one| one.digest == entry.locked.digest);
    if !entry.new.is_empty() || !(pack.is_known() || was_here && pack.key.is_none()) {
        return Ok(true);
    }
    let granted = context.store()?.grants(entry.id, &installed.digest, &context.grant_scope()?)?;
    Ok(!granted.growth(&authority::chosen(&pack.description, &entry.locked.grants)?).is_empty())
}

fn entries<'a>(lock: &'a LockFile, context: &Context) -> Result<Vec<Entry<'a>>, HostError> {
    let store = context.store()?;
    lock.packs().map(|(id, locked)| entry(id, locked, &store, context)).collect()
}

fn entry<'a>(
    id: &'a str,
    locked: &'a LockedPack,
    store: &Store,
    context: &Context,
) -> Result<Entry<'a>, HostError> {
    let installed = match store.find(id) {
        Ok(installed) if installed.id == id => installed,
        Ok(_) | Err(StoreError::NotInstalled { .. }) => {
            let (differs, new) = (vec!["not installed".to_owned()], locked.grants.iter().collect());
            return Ok(Entry { id, locked, differs, new, installed: None });
        }
        Err(error) => return Err(error.into()),
    };
    let mut differs = differences(&installed, locked);
    let granted = store.grants(id, &installed.digest, &context.grant_scope()?)?;
    let granted: BTreeSet<&Capability> = granted.capabilities().collect();
    let new: BTreeSet<&Capability> = locked.grants.iter().filter(|one| !granted.contains(one)).collect();
    differs.extend(new.iter().map(|one| format!("not granted: {one}")));
    let beyond = granted.iter().filter(|one| !locked.grants.contains(**one));
    differs.extend(beyond.map(|one| format!("granted beyond the lock: {one}")));
    Ok(Entry { id, locked, differs, new, installed: Some(installed) })
}

fn differences(installed: &Installed, locked: &LockedPack) -> Vec<String> {
    let mut differs = Vec::new();
    if installed.digest != locked.digest.to_string() || installed.version.as_ref() != Some(&locked.version) {
        let version = installed.version.as_ref().map(ToString::to_string).unwrap_or_default();
        differs.push(format!("version {version} with digest {}", installed.digest));
    }
    let active = installed.generations.iter().find(|one| one.digest.to_string() == installed.digest);
    if active.is_some_and(|active| active.digest == locked.digest && active.key() != locked.key) {
        differs.push("another key".to_owned());
    }
    if let Some(broken) = &installed.broken {
        differs.push(format!("broken: {}", broken.reason));
    }
    if !installed.enabled {
        differs.push("disabled".to_owned());
    }
    differs
}

/// Answers where nothing differs, and fails where something does.
fn locked(file: &Path, entries: &[Entry<'_>], leftovers: &[Leftover]) -> Result<Reply, HostError> {
    let differing: Vec<&Entry<'_>> = entries.iter().filter(|entry| !entry.differs.is_empty()).collect();
    if differing.is_empty() && leftovers.is_empty() {
        return Ok(Reply::many(entries.iter().map(|entry| record(entry, "as locked"))));
    }
    let cause = |entry: &&Entry<'_>| format!("{}: {}", entry.id, entry.differs.join("; "));
    let records = entries.iter().map(|entry| record(entry, status(entry)));
    let records: Vec<Value> = records.chain(leftovers.iter().map(|one| leftover(one, "differs"))).collect();
    let surplus = leftovers.iter().map(|one| format!("{}: not in the lock any more", one.id));
    Err(HostError::Said(Box::new(Said {
        kind: Kind::Conflict,
        message: format!(
            "{} of {} packs are not as `{}` says",
            differing.len() + leftovers.len(),
            records.len(),
            file.display()
        ),
        causes: differing.iter().map(cause).chain(surplus).collect(),
        hints: vec!["vantage plugin sync makes them match".to_owned()],
        request_id: None,
        details: Some(json!({ "packs": records })),
        backtrace: None,
    })))
}

fn status(entry: &Entry<'_>) -> &'static str {
    if entry.differs.is_empty() { "as locked" } else { "differs" }
}

/// Gets a pack, which must be what the lock says in everything.
async fn fetch(entry: &Entry<'_>, layout: Option<&Layout>, context: &Context) -> Result<Incoming, HostError> {
    let Entry { id, locked, .. } = entry;
    let address: Address = source::address(&locked.source, context)?;
    let alias = entry.installed.as_ref().and_then(|installed| installed.alias.as_deref());
    let fetched = match (here(entry, &address, context)?, layout) {
        (Some(here), _) => here,
        (None, None) => source::fetch(&address, context).await?,
        (None, Some(layout)) => {
            layout.fetch(&locked.digest, Source::pinned(&address)?, source::COMPONENT_LIMIT)?
        }
    };
    let incoming = Incoming::examine(fetched, &address, alias, locked.key.as_ref(), context).await?;
    let description = &incoming.description;
    let found = [
        ("id", (*id).to_owned(), description.id.clone()),
        ("version", locked.version.to_string(), description.version.to_string()),
        ("digest", locked.digest.to_string(), incoming.digest.clone()),
        ("key", named(locked.key.map(|key| key.key_id())), named(incoming.key.map(|key| key.key_id()))),
    ];
    if let Some((what, expected, found)) = found.into_iter().find(|(_, expected, found)| expected != found) {
        let message = format!("`{id}` is not what the lock says: its {what} is {found}, not {expected}");
        return Err(HostError::said(Kind::Denied, message, Vec::new()));
    }
    let declared = description.capabilities()?;
    if let Some(unknown) = locked.grants.difference(&declared).next() {
        let message = format!("the lock grants `{id}` \"{unknown}\", which it does not ask for");
        return Err(HostError::said(Kind::Denied, message, Vec::new()));
    }
    for capability in &locked.grants {
        let allowed = context.policies()?.allow(capability, Trust::ThirdParty);
        allowed.map_err(|bar| team_policy::denied(id, Some(capability), &bar))?;
    }
    Ok(incoming)
}

/// The very bytes with the very signature, where a version that is kept here has both.
fn here(entry: &Entry<'_>, address: &Address, context: &Context) -> Result<Option<Fetched>, HostError> {
    let kept = entry.installed.iter().flat_map(|pack| &pack.generations);
    let Some(kept) = kept.into_iter().find(|one| one.digest == entry.locked.digest) else {
        return Ok(None);
    };
    let Ok(bytes) = context.store()?.component(&kept.digest.to_string()) else {
        // Damaged or gone: it is fetched anew.
        return Ok(None);
    };
    let signature = kept.signature.clone().map(|text| FoundSignature {
        text,
        key: kept.key().map(|key| key.to_string()),
        succession: kept.succession.clone(),
    });
    let source = Source::pinned(address)?;
    Ok(Some(Fetched { bytes, digest: kept.digest, source, version: None, signature, stamp: None }))
}

fn named(key: Option<String>) -> String {
    key.unwrap_or_else(|| "none".to_owned())
}

/// Shows what this machine has not accepted before, and asks; without a terminal it says what would.
async fn ask(
    new: &[&(&Entry<'_>, Incoming)],
    digest: &str,
    arguments: &Arguments,
    context: &Context,
) -> Result<(), HostError> {
    let refused = |message: String, hints| {
        let packs = new.iter().map(|(entry, pack)| wish(entry, pack)).collect::<Vec<_>>();
        HostError::Said(Box::new(Said {
            kind: Kind::Denied,
            message,
            causes: new.iter().map(|(entry, pack)| told(entry, pack).join("; ")).collect(),
            hints,
            request_id: None,
            details: Some(json!({ "lock": digest, "packs": packs })),
            backtrace: None,
        }))
    };
    if let Some(accepted) = &arguments.accept_lock {
        let message = format!("the lock has the digest {digest}, and {accepted} was accepted");
        return Err(refused(message, vec!["look at what changed in it before you accept it".to_owned()]));
    }
    if !context.attended() {
        let message = "the lock asks for what this machine has not accepted, and there is nobody to ask";
        let hint = format!("look at it, then: vantage plugin sync --accept-lock {digest}");
        return Err(refused(message.to_owned(), vec![hint]));
    }
    let columns = context.console().style().width;
    let mut text = String::from("\nThe lock asks for what this machine has not accepted before\n");
    for (entry, pack) in new {
        for (at, line) in told(entry, pack).iter().enumerate() {
            let indent = if at == 0 { "\n  " } else { "    " };
            text.push_str(&framed(indent, "      ", line, columns));
            text.push('\n');
        }
    }
    let agreed = terminal::blocking(context.console(), move |terminal| {
        terminal.write(&text)?;
        terminal.write("\n")?;
        terminal.confirm("Add these and allow this?")
    })
    .await?;
    match agreed {
        true => Ok(()),
        false => Err(HostError::said(Kind::Denied, "nothing was added", Vec::new())),
    }
}

/// A pack and what is new of it, a line each.
fn told(entry: &Entry<'_>, pack: &Incoming) -> Vec<String> {
    let mut lines = vec![format!("{} {} from {}", entry.id, entry.locked.version, entry.locked.source)];
    lines.push(pack.publisher());
    lines.extend(entry.new.iter().map(|one| format!("new: {one}")));
    lines
}

fn wish(entry: &Entry<'_>, pack: &Incoming) -> Value {
    json!({
        "id": entry.id,
        "version": entry.locked.version.to_string(),
        "source": entry.locked.source,
        "key-id": pack.key.map(|key| key.key_id()),
        "new": entry.new.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn leftover(leftover: &Leftover, status: &str) -> Value {
    json!({
        "id": leftover.id,
        "version": leftover.version.as_ref().map(ToString::to_string),
        "status": status,
        "differs": ["not in the lock any more"],
    })
}

fn record(entry: &Entry<'_>, status: &str) -> Value {
    json!({
        "id": entry.id,
        "version": entry.locked.version.to_string(),
        "status": status,
        "differs": entry.differs,
    })
}
