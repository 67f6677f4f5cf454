//! The bytes of `catalog-v1.bin`: a head that is read whole, then texts that are read one by one.
//!
//! ```text
//! magic and version          8
//! BLAKE3 of the rest of the head   32
//! length of the file         8
//! stamp of the index        48
//! number of packs, of words, length of the strings   3 × 4
//! packs, sorted by id       160 each
//! words, sorted              24 each
//! strings                   UTF-8, which the rows point into
//! ───────── end of the head
//! descriptions and authorities, each with its SHA-256 in its pack's row
//! ```
//!
//! Numbers are little-endian. Rows are read where they lie: nothing is copied or parsed for a pack
//! that is not asked for. The hash finds damage, not malice: who can write here can write the index.

use crate::digest::Digest;
use crate::stamp::Stamp;

/// The last byte is the version of this layout, which is also in the file's name.
const MAGIC: &[u8; 8] = b"VNTGCAT\x01";
const HASH_AT: usize = 8;
const LENGTH_AT: usize = 40;
const STAMP_AT: usize = 48;
const COUNTS_AT: usize = STAMP_AT + Stamp::LENGTH;
/// How many bytes come before the rows.
pub(super) const FIXED: usize = COUNTS_AT + 12;
const PACK: usize = 160;
const WORD: usize = 24;

/// What one pack brings to a catalog.
#[derive(Debug, Default)]
pub(super) struct PackInput {
    pub(super) id: String,
    /// Empty for a pack that has no active generation.
    pub(super) version: String,
    pub(super) alias: String,
    /// The one word that its own commands begin with; empty where there are several.
    pub(super) own_word: String,
    /// Why the pack cannot be used; empty for one that can.
    pub(super) broken: String,
    pub(super) digest: Option<Digest>,
    /// JSON; empty for a broken pack.
    pub(super) description: Vec<u8>,
    /// JSON.
    pub(super) authority: Vec<u8>,
    pub(super) words: Vec<WordInput>,
}

/// One first word of a pack's commands, as the user types it.
#[derive(Debug)]
pub(super) struct WordInput {
    pub(super) word: String,
    pub(super) summary: String,
    /// Not shown in help.
    pub(super) hidden: bool,
}

/// Lays a catalog out. `packs` are sorted by id.
pub(super) fn encode(packs: &[PackInput], stamp: Stamp) -> Vec<u8> {
    let mut words: Vec<(&WordInput, u32)> = Vec::new();
    for (pack, number) in packs.iter().zip(0..) {
        words.extend(pack.words.iter().map(|word| (word, number)));
    }
    words.sort_by(|a, b| (&a.0.word, a.1).cmp(&(&b.0.word, b.1)));

    let mut strings = Strings::default();
    let mut rows = Vec::new();
    let mut blobs = Vec::new();
    // Offsets of blobs count from the end of the head, whose length is not known yet.
    for pack in packs {
        for text in [&pack.id, &pack.version, &pack.alias, &pack.own_word, &pack.broken] {
            strings.put(text, &mut rows);
        }
        rows.extend(pack.digest.map_or([0; 32], |digest| digest.0));
        for blob in [&pack.description, &pack.authority] {
            rows.extend(Digest::of(blob).0);
            rows.extend((blobs.len() as u64).to_le_bytes());
            rows.extend(number(blob.len()));
            blobs.extend_from_slice(blob);
        }
    }
    for (word, pack) in &words {
        strings.put(&word.word, &mut rows);
        strings.put(&word.summary, &mut rows);
        rows.extend(pack.to_le_bytes());
        rows.extend(u32::from(word.hidden).to_le_bytes());
    }

    let head = FIXED + rows.len() + strings.0.len();
    let mut bytes = Vec::with_capacity(head + blobs.len());
    bytes.extend(MAGIC);
    bytes.extend([0; LENGTH_AT - HASH_AT]);
    bytes.extend(((head + blobs.len()) as u64).to_le_bytes());
    bytes.extend(stamp.to_bytes());
    for count in [packs.len(), words.len(), strings.0.len()] {
        bytes.extend(number(count));
    }
    bytes.extend(rows);
    bytes.extend(strings.0);
    let hash = blake3::hash(&bytes[LENGTH_AT..]);
    bytes[HASH_AT..LENGTH_AT].copy_from_slice(hash.as_bytes());
    bytes.extend(blobs);
    bytes
}

/// Everything that a catalog counts stays far below 4 GiB: one description has 1 MiB at most.
fn number(count: usize) -> [u8; 4] {
    u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes()
}

#[derive(Default)]
struct Strings(Vec<u8>);

impl Strings {
    fn put(&mut self, text: &str, row: &mut Vec<u8>) {
        row.extend(number(self.0.len()));
        row.extend(number(text.len()));
        self.0.extend(text.as_bytes());
    }
}

/// Where a text lies in the file, and what it must be.
pub(super) struct Blob {
    pub(super) digest: Digest,
    /// From the start of the file.
    pub(super) offset: u64,
    pub(super) length: usize,
}

