//! What the process was started with: variables, folders of the OS, and what its streams are.
//!
//! This is the only file of the host that reads the environment; the lints of `.clippy.toml` refuse
//! it everywhere else. It decides nothing about profiles or sessions.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use vantage_session::Secret;

use crate::password::Password;

/// Every variable that the host reads; the table in `docs/reference/environment.md` is this list.
const VARIABLES: &[&str] = &[
    "VANTAGE_HOME",
    "VANTAGE_PROFILE",
    "VANTAGE_ISSUER",
    "VANTAGE_CLIENT_ID",
    "VANTAGE_API",
    "VANTAGE_ORGANIZATION",
    "VANTAGE_CREDENTIAL_STORE",
    "VANTAGE_TOKEN_FILE",
    "VANTAGE_CLIENT_SECRET_FILE",
    "VANTAGE_ASSERTION_FILE",
    "VANTAGE_OUTPUT",
    "VANTAGE_NO_INPUT",
    "VANTAGE_OFFLINE",
    "VANTAGE_NO_PLUGINS",
    "VANTAGE_CLOCK",
    "VISUAL",
    "EDITOR",
    "BROWSER",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "SSH_CONNECTION",
    "SSH_TTY",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
    "XDG_CACHE_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "DOCKER_CONFIG",
    "REGISTRY_AUTH_FILE",
    HOME,
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "NO_PROXY",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "TERM",
    "COLUMNS",
];

/// What Docker calls the person's folder.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The variables that are secrets themselves. They are not kept with the others, which can be shown.
const TOKEN: &str = "VANTAGE_TOKEN";
const SIGNING_PASSWORD: &str = "VANTAGE_SIGNING_PASSWORD";

/// What the process was started with.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<&'static str, OsString>,
    token: Option<Secret>,
    /// The error is a value that is no text, with which nothing is to be locked.
    signing_password: Option<Result<Password, ()>>,
    home: Option<PathBuf>,
    /// Whether standard input is a terminal.
    pub stdin_terminal: bool,
    /// Whether standard output is a terminal.
    pub stdout_terminal: bool,
    /// Whether standard error is a terminal.
    pub stderr_terminal: bool,
    /// The terminal's width in columns, where there is one.
    pub width: Option<usize>,
    /// The terminal's height in lines, where there is one.
    pub height: Option<usize>,
}

/// Where the host keeps what it keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Packs and their grants.
    pub data: PathBuf,
    /// Sign-ins.
    pub state: PathBuf,
    /// What can be made again: compiled code, discovery documents.
    pub cache: PathBuf,
}

impl Folders {
    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
}

