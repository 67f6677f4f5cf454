//! What a fault of vantage itself prints: where it happened, and nothing of what was worked on.
//!
//! Rust's words for a panic may hold data: a text that is cut in the wrong place is quoted, and so is
//! the error of an `expect`. Here a message is printed only if it stands in the source as it is. The
//! place is enough to find the fault, and a backtrace (`RUST_BACKTRACE=1`) has names alone.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::{self, Location};

use vantage_output::visible::Visible;

/// Makes every later panic of the process print so.
pub fn install() {
    panic::set_hook(Box::new(|panic| {
        let mut text = describe(panic.payload(), panic.location());
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            text = format!("{text}\n{backtrace}");
        }
        // Not through the console: the panic may have come while it was locked.
        let _ = writeln!(std::io::stderr(), "{}", Visible::text(&text));
    }));
}

fn describe(payload: &(dyn Any + Send), location: Option<&Location<'_>>) -> String {
    let place = location.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    // Text made for the occasion is a `String`.
    let message = payload.downcast_ref::<&'static str>().copied();
    let message = message.unwrap_or("its message is withheld, since it may quote what must not be shown");
    format!("error: a fault of vantage itself at {place}: {message}")
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn told(fault: fn()) -> String {
        describe(&*catch_unwind(fault).unwrap_err(), Some(Location::caller()))
    }

    #[test]
    fn only_words_of_the_source_are_printed() {
        assert!(told(|| panic!("no such state")).ends_with(": no such state"));
        let withheld: [fn(); 4] = [
            || panic!("{}", "canary-1"),
            || drop("canary-\u{e9}"[..8].to_owned()),
            || {
                "canary-2".parse::<u8>().map_err(|_| "canary-2").unwrap();
            },
            || panic::resume_unwind(Box::new("canary-3".to_owned())),
        ];
        for fault in withheld {
            let told = told(fault);
            assert!(told.contains("panics.rs:") && !told.contains("canary"), "{told}");
        }
    }
}