/// The head of a catalog, checked.
#[derive(Debug)]
pub(super) struct Head {
    bytes: Vec<u8>,
    packs: usize,
    words: usize,
}

impl Head {
    /// How long the head is that begins with `start`, which has at least [`FIXED`] bytes.
    pub(super) fn length(start: &[u8]) -> Option<usize> {
        let count = |index: usize| u32_at(start, COUNTS_AT + 4 * index).map(|count| count as usize);
        FIXED
            .checked_add(count(0)?.checked_mul(PACK)?)?
            .checked_add(count(1)?.checked_mul(WORD)?)?
            .checked_add(count(2)?)
    }

    /// Checks the head of a file that has `length` bytes and was made for `stamp`.
    pub(super) fn check(bytes: Vec<u8>, length: u64, stamp: Stamp) -> Result<Self, &'static str> {
        if !bytes.starts_with(MAGIC) {
            return Err("it is no catalog");
        }
        let hash = blake3::hash(bytes.get(LENGTH_AT..).unwrap_or_default());
        if bytes.get(HASH_AT..LENGTH_AT) != Some(hash.as_bytes()) {
            return Err("it is damaged");
        }
        if u64_at(&bytes, LENGTH_AT) != Some(length) || Self::length(&bytes) != Some(bytes.len()) {
            return Err("it is cut short");
        }
        if bytes.get(STAMP_AT..COUNTS_AT) != Some(stamp.to_bytes().as_slice()) {
            return Err("the index has changed");
        }
        let count = |index: usize| u32_at(&bytes, COUNTS_AT + 4 * index).unwrap_or(0) as usize;
        let (packs, words) = (count(0), count(1));
        Ok(Self { packs, words, bytes })
    }

    /// The head of a catalog without packs.
    pub(super) fn empty() -> Self {
        Self { bytes: Vec::new(), packs: 0, words: 0 }
    }

    pub(super) fn packs(&self) -> usize {
        self.packs
    }

    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// A text of a pack: 0 id, 1 version, 2 alias, 3 own word, 4 why it is broken.
    pub(super) fn pack_text(&self, pack: usize, text: usize) -> &str {
        self.text(self.pack_at(pack) + 8 * text)
    }

    pub(super) fn digest(&self, pack: usize) -> Digest {
        self.digest_at(self.pack_at(pack) + 40)
    }

    pub(super) fn description(&self, pack: usize) -> Blob {
        self.blob(self.pack_at(pack) + 72)
    }

    pub(super) fn authority(&self, pack: usize) -> Blob {
        self.blob(self.pack_at(pack) + 116)
    }

    pub(super) fn word(&self, word: usize) -> &str {
        self.text(self.word_at(word))
    }

    pub(super) fn summary(&self, word: usize) -> &str {
        self.text(self.word_at(word) + 8)
    }

    pub(super) fn pack_of(&self, word: usize) -> usize {
        self.number(self.word_at(word) + 16)
    }

    pub(super) fn is_hidden(&self, word: usize) -> bool {
        self.number(self.word_at(word) + 20) != 0
    }

    fn pack_at(&self, pack: usize) -> usize {
        FIXED + pack * PACK
    }

    fn word_at(&self, word: usize) -> usize {
        FIXED + self.packs * PACK + word * WORD
    }

    fn blob(&self, at: usize) -> Blob {
        let offset = u64_at(&self.bytes, at + 32).unwrap_or(0).saturating_add(self.bytes.len() as u64);
        Blob { digest: self.digest_at(at), offset, length: self.number(at + 40) }
    }

    fn digest_at(&self, at: usize) -> Digest {
        let bytes = self.bytes.get(at..at + 32).and_then(|bytes| bytes.try_into().ok());
        Digest(bytes.unwrap_or([0; 32]))
    }

    /// The hash has been checked, so what is out of bounds is this program's own mistake: it reads as
    /// nothing, and never ends the program.
    fn text(&self, at: usize) -> &str {
        let strings = self.word_at(self.words);
        let start = strings + self.number(at);
        let bytes = self.bytes.get(start..start + self.number(at + 4)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    fn number(&self, at: usize) -> usize {
        u32_at(&self.bytes, at).unwrap_or(0) as usize
    }
}

/// The bytes with their own length and hash, and the stamp in them.
#[cfg(any(test, fuzzing))]
pub(super) fn with_hash(bytes: &[u8]) -> Option<(Vec<u8>, Stamp)> {
    let mut bytes = bytes.to_vec();
    let stamp = Stamp::from_bytes(bytes.get(STAMP_AT..COUNTS_AT)?.try_into().ok()?);
    let length = bytes.len() as u64;
    bytes.get_mut(LENGTH_AT..STAMP_AT)?.copy_from_slice(&length.to_le_bytes());
    let head = Head::length(&bytes)?;
    let hash = blake3::hash(bytes.get(LENGTH_AT..head)?);
    bytes.get_mut(HASH_AT..LENGTH_AT)?.copy_from_slice(hash.as_bytes());
    Some((bytes, stamp))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
