//! A password: typed at the terminal or given by a variable, not shown, and wiped when it is let go.
//!
//! Unlike a token it has to be given out, to what derives a key from it. Nothing here asks for one.

use std::fmt;

use zeroize::Zeroizing;

/// The longest that minisign takes, in bytes.
pub const LONGEST: usize = 1024;

/// A text that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text, for what uses it.
    pub fn exposed(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn it_cannot_be_formatted() {
        assert_eq!(format!("{:?}", Some(Password::new("hunter2".into()))), "Some(Password([redacted]))");
    }
}