impl Environment {
    /// Reads the process's environment, once.
    #[expect(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        reason = "this is the one place that reads the environment and the OS's folders"
    )]
    pub fn from_process() -> Self {
        let variables = VARIABLES
            .iter()
            .filter_map(|name| {
                std::env::var_os(name).filter(|value| !value.is_empty()).map(|value| (*name, value))
            })
            .collect();
        let (width, height) = terminal_size();
        Self {
            variables,
            token: token(std::env::var_os(TOKEN)),
            signing_password: password(std::env::var_os(SIGNING_PASSWORD)),
            home: directories::BaseDirs::new().map(|folders| home_of(&folders)),
            stdin_terminal: std::io::stdin().is_terminal(),
            stdout_terminal: std::io::stdout().is_terminal(),
            stderr_terminal: std::io::stderr().is_terminal(),
            width,
            height,
        }
    }

    /// The value of `name` as text; `None` where it is unset, empty or no UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.to_str()
    }

    /// The access token that was given for this run.
    pub fn token(&self) -> Option<Secret> {
        self.token.clone()
    }

    /// The password of the secret key that packs are signed with.
    pub fn signing_password(&self) -> Option<Password> {
        self.signing_password.clone()?.ok()
    }

    /// A variable of ours whose value is no text. Passing over it would run the command for another
    /// profile, or on another platform, than the one that was asked for.
    pub fn unreadable(&self) -> Option<&'static str> {
        let ours =
            |name: &str| name.starts_with("VANTAGE_") && name != "VANTAGE_HOME" && !name.ends_with("_FILE");
        let found = self.variables.iter().find(|(name, value)| ours(name) && value.to_str().is_none());
        let password = || matches!(self.signing_password, Some(Err(()))).then_some(SIGNING_PASSWORD);
        found.map(|(name, _)| *name).or_else(password)
    }

    /// Whether `name` is set to anything but `0` or `false`.
    pub fn is_set(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|value| value != "0" && value != "false")
    }

    /// Whether there is a session bus to find a keyring by. Asking for one without it would start one.
    pub fn has_session_bus(&self) -> bool {
        let socket = || Some(PathBuf::from(self.variables.get("XDG_RUNTIME_DIR")?).join("bus"));
        self.variables.contains_key("DBUS_SESSION_BUS_ADDRESS") || socket().is_some_and(|path| path.exists())
    }

    /// A file or folder that a variable names.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.variables.get(name).map(PathBuf::from)
    }

    /// The files in which `docker login` and `podman login` keep credentials for registries, as these
    /// look for them; most people have none of them, and registries that ask nobody are asked all the same.
    pub fn registry_credentials(&self) -> Vec<PathBuf> {
        let in_home = |rest: &str| self.path(HOME).map(|home| home.join(rest));
        let docker = self.path("DOCKER_CONFIG").or_else(|| in_home(".docker"));
        let podman = self.path("REGISTRY_AUTH_FILE").or_else(|| match cfg!(target_os = "linux") {
            true => self.path("XDG_RUNTIME_DIR").map(|folder| folder.join("containers/auth.json")),
            false => in_home(".config/containers/auth.json"),
        });
        docker.map(|folder| folder.join("config.json")).into_iter().chain(podman).collect()
    }

    /// The person's editor, as a command line: `VISUAL`, `EDITOR`, or what every such system has.
    pub fn editor(&self) -> &str {
        self.text("VISUAL").or_else(|| self.text("EDITOR")).unwrap_or(EDITOR)
    }

    /// Whether a browser that is started on this machine comes up before the person: not over SSH,
    /// nor without a display. Whoever sets `BROWSER` has seen to that.
    pub fn has_browser(&self) -> bool {
        let given = |name| self.variables.contains_key(name);
        let is_remote = given("SSH_CONNECTION") || given("SSH_TTY");
        let has_display = !cfg!(target_os = "linux") || given("DISPLAY") || given("WAYLAND_DISPLAY");
        given("BROWSER") || (!is_remote && has_display)
    }

    /// The variables that are this program's own, which nothing that it starts for the person has any
    /// use for: some of them are secrets.
    pub fn own() -> impl Iterator<Item = &'static str> {
        VARIABLES.iter().copied().filter(|name| name.starts_with("VANTAGE_")).chain([TOKEN, SIGNING_PASSWORD])
    }

    /// The folders in use: below `VANTAGE_HOME` where it is set, else where the OS has them.
    ///
    /// `None` where there is neither `VANTAGE_HOME` nor a home folder.
    pub fn folders(&self) -> Option<Folders> {
        if let Some(home) = self.variables.get("VANTAGE_HOME") {
            let home = std::path::absolute(home).ok()?;
            return Some(Folders {
                data: home.join("data"),
                state: home.join("state"),
                cache: home.join("cache"),
                config: home,
            });
        }
        let folder = |variable: &str, default: &str| {
            let given = self.variables.get(variable).map(PathBuf::from).filter(|path| path.is_absolute());
            Some(given.or_else(|| Some(self.home.as_ref()?.join(default)))?.join("vantage"))
        };
        Some(Folders {
            config: folder("XDG_CONFIG_HOME", CONFIG)?,
            data: folder("XDG_DATA_HOME", DATA)?,
            state: folder("XDG_STATE_HOME", STATE)?,
            cache: folder("XDG_CACHE_HOME", CACHE)?,
        })
    }
}

/// Linux, macOS and the other Unixes share the defaults of the XDG base directories: the same
/// dotfiles then serve a laptop and the cluster's login node.
const CONFIG: &str = if cfg!(windows) { "config" } else { ".config" };
const DATA: &str = if cfg!(windows) { "data" } else { ".local/share" };
const STATE: &str = if cfg!(windows) { "state" } else { ".local/state" };
const CACHE: &str = if cfg!(windows) { "cache" } else { ".cache" };

const EDITOR: &str = if cfg!(windows) { "notepad" } else { "vi" };

#[expect(clippy::disallowed_types, reason = "called by the one place that may")]
fn home_of(folders: &directories::BaseDirs) -> PathBuf {
    if cfg!(windows) {
        // Local, not Roaming: sign-ins and compiled code belong to one machine.
        folders.data_local_dir().to_path_buf()
    } else {
        folders.home_dir().to_path_buf()
    }
}

/// A value that is no text becomes one that no token can be, so that it is refused and not passed over.
fn token(value: Option<OsString>) -> Option<Secret> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(Secret::from(value.into_string().unwrap_or_else(|_| "not text".to_owned())))
}

