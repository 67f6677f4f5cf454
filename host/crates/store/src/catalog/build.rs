//! Makes a catalog from the index and the stored descriptions.
//!
//! Each description is checked against its digest and looked at only as far as its first words and
//! their lines of help. A pack whose description is gone or damaged is written down as broken, under
//! the words that the index remembers, and disturbs no other. Called by `store.rs`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::format::{PackInput, WordInput};
use crate::error::StoreError;
use crate::grants::{Authority, Link};
use crate::index::{Generation, Loaded, PackRecord};
use crate::objects::{Objects, Sort};

/// What help shows before a pack is asked for: a part of its description.
#[derive(Deserialize)]
struct Outline {
    summary: String,
    #[serde(default)]
    groups: Vec<OutlineGroup>,
    commands: Vec<OutlineCommand>,
}

#[derive(Deserialize)]
struct OutlineGroup {
    path: Vec<String>,
    summary: String,
}

#[derive(Deserialize)]
struct OutlineCommand {
    path: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    summary: String,
    #[serde(default)]
    hidden: bool,
}

/// Everything that the catalog of `loaded` holds, sorted by id.
pub(super) fn inputs(loaded: &Loaded, objects: &Objects<'_>) -> Vec<PackInput> {
    let packs = loaded.index.packs.iter().map(|(id, record)| input(id.as_str(), record, objects));
    let unreadable = loaded.unreadable.iter().map(|(id, reason)| PackInput {
        id: id.clone(),
        broken: format!("a newer vantage installed it ({reason})"),
        ..PackInput::default()
    });
    let mut inputs: Vec<_> = packs.chain(unreadable).collect();
    inputs.sort_by(|a, b| a.id.cmp(&b.id));
    inputs
}

fn input(id: &str, record: &PackRecord, objects: &Objects<'_>) -> PackInput {
    let active = record.active();
    let authority = Authority {
        identity: active.map(Generation::identity),
        grants: record.grants.clone(),
        revoked: record.revoked.clone(),
        link: active.and_then(|one| Some(Link { path: one.source.followed()?.to_owned(), stamp: one.stamp })),
    };
    let mut input = PackInput {
        id: id.to_owned(),
        alias: record.alias.clone().unwrap_or_default(),
        // These types always print; if they did not, no authority would be the result.
        authority: serde_json::to_vec(&authority).unwrap_or_default(),
        ..PackInput::default()
    };
    let Some(generation) = active else {
        if record.active.is_some() {
            input.broken = "the index has no version for its active digest".to_owned();
        }
        return input;
    };
    input.version = generation.version.to_string();
    input.digest = Some(generation.digest);
    describe(&mut input, record, generation, objects);
    if !record.enabled {
        input.words.clear();
    }
    input
}

fn describe(input: &mut PackInput, record: &PackRecord, generation: &Generation, objects: &Objects<'_>) {
    match outline(generation, objects) {
        Ok((outline, json)) => {
            input.own_word = outline.own_word().unwrap_or_default().to_owned();
            input.words = outline.words(record.alias.as_deref());
            input.description = json;
        }
        Err(error) => {
            input.broken = error.in_one_line();
            input.words = record
                .words()
                .into_iter()
                .map(|word| WordInput { word, summary: "(broken)".to_owned(), hidden: false })
                .collect();
        }
    }
}

fn outline(generation: &Generation, objects: &Objects<'_>) -> Result<(Outline, Vec<u8>), StoreError> {
    let json = objects.read(Sort::Description, &generation.description)?;
    let outline = serde_json::from_slice(&json).map_err(|error| {
        let path = objects.path(Sort::Description, &generation.description);
        StoreError::io("understand", &path, error.into())
    })?;
    Ok((outline, json))
}

impl Outline {
    fn own_word(&self) -> Option<&str> {
        let mut words = self.commands.iter().filter_map(|command| command.path.first());
        let first = words.next()?;
        words.all(|word| word == first).then_some(first)
    }

    /// The words that the user can type first.
    fn words(&self, alias: Option<&str>) -> Vec<WordInput> {
        let mut words: BTreeMap<&str, WordInput> = BTreeMap::new();
        for command in &self.commands {
            let Some(first) = command.path.first() else {
                continue;
            };
            let entry = words.entry(first).or_insert_with(|| WordInput {
                word: first.clone(),
                summary: self.summary_of(first).to_owned(),
                hidden: true,
            });
            entry.hidden &= command.hidden;
        }
        match alias {
            Some(alias) => vec![self.renamed(alias, words.into_values().collect())],
            None => words.into_values().chain(self.aliases()).collect(),
        }
    }

    /// Other names of commands that are one word; they work, and help does not repeat them.
    fn aliases(&self) -> impl Iterator<Item = WordInput> {
        let single = self.commands.iter().filter(|command| command.path.len() == 1);
        single.flat_map(|command| {
            command.aliases.iter().map(|alias| WordInput {
                word: alias.clone(),
                summary: command.summary.clone(),
                hidden: true,
            })
        })
    }

    fn renamed(&self, alias: &str, words: Vec<WordInput>) -> WordInput {
        let hidden = words.iter().all(|word| word.hidden);
        let summary = match words.as_slice() {
            [only] => only.summary.clone(),
            _ => self.summary.clone(),
        };
        WordInput { word: alias.to_owned(), summary, hidden }
    }

    fn summary_of(&self, word: &str) -> &str {
        let is_it = |path: &[String]| path.len() == 1 && path[0] == word;
        let group = self.groups.iter().find(|group| is_it(&group.path)).map(|group| group.summary.as_str());
        let command = || {
            self.commands.iter().find(|command| is_it(&command.path)).map(|command| command.summary.as_str())
        };
        group.or_else(command).unwrap_or(&self.summary)
    }
}
