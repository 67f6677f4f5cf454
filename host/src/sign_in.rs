//! What a person sees of a sign-in while it waits for them.
//!
//! The session crate runs the device flow and knows no terminal; this shows its code, whoever started
//! the flow: `vantage login`, or a command whose sign-in has ended. Code and link are shown always
//! and first. A browser and a QR code come on top, and where they fail nothing is lost.

pub mod browser;
pub mod moving;
pub mod qr;

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vantage_output::Console;
use vantage_session::{Audience, DeviceCode};

use crate::context::Context;

/// What comes on top of code and link.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Do not open a browser.
    pub no_browser: bool,
    /// Draw the link as a QR code.
    pub qr: bool,
}

/// Shows a person the code of a sign-in, and that it is waited for.
#[derive(Debug)]
pub struct Presenter {
    console: Console,
    opens_browser: bool,
    qr: bool,
    /// The progress display of the wait.
    waiting: Mutex<Option<u64>>,
}

impl Presenter {
    /// A presenter for the terminal, or the pipe, that the process has.
    pub fn new(context: &Context, options: Options) -> Self {
        Self {
            console: context.console().clone(),
            opens_browser: !options.no_browser && context.attended() && context.environment().has_browser(),
            qr: options.qr,
            waiting: Mutex::default(),
        }
    }

    /// Shows the code and the link, and says from then on that the person is waited for.
    pub fn show(&self, code: &DeviceCode) {
        let console = &self.console;
        console.announce(&format!("code: {}", code.user_code));
        console.announce(&format!("link: {}", code.verification_uri));
        console.note("open the link in any browser, enter the code, and approve only if you started this");
        let link = code.verification_uri_complete.as_ref().unwrap_or(&code.verification_uri);
        if self.qr {
            qr::draw(link, console);
        }
        if self.opens_browser {
            console.note("the link opens in your browser; see that it shows the same code");
            browser::start(link, console);
        }
        let until = until(code, Timestamp::now(), TimeZone::system());
        let title = format!("waiting for your approval; the code is good until {until}");
        *self.waiting() = Some(console.start_progress("", &title, None));
    }

    /// Ends the wait. Dropping the presenter does it too.
    pub fn done(&self) {
        if let Some(progress) = self.waiting().take() {
            self.console.end_progress(progress);
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<u64>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Presenter {
    fn drop(&mut self) {
        self.done();
    }
}

/// What a session tells while a command runs: notes and warnings, and the code of a sign-in that has
/// to be begun in the middle.
pub struct Teller {
    presenter: Presenter,
    attended: bool,
}

impl Teller {
    /// A teller for the terminal, or the pipe, that the process has.
    pub fn new(context: &Context) -> Self {
        Self { presenter: Presenter::new(context, Options::default()), attended: context.attended() }
    }
}

impl Audience for Teller {
    fn note(&self, text: &str) {
        self.presenter.console.note(text);
    }

    fn warn(&self, text: &str) {
        self.presenter.console.warn(text);
    }

    fn attended(&self) -> bool {
        self.attended
    }

    fn show_code(&self, code: &DeviceCode) {
        self.presenter.show(code);
    }

    fn code_decided(&self) {
        self.presenter.done();
    }
}

/// The time of day at which the code expires: a number of minutes would be wrong a minute later.
fn until(code: &DeviceCode, now: Timestamp, zone: TimeZone) -> String {
    let until = now.saturating_add(code.expires_in).unwrap_or(Timestamp::MAX);
    until.to_zoned_datetime(zone).strftime("%H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_code_is_good_until_a_time_of_day_in_a_zone() {
        let code = DeviceCode {
            user_code: "AB-CD".to_owned(),
            verification_uri: "https://a.example/device".to_owned(),
            verification_uri_complete: None,
            expires_in: Duration::from_secs(600),
        };
        let now = "2026-06-01T23:55:30Z".parse().unwrap();
        assert_eq!(until(&code, now, TimeZone::UTC), "00:05 UTC");
    }
}
