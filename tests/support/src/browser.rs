//! A real browser: Debian's Chromium without a window, driven by WebDriver over plain HTTP.
//!
//! For the one test that goes where a person goes. It reaches loopback and nothing else.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How an element is named in WebDriver's answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long an element may take to appear before the page counts as another one.
const PATIENCE_MS: u32 = 60_000;

/// The browser, with a profile of its own that nobody keeps.
pub struct Browser {
    driver: Child,
    session: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    profile: TempDir,
}

impl Browser {
    /// Starts it.
    ///
    /// # Panics
    /// Where it is not installed, or does not start.
    pub fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("cannot run `chromedriver` ({error}): `cargo xtask servers` installs it on Debian, VANTAGE_TEST_SKIP=browser leaves its test out")
            });
        let port = port(&mut driver);
        let profile = tempfile::Builder::new().prefix("vantage-browser-").tempdir().unwrap();
        let mut browser = Self {
            driver,
            session: format!("http://127.0.0.1:{port}/session"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            profile,
        };
        let begun = browser.tell("", &browser.capabilities());
        browser.session = format!("{}/{}", browser.session, begun["sessionId"].as_str().unwrap());
        browser
    }

    fn capabilities(&self) -> Value {
        let profile = format!("--user-data-dir={}", self.profile.path().display());
        let arguments = [
            "--headless",
            // It runs as root in containers, where its own sandbox cannot be made.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            // The pages ask for a font elsewhere.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            profile.as_str(),
        ];
        json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "timeouts": {"implicit": PATIENCE_MS},
        }}})
    }

    /// Opens a page.
    pub fn open(&self, url: &str) {
        self.tell("/url", &json!({"url": url}));
    }

    /// Types `text` into the first element that `selector` chooses.
    pub fn enter(&self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.tell(&format!("/element/{element}/value"), &json!({"text": text}));
    }

    /// Clicks on the first element that `selector` chooses.
    pub fn click(&self, selector: &str) {
        let element = self.find(selector);
        self.tell(&format!("/element/{element}/click"), &json!({}));
    }

    /// Waits until a heading says `text`.
    pub fn wait_for_heading(&self, text: &str) {
        let path = format!("//h1[normalize-space()='{text}']");
        self.tell("/element", &json!({"using": "xpath", "value": path}));
    }

    /// Waits for what `selector` chooses.
    fn find(&self, selector: &str) -> String {
        let found = self.tell("/element", &json!({"using": "css selector", "value": selector}));
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    fn tell(&self, what: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{what}", self.session)).json(body);
        let answer: Value =
            self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        assert!(answer["value"]["error"].is_null(), "WebDriver {what} {body}: {}", answer["value"]);
        answer["value"].clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; without it, it would outlive its driver.
        let _ = self.runtime.block_on(self.client.delete(&self.session).send());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver says it got.
fn port(driver: &mut Child) -> u16 {
    let mut output = BufReader::new(driver.stdout.take().unwrap());
    let mut said = String::new();
    loop {
        let begin = said.len();
        assert_ne!(output.read_line(&mut said).unwrap(), 0, "chromedriver ended:\n{said}");
        if let Some((_, port)) = said[begin..].split_once("successfully on port ") {
            // Its pipe is read on, so that it never waits for room in it.
            std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
            return port.trim().trim_end_matches('.').parse().unwrap();
        }
    }
}
