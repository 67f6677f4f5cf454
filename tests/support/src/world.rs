//! One test's world: a home, a platform in this process, and the binary to run in it.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use portable_pty::CommandBuilder;
use serde_json::Value;
use tempfile::TempDir;
use vantage_platform::{Options, Ready, Running};

use crate::canary::Canary;
use crate::ran::Ran;
use crate::shape;
use crate::terminal::Terminal;

/// The time that tests call now.
const NOW: &str = "2026-06-01T12:00:00Z";

/// A home, a platform and a binary.
pub struct World {
    binary: PathBuf,
    home: TempDir,
    ready: Ready,
    platform: Option<Running>,
    canary: Canary,
    /// Where a test has put a token itself.
    exceptions: Mutex<Vec<PathBuf>>,
    // Serves the platform; last, so that it outlives it.
    runtime: tokio::runtime::Runtime,
}

impl World {
    /// A world whose platform has `options`, with a profile for it in use; nobody is signed in.
    ///
    /// # Panics
    /// Where the machine has no loopback or no room: no test can run then.
    pub fn new(binary: &str, options: Options) -> Self {
        let canary = options.canary.as_deref().map_or_else(Canary::of_worlds, Canary::new);
        let options = Options { canary: Some(canary.text().to_owned()), ..options };
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let platform = runtime.block_on(vantage_platform::serve(options)).unwrap();
        let ready = platform.ready.clone();
        let world = Self {
            ready,
            binary: PathBuf::from(binary),
            home: tempfile::Builder::new().prefix("vantage it ").tempdir().unwrap(),
            platform: Some(platform),
            canary,
            exceptions: Mutex::default(),
            runtime,
        };
        let Ready { issuer, api, .. } = world.ready();
        world.run(&["profile", "create", "test", "--issuer", issuer, "--api", api, "--use"]).expect(0);
        world
    }

    /// As [`World::new`], signed in as the platform's first user.
    pub fn signed_in(binary: &str, options: Options) -> Self {
        let world = Self::new(binary, Options { auto_approve: true, ..options });
        world.run(&["login"]).expect(0);
        world
    }

    /// The folder that stands for everything the user has.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// What every token of the platform holds, and no stream, terminal or file may.
    pub fn canary(&self) -> &Canary {
        &self.canary
    }

    /// Says that there may be a token below `path`, since the test has one put there.
    pub fn has_tokens_in(&self, path: impl Into<PathBuf>) {
        self.exceptions.lock().unwrap().push(path.into());
    }

    /// Looks for tokens in every file that the user has; gives how many were looked into.
    ///
    /// # Panics
    /// Where one is found that is neither in a record of the credential store nor where a test put it.
    #[track_caller]
    pub fn no_file_has_a_token(&self) -> usize {
        self.canary.is_in_no_file(self.home(), &self.exceptions.lock().unwrap())
    }

    /// Where the platform listens.
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// Ends the platform: from now on nobody answers at its address.
    pub fn stop_platform(&mut self) {
        if let Some(platform) = self.platform.take() {
            self.runtime.block_on(platform.stop());
        }
    }

    /// Starts a platform where the one was that has been stopped: at the same address.
    ///
    /// # Panics
    /// Where somebody else listens there by now.
    pub fn start_platform(&mut self, options: Options) {
        let canary = Some(self.canary.text().to_owned());
        let options = Options { port: self.ready.port, canary, ..options };
        self.platform = Some(self.runtime.block_on(vantage_platform::serve(options)).unwrap());
    }