fn password(value: Option<OsString>) -> Option<Result<Password, ()>> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(value.into_string().map(Password::new).map_err(|_| ()))
}

/// Columns and lines of the terminal.
#[cfg(unix)]
pub fn terminal_size() -> (Option<usize>, Option<usize>) {
    let size = rustix::termios::tcgetwinsize(std::io::stdout())
        .or_else(|_| rustix::termios::tcgetwinsize(std::io::stderr()));
    let known = |length: u16| (length > 0).then_some(usize::from(length));
    size.map_or((None, None), |size| (known(size.ws_col), known(size.ws_row)))
}

#[cfg(not(unix))]
pub fn terminal_size() -> (Option<usize>, Option<usize>) {
    (None, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&'static str, &str)], home: Option<&str>) -> Environment {
        Environment {
            variables: variables.iter().map(|(name, value)| (*name, OsString::from(value))).collect(),
            home: home.map(PathBuf::from),
            ..Environment::default()
        }
    }

    #[test]
    fn vantage_home_moves_everything_together() {
        let folders =
            environment(&[("VANTAGE_HOME", "/v"), ("XDG_DATA_HOME", "/elsewhere")], Some("/home/u"))
                .folders()
                .unwrap();
        assert_eq!(folders.config_file(), PathBuf::from("/v/config.toml"));
        assert_eq!(folders.data, PathBuf::from("/v/data"));
    }

    #[test]
    fn relative_xdg_folders_are_ignored_as_the_specification_says() {
        let folders = environment(&[("XDG_STATE_HOME", "state")], Some("/home/u")).folders().unwrap();
        assert_eq!(folders.state, PathBuf::from("/home/u/.local/state/vantage"));
    }

    #[test]
    fn a_session_bus_is_named_or_lies_where_it_is_by_custom() {
        let runtime = tempfile::tempdir().unwrap();
        let folder = runtime.path().to_str().unwrap();
        assert!(!environment(&[], None).has_session_bus());
        assert!(environment(&[("DBUS_SESSION_BUS_ADDRESS", "unix:path=/b")], None).has_session_bus());
        assert!(!environment(&[("XDG_RUNTIME_DIR", folder)], None).has_session_bus());
        std::fs::File::create(runtime.path().join("bus")).unwrap();
        assert!(environment(&[("XDG_RUNTIME_DIR", folder)], None).has_session_bus());
    }

    #[test]
    fn a_browser_is_started_only_where_the_person_sees_it() {
        let seen = |variables: &[(&'static str, &str)]| environment(variables, None).has_browser();
        assert!(seen(&[("DISPLAY", ":0")]) && seen(&[("WAYLAND_DISPLAY", "wayland-0")]));
        assert_eq!(seen(&[]), !cfg!(target_os = "linux"));
        assert!(!seen(&[("DISPLAY", ":0"), ("SSH_CONNECTION", "10.0.0.1 5 10.0.0.2 22")]));
        assert!(!seen(&[("DISPLAY", ":0"), ("SSH_TTY", "/dev/pts/1")]));
        assert!(seen(&[("SSH_TTY", "/dev/pts/1"), ("BROWSER", "open-at-home")]));
    }

    #[test]
    fn credentials_for_registries_are_where_those_who_keep_them_look() {
        let files = |variables: &[(&'static str, &str)]| environment(variables, None).registry_credentials();
        assert_eq!(files(&[]), Vec::<PathBuf>::new());
        assert_eq!(files(&[(HOME, "/h")])[0], PathBuf::from("/h/.docker/config.json"));
        assert_eq!(
            files(&[(HOME, "/h"), ("DOCKER_CONFIG", "/d"), ("REGISTRY_AUTH_FILE", "/a.json")]),
            [PathBuf::from("/d/config.json"), PathBuf::from("/a.json")]
        );
        let podman = files(&[("XDG_RUNTIME_DIR", "/run/user/1")]);
        let expected = cfg!(target_os = "linux").then(|| PathBuf::from("/run/user/1/containers/auth.json"));
        assert_eq!(podman, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_editor_is_the_persons() {
        assert_eq!(environment(&[("VISUAL", "code --wait"), ("EDITOR", "ed")], None).editor(), "code --wait");
        assert_eq!(environment(&[("EDITOR", "ed")], None).editor(), "ed");
        assert_eq!(environment(&[], None).editor(), EDITOR);
    }

    #[test]
    fn without_any_home_there_are_no_folders() {
        assert_eq!(environment(&[], None).folders(), None);
    }
}
