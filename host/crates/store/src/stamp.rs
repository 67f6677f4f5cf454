//! Which state of the index a catalog was made from, told by one `fstat`.
//!
//! Size and time of change alone can lie: two changes within one tick of the file system's clock may
//! leave both the same. So whoever writes the index gives it a time of change that is later than that
//! of every index before it ([`Stamp::mark_newer`]), by a nanosecond if need be, or by as much as the
//! file system can tell apart. Changes by hand are caught by the rest: the time of change of the
//! inode, its number and the size. A stamp that differs although the content does not (a restored
//! backup) costs one rebuild. Used by `index.rs` and the catalog.

use std::fmt;
use std::fs::{File, FileTimes, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Steps from the finest to the coarsest clock that file systems have: FAT counts two seconds.
const STEPS: [Duration; 5] = [
    Duration::from_nanos(1),
    Duration::from_micros(1),
    Duration::from_millis(1),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The state of an index file, or of a pack's that is followed. In text it is six numbers with `-` between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Stamp([u64; 6]);

impl Stamp {
    /// How many bytes [`Stamp::to_bytes`] gives.
    pub(crate) const LENGTH: usize = 48;

    /// The state that `metadata` tells.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self([
            metadata.len(),
            metadata.ino(),
            metadata.mtime().cast_unsigned(),
            metadata.mtime_nsec().cast_unsigned(),
            metadata.ctime().cast_unsigned(),
            metadata.ctime_nsec().cast_unsigned(),
        ])
    }

    /// For the catalog.
    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        for (place, number) in bytes.chunks_exact_mut(8).zip(self.0) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// What [`Stamp::to_bytes`] gave.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        let mut numbers = [0; 6];
        for (number, place) in numbers.iter_mut().zip(bytes.chunks_exact(8)) {
            *number = u64::from_le_bytes(place.try_into().unwrap_or_default());
        }
        Self(numbers)
    }

    /// Gives `file`, which is about to replace the index of this stamp, a later time of change.
    pub(crate) fn mark_newer(self, file: &File) -> io::Result<()> {
        let before = self.modified();
        for step in STEPS {
            let now = file.metadata()?.modified()?;
            if now > before {
                return Ok(());
            }
            file.set_times(FileTimes::new().set_modified(before + step))?;
        }
        match file.metadata()?.modified()? > before {
            true => Ok(()),
            false => Err(io::Error::other("the file system keeps no times of change")),
        }
    }

    fn modified(self) -> SystemTime {
        let [_, _, seconds, nanoseconds, ..] = self.0;
        let seconds = seconds.cast_signed();
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let start = if seconds < 0 { UNIX_EPOCH - whole } else { UNIX_EPOCH + whole };
        start + Duration::from_nanos(nanoseconds)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, f] = self.0;
        write!(formatter, "{a}-{b}-{c}-{d}-{e}-{f}")
    }
}

impl FromStr for Stamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<u64>> = text.split('-').map(|number| number.parse().ok()).collect();
        let numbers = numbers.and_then(|numbers| numbers.try_into().ok());
        numbers.map(Self).ok_or_else(|| format!("{text:?} is not the state of a file"))
    }
}

impl TryFrom<String> for Stamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_reads_as_it_is_written() {
        let stamp = Stamp([1, u64::MAX, 3, 4, 5, 6]);
        assert_eq!(stamp.to_string().parse(), Ok(stamp));
        for text in ["", "1-2-3-4-5", "1-2-3-4-5-6-7", "1-2-3-4-5-x", "1-2-3-4-5-"] {
            text.parse::<Stamp>().unwrap_err();
        }
    }

    #[test]
    fn a_successor_is_newer_even_when_the_clock_goes_back() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        for ahead in [Duration::ZERO, Duration::from_secs(86_400 * 365)] {
            let file = File::create(&old).unwrap();
            let time = file.metadata().unwrap().modified().unwrap() + ahead;
            file.set_times(FileTimes::new().set_modified(time)).unwrap();
            let before = Stamp::of(&file.metadata().unwrap());
            assert_eq!(before.modified(), time);

            let successor = File::create(&new).unwrap();
            successor.set_times(FileTimes::new().set_modified(time)).unwrap();
            before.mark_newer(&successor).unwrap();
            assert!(successor.metadata().unwrap().modified().unwrap() > time);
        }
    }
}
