//! Session buses: one with a real keyring on it, and sockets that only look like one.
//!
//! The keyring is gnome-keyring in a home of its own; needs the Debian packages dbus, gnome-keyring
//! and libsecret-tools, and a missing one fails the test that asks for it.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

/// Opens the keyring of the home, and makes it where there is none.
const UNLOCKED: &str = "printf %s secret | gnome-keyring-daemon --foreground --unlock";
/// Starts it without the password.
const LOCKED: &str = "gnome-keyring-daemon --foreground";
/// Says where the bus is once the keyring is on it, and ends the keyring when its input ends: by
/// itself it can miss the end of a bus that was short.
const AROUND: &str = r#" --components=secrets >/dev/null 2>&1 &
daemon=$!
until dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
    org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q 'boolean true'
do kill -0 "$daemon" || exit 1
done
echo "$DBUS_SESSION_BUS_ADDRESS"
cat
kill "$daemon"
wait "$daemon"
"#;

/// The home of a keyring, which outlives the buses that it is opened on.
pub(super) struct Home(TempDir);

/// A bus with a keyring. Dropping it ends both.
pub(super) struct Bus<'a> {
    home: &'a Home,
    address: String,
    shell: Child,
    open: Option<ChildStdin>,
}

impl Home {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(super) fn unlocked(&self) -> Bus<'_> {
        self.bus(UNLOCKED)
    }

    pub(super) fn locked(&self) -> Bus<'_> {
        self.bus(LOCKED)
    }

    fn bus(&self, start: &str) -> Bus<'_> {
        let script = format!("{start}{AROUND}");
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "/bin/sh", "-c", &script]);
        self.surround(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().unwrap_or_else(|error| missing("dbus-run-session", "dbus", &error));
        let mut address = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "no keyring came up: is the Debian package gnome-keyring installed?");
        let open = shell.stdin.take();
        Bus { home: self, address, shell, open }
    }

    fn surround(&self, command: &mut Command) {
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", self.0.path());
        for variable in ["XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"] {
            command.env(variable, self.0.path());
        }
    }
}

impl Bus<'_> {
    /// What a program finds the bus by.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// How many entries of ours the keyring has.
    pub(super) fn entries(&self) -> usize {
        let found = self.secret_tool(&["search", "--all", "service", "vantage"], b"");
        found.lines().filter(|line| line.starts_with("label = ")).count()
    }

    /// Takes away every entry of ours.
    pub(super) fn clear(&self) {
        self.secret_tool(&["clear", "service", "vantage"], b"");
    }

    /// Puts 32 bytes of the test's in the place of a key.
    pub(super) fn replace(&self, name: &str) {
        self.secret_tool(&["store", "--label=other", "service", "vantage", "username", name], &[b'x'; 32]);
    }

    fn secret_tool(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut command = Command::new("secret-tool");
        self.home.surround(&mut command);
        command.args(arguments).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| missing("secret-tool", "libsecret-tools", &error));
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Bus<'_> {
    fn drop(&mut self) {
        // Its shell waits for this, and the bus for its shell.
        self.open = None;
        let _ = self.shell.wait();
    }
}

fn missing(program: &str, package: &str, error: &std::io::Error) -> ! {
    panic!("`{program}`, of the Debian package {package}, cannot be started: {error}")
}

/// A socket in the place of a bus, which counts who comes.
pub(super) struct Impostor {
    address: String,
    callers: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl Impostor {
    /// Takes connections, reads what is said, and never answers.
    pub(super) fn silent() -> Self {
        Self::start(|_| {})
    }

    /// Answers everybody with what is not D-Bus, and hangs up.
    pub(super) fn babbling() -> Self {
        Self::start(|stream| {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n\0\0\0\0");
            let _ = stream.shutdown(std::net::Shutdown::Both);
        })
    }

    fn start(answer: fn(&mut std::os::unix::net::UnixStream)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bus");
        let listener = UnixListener::bind(&path).unwrap();
        let callers = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&callers);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                counted.fetch_add(1, Ordering::SeqCst);
                answer(&mut stream);
                std::thread::spawn(move || stream.read_to_end(&mut Vec::new()));
            }
        });
        Self { address: address_of(&path), callers, _folder: folder }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// How many connections were made so far.
    pub(super) fn callers(&self) -> usize {
        self.callers.load(Ordering::SeqCst)
    }
}

fn address_of(path: &Path) -> String {
    format!("unix:path={}", path.display())
}
