//! A link as a QR code, for whoever signs in with another device in the hand.
//!
//! Two modules a character, in half blocks. It is drawn on a terminal that is wide enough, and said
//! to be missing anywhere else: the link stands above it in any case.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use vantage_output::Console;

/// Draws `link`, or notes why not.
pub fn draw(link: &str, console: &Console) {
    let Some(rows) = rows(link) else {
        return console.note("the link is too long for a QR code");
    };
    if !console.picture(&rows) {
        let columns = rows.first().map_or(0, |row| row.chars().count());
        console.note(&format!("the QR code is not drawn: it takes a terminal of {columns} columns"));
    }
}

/// The rows of the picture, dark modules as characters and light ones as spaces; with the margin of
/// four modules that readers need. `None` where the link does not fit in the largest code.
fn rows(link: &str) -> Option<Vec<String>> {
    // Nothing is ever smudged on a screen, so the least redundancy, and the smallest code, will do.
    let code = QrCode::with_error_correction_level(link, EcLevel::L).ok()?;
    let picture = code.render::<Dense1x2>().module_dimensions(1, 1).build();
    Some(picture.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn a_link_is_a_square_with_a_margin() {
        let rows = rows("https://auth.example/realms/vantage/device?user_code=ABCD-EFGH").unwrap();
        let columns = rows[0].chars().count();
        assert!(rows.iter().all(|row| row.chars().count() == columns), "{rows:#?}");
        assert_eq!(rows.len(), columns.div_ceil(2));
        assert!(rows[..2].iter().all(|row| row.trim().is_empty()), "{rows:#?}");
        assert!(rows[2].starts_with("    █▀▀▀▀▀█"), "{rows:#?}");
    }

    #[test]
    fn what_no_code_can_hold_is_none() {
        assert_eq!(rows(&"x".repeat(5000)), None);
    }
}