    /// The binary with `arguments` in this world: nothing of the developer's environment, no
    /// terminal, a pinned clock.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).env_clear().stdin(Stdio::null());
        command.env("VANTAGE_HOME", self.home()).env("VANTAGE_CLOCK", NOW);
        command
    }

    /// Runs the binary with `arguments`, and waits for its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.finish(&mut self.command(arguments))
    }

    /// Runs a command made by [`World::command`], and holds records that it prints as JSON to its schema.
    #[track_caller]
    pub fn finish(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let ran = Ran::new(&output, |text| self.normal(text));
        let arguments: Option<Vec<String>> =
            command.get_args().map(|argument| argument.to_str().map(str::to_owned)).collect();
        if let Some(arguments) = arguments.filter(|_| command.get_program() == self.binary.as_os_str()) {
            let records = shape::records(&arguments, &ran);
            if !records.is_empty() {
                let line: Vec<&str> =
                    ["--schema"].into_iter().chain(arguments.iter().map(String::as_str)).collect();
                shape::compare(&records, &mut self.command(&line));
            }
        }
        ran
    }

    /// The packs that `plugin list` names, each with its status.
    ///
    /// # Panics
    /// Where the command fails or shows anything else.
    pub fn packs(&self) -> BTreeMap<String, String> {
        let listed = self.run(&["plugin", "list", "-o", "json"]).expect(0).json();
        let text = |pack: &Value, key: &str| pack[key].as_str().unwrap().to_owned();
        listed.as_array().unwrap().iter().map(|pack| (text(pack, "id"), text(pack, "status"))).collect()
    }

    /// Whether [`World::packs`] are those that are part of the binary, and no others.
    pub fn only_bundled(&self) -> bool {
        let packs = self.packs();
        !packs.is_empty() && packs.values().all(|status| status == "bundled")
    }

    /// Starts the binary with `arguments` on a terminal of 100 columns.
    pub fn on_terminal(&self, arguments: &[&str]) -> Terminal {
        self.on_terminal_with(arguments, &[])
    }

    /// As [`World::on_terminal`], with variables beside those that tests always have.
    pub fn on_terminal_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Terminal {
        let mut command = self.command_for_terminal(self.binary.as_os_str(), variables);
        command.args(arguments);
        self.looked_at(Terminal::start(command, 100).unwrap())
    }

    /// As [`World::on_terminal`], where `typed` was typed before the binary was started.
    pub fn on_terminal_typed_ahead(&self, arguments: &[&str], typed: &str) -> Terminal {
        let mut command = self.command_for_terminal(self.binary.as_os_str(), &[]);
        command.args(arguments);
        self.looked_at(Terminal::start_with_typed(command, 100, typed).unwrap())
    }

    /// Starts a script of the shell's on a terminal, in which `"$@"` is the binary with `arguments`.
    pub fn script_on_terminal(&self, script: &str, arguments: &[&str]) -> Terminal {
        let mut command = self.command_for_terminal(OsStr::new("/bin/sh"), &[]);
        command.args(["-c", script, "sh"]);
        command.arg(&self.binary);
        command.args(arguments);
        self.looked_at(Terminal::start(command, 100).unwrap())
    }

    /// Starts a script of the shell's in `folder`, on a terminal of `columns`, in which the binary and those
    /// beside it are found by their names.
    pub fn shell(&self, script: &str, folder: &Path, columns: u16, variables: &[(&str, &str)]) -> Terminal {
        let mut command = self.command_for_terminal(OsStr::new("/bin/sh"), variables);
        command.args(["-c", script]);
        command.cwd(folder);
        let own = self.binary.parent().unwrap_or(Path::new(".")).display();
        command.env("PATH", format!("{own}:/usr/local/bin:/usr/bin:/bin"));
        self.looked_at(Terminal::start(command, columns).unwrap())
    }

    /// A terminal emulator that waits to run a script of the shell's, in which `"$@"` is the binary.
    #[cfg(target_os = "linux")]
    pub fn in_emulator(&self, script: &str) -> crate::emulator::Emulator {
        let variables = [("VANTAGE_HOME", self.home()), ("VANTAGE_CLOCK", Path::new(NOW))];
        crate::emulator::Emulator::start(script, &[self.binary.to_str().unwrap()], &variables)
    }

    fn looked_at(&self, terminal: Terminal) -> Terminal {
        let canary = self.canary.clone();
        terminal.looked_at(move |drawn| {
            canary.is_not_in(drawn.as_bytes(), &"what was drawn on a terminal");
            // Long lines go on behind a bar, where the canary would be in two parts.
            let rows = drawn.lines().map(|row| row.trim().trim_start_matches("| "));
            canary.is_not_in(rows.collect::<String>().as_bytes(), &"rows of a terminal");
        })
    }

    fn command_for_terminal(&self, program: &OsStr, variables: &[(&str, &str)]) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("VANTAGE_HOME", self.home());
        command.env("VANTAGE_CLOCK", NOW);
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        command
    }

    /// Posts a form to an endpoint of the identity provider, as in `auth/device`.
    pub(crate) fn post_form(&self, endpoint: &str, form: &[(&str, &str)]) -> Value {
        let address = format!("{}/protocol/openid-connect/{endpoint}", self.ready().issuer);
        let request = reqwest::Client::new().post(address).form(form);
        self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
    }

    /// Asks the platform's own pages, as in `admin/stats`.
    pub fn admin(&self, path: &str) -> Value {
        let address = format!("{}/admin/{path}", self.ready().api);
        self.runtime.block_on(async { reqwest::get(address).await.unwrap().json().await.unwrap() })
    }

    /// Tells the platform something, as in `admin/expire`.
    pub fn tell(&self, path: &str, body: &Value) {
        let address = format!("{}/admin/{path}", self.ready().api);
        let client = reqwest::Client::new();
        let answer = self.runtime.block_on(client.post(address).json(body).send()).unwrap();
        assert!(answer.status().is_success(), "admin/{path}: {}", answer.status());
    }

    /// Approves a device code as the platform's first user, as a person does on its page.
    pub fn approve(&self, user_code: &str) {
        let page = format!("{}/device", self.ready().issuer);
        let form = [("user_code", user_code), ("user", self.ready().user.as_str()), ("decision", "approve")];
        let request = reqwest::Client::new().post(page).form(&form);
        let answer = self.runtime.block_on(request.send()).unwrap();
        assert!(answer.status().is_success(), "approving {user_code}: {}", answer.status());
    }

    /// The text, which is to hold no token, with what differs from run to run replaced.
    ///
    /// # Panics
    /// Where it holds one.
    #[track_caller]
    pub fn normal(&self, text: &str) -> String {
        self.canary.is_not_in(text.as_bytes(), &text);
        let home = self.home().display().to_string();
        scrub(&text.replace(&home, "[HOME]").replace(&self.ready.api, "[PLATFORM]"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // A test that has failed says why by itself.
        if !std::thread::panicking() {
            self.no_file_has_a_token();
        }
    }
}

/// `outer`, which starts `command`, with the environment of that and nothing else.
pub fn with_environment(mut outer: Command, command: &Command) -> Command {
    outer.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
}

/// The text with digests and request ids replaced.
pub fn scrub(text: &str) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("sha256:") {
        let (before, digest) = rest.split_at(at);
        let hexadecimal = digest[7..].bytes().take_while(u8::is_ascii_hexdigit).count();
        scrubbed.push_str(before);
        scrubbed.push_str(if hexadecimal == 64 { "sha256:[DIGEST]" } else { &digest[..7 + hexadecimal] });
        rest = &digest[7 + hexadecimal..];
    }
    scrubbed.push_str(rest);
    scrubbed
}

#[cfg(test)]
mod tests {
    use super::scrub;

    #[test]
    fn only_whole_digests_are_replaced() {
        let digest = "a".repeat(64);
        assert_eq!(scrub(&format!("x sha256:{digest}, sha256:abc.")), "x sha256:[DIGEST], sha256:abc.");
    }
}
