//! Two sources of chance, kept apart: secrets come from the system, the seeded world and the
//! dice of `--fail` from a small generator that repeats itself for the same seed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::PlatformError;

/// Fills an array from the system's source of secrets.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], PlatformError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| PlatformError::Random(error.to_string()))?;
    Ok(bytes)
}

/// 256 bits as 43 characters of base64url: a token or a code that no one can guess.
pub(crate) fn secret() -> Result<String, PlatformError> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// Writes 16 bytes as a version 4 UUID.
pub(crate) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Repeatable numbers (SplitMix64). Never for secrets.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// A generator whose numbers depend on `seed` alone.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 when `end` is 0. The bias of the remainder does not matter here.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// True in about `share` of all calls: never for 0, always for 1.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        // 53 bits fill a double exactly, so the number is below 1.
        ((self.next() >> 11) as f64) / ((1_u64 << 53) as f64) < share
    }

    /// A UUID that the seed decides.
    pub(crate) fn uuid(&mut self) -> String {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        uuid(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let draw = |seed| (Dice::new(seed).uuid(), Dice::new(seed).below(1_000));
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn shares_of_nothing_and_everything_are_exact() {
        let mut dice = Dice::new(1);
        assert!((0..1_000).all(|_| !dice.chance(0.0)));
        assert!((0..1_000).all(|_| dice.chance(1.0)));
        let tenth = (0..10_000).filter(|_| dice.chance(0.1)).count();
        assert!((800..1_200).contains(&tenth), "{tenth} of 10000");
    }

    #[test]
    fn secrets_differ_and_uuids_have_their_marks() {
        assert_ne!(secret().unwrap(), secret().unwrap());
        let uuid = uuid([0xff; 16]);
        assert_eq!(uuid, "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
