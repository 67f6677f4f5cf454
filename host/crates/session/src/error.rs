//! Everything that can go wrong with a session.
//!
//! Messages say what happened, in lower case and without advice; advice is [`SessionError::hints`]
//! in `error/advice.rs`, with the kind that the host turns into an exit status. No variant carries
//! a token, and none carries an answer's body: text from servers is bounded and made printable
//! before it gets here.

mod advice;

use std::path::PathBuf;
use std::sync::Arc;

pub use advice::ErrorKind;

/// Why something about configuration, sign-in or the platform's APIs failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The configuration file is not TOML.
    #[error("`{path}` is not valid TOML at line {line}, column {column}: {problem}")]
    Syntax {
        /// The file.
        path: String,
        /// Counted from one.
        line: usize,
        /// Counted from one, in characters.
        column: usize,
        /// What the parser says.
        problem: String,
    },
    /// The configuration file's `version` is not one that this program knows.
    #[error("`{path}` has version {found}, and this vantage knows version {known}")]
    ConfigurationVersion {
        /// The file.
        path: String,
        /// What it says.
        found: i64,
        /// The newest one known.
        known: i64,
    },
    /// The configuration file was changed by someone else between reading and saving.
    #[error("`{path}` was changed by another program in the meantime")]
    ConfigurationChanged {
        /// The file.
        path: String,
    },
    /// A setting has a value that cannot be used.
    #[error("`{key}` from {origin} cannot be used: {problem}")]
    Setting {
        /// As in the configuration file, or `profiles.NAME.key`.
        key: String,
        /// A flag, a variable, or a file with its line.
        origin: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no such setting.
    #[error("`{key}` is not a setting of a profile")]
    SettingUnknown {
        /// As the user wrote it.
        key: String,
        /// The setting that looks most like it.
        nearest: Option<String>,
    },
    /// A profile cannot have that name.
    #[error("`{name}` cannot be the name of a profile")]
    ProfileName {
        /// As the user wrote it.
        name: String,
    },
    /// There is no such profile.
    #[error("profile `{name}` does not exist; there are: {}", known.join(", "))]
    ProfileUnknown {
        /// As the user wrote it.
        name: String,
        /// Those that exist.
        known: Vec<String>,
    },
    /// A profile of that name is there already.
    #[error("profile `{name}` exists already")]
    ProfileExists {
        /// Its name.
        name: String,
    },
    /// A profile that is built in cannot be renamed.
    #[error("profile `{name}` is built in, and not written in the configuration")]
    ProfileBuiltIn {
        /// Its name.
        name: String,
    },
    /// The profile in use cannot be deleted.
    #[error("profile `{name}` is the one in use")]
    ProfileActive {
        /// Its name.
        name: String,
    },
    /// The keyring of the operating system cannot be used to keep a sign-in.
    #[error("the sign-in cannot be kept in the keyring: {reason}")]
    KeyringUnreachable {
        /// What the keyring says, or why there is none.
        reason: String,
    },
    /// The stored sign-in is sealed by a key that is out of reach. It is whole, and stays.
    #[error("the sign-in in `{}` is locked, since its key in the keyring is out of reach: {reason}", path.display())]
    RecordLocked {
        /// The record.
        path: PathBuf,
        /// What the keyring says.
        reason: String,
    },
    /// The credential command gave back something that is no sign-in.
    #[error("what the credential command `{program}` keeps is not the sign-in: {problem}")]
    CommandRecord {
        /// The program.
        program: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is a sign-in that would be lost.
    #[error("profile `{profile}` is signed in already")]
    SignedInAlready {
        /// The profile's name.
        profile: String,
    },
    /// Somebody else has renewed the sign-in while it was renewed here.
    #[error("another process renewed the sign-in in the meantime")]
    RenewedElsewhere,
    /// Making room for the next sign-in took so long that the lock may be somebody else's by now.
    #[error("the sign-in could not be refreshed, since where it is kept took too long")]
    TooSlow,
    /// A sign-in cannot go to a store that keeps none.
    #[error("profile `{profile}` is signed in, and the store `memory` keeps no sign-in")]
    KeepsNothing {
        /// The profile's name.
        profile: String,
    },
    /// A file or folder could not be used.
    #[error("could not {action} `{}`", path.display())]
    File {
        /// A verb.
        action: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file or folder is not the user's alone.
    #[error("`{}` {problem}", path.display())]
    Unsafe {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// A command or an act that mends it.
        remedy: String,
    },
    /// The stored sign-in cannot be read, and was moved out of the way.
    #[error("the stored sign-in was damaged ({problem}) and has been set aside as `{}`", kept.display())]
    RecordCorrupted {
        /// What is wrong with it.
        problem: String,
        /// Where it lies now.
        kept: PathBuf,
    },
    /// The stored sign-in cannot be read, and somebody is at work on it just now.
    #[error("the stored sign-in `{}` is damaged ({problem})", path.display())]
    RecordDamaged {
        /// What is wrong with it.
        problem: String,
        /// Where it lies.
        path: PathBuf,
    },
    /// The stored sign-in was written by a newer program.
    #[error("the stored sign-in `{}` has version {found}, which this vantage does not know", path.display())]
    RecordVersion {
        /// The record.
        path: PathBuf,
        /// What it says.
        found: u64,
    },
    /// Another process held the lock for too long.
    #[error("another process has been using the sign-in for 30 seconds (lock file `{}`)", path.display())]
    LockBusy {
        /// The lock file.
        path: PathBuf,
    },
    /// Files cannot be locked there, and without a lock nothing is renewed.
    #[error("files cannot be locked where `{}` is", path.display())]
    LockUnsupported {
        /// The lock file, or the folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The program that keeps the sign-in did not do what it was asked.
    #[error("the credential command `{program}` could not {action} the sign-in: {problem}")]
    CredentialCommand {
        /// The program, without its arguments.
        program: String,
        /// A verb.
        action: &'static str,
        /// What happened, in our words or its; bounded, printable, and without tokens.
        problem: String,
        /// A line for a shell that asks it the same by hand.
        attempt: String,
    },
    /// Nobody is signed in.
    #[error("not signed in with profile `{profile}`")]
    NotSignedIn {
        /// The profile's name.
        profile: String,
    },
    /// The sign-in has come to its end.
    #[error("the sign-in of profile `{profile}` has ended: {reason}")]
    SignInEnded {
        /// The profile's name.
        profile: String,
        /// Why.
        reason: String,
    },
    /// A token was given for this run, so there is no sign-in to change.
    #[error("the sign-in comes from {from} and cannot be changed here")]
    TokenGiven {
        /// The variable or option that gave it.
        from: String,
    },
    /// The file that a variable names cannot be used.
    #[error("the file that {from} names cannot be used")]
    GivenFile {
        /// The variable.
        from: String,
        /// Why not.
        #[source]
        source: Box<SessionError>,
    },
    /// A given token cannot be used.
    #[error("the token from {from} cannot be used: {problem}")]
    TokenUnusable {
        /// The variable or option that gave it.
        from: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The person said no.
    #[error("the sign-in was refused in the browser")]
    DeviceDenied,
    /// Nobody approved the code in time.
    #[error("the code expired before it was approved")]
    DeviceExpired,
    /// The provider has no device sign-in.
    #[error("the provider `{issuer}` offers no sign-in by device code")]
    DeviceUnsupported {
        /// The provider.
        issuer: String,
    },
    /// The user belongs to several organizations and chose none.
    #[error("the sign-in belongs to several organizations ({}), and none was chosen", names.join(", "))]
    OrganizationSeveral {
        /// Their names.
        names: Vec<String>,
        /// The profile's name.
        profile: String,
    },
    /// The sign-in is not for the organization that was asked for.
    #[error("the sign-in is not for organization `{wanted}`{}", listed(present))]
    OrganizationMissing {
        /// Whom the user asked for.
        wanted: String,
        /// For whom it is.
        present: Vec<String>,
    },
    /// The endpoint was not part of the profile at sign-in, so it gets no token.
    #[error("the sign-in of profile `{profile}` is not for `{origin}`")]
    OriginRefused {
        /// Scheme, host and port of the endpoint.
        origin: String,
        /// The profile's name.
        profile: String,
        /// For which origins it is.
        bound: Vec<String>,
    },
    /// An address that no request is sent to.
    #[error("`{url}` cannot be used: {problem}")]
    Address {
        /// The address.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The identity provider's answer makes no sense.
    #[error("`{url}` gave an answer that cannot be used: {problem}")]
    Provider {
        /// Who answered.
        url: String,
        /// What is wrong with it.
        problem: String,
        /// The request's id, to find it in the provider's log.
        request_id: String,
    },
    /// The identity provider said no, in OAuth's words.
    #[error("`{url}` refused: {code}{}", described(description))]
    ProviderRefused {
        /// Who answered.
        url: String,
        /// OAuth's error code.
        code: String,
        /// The provider's own words, made printable; may be empty.
        description: String,
        /// The request's id, to find it in the provider's log.
        request_id: String,
    },
    /// A server could not be reached, or could not answer now.
    #[error("`{url}` is unavailable: {problem}")]
    Unavailable {
        /// Who was asked.
        url: String,
        /// What happened.
        problem: String,
        /// The request's id; empty if none was sent.
        request_id: String,
        /// Whether the request may have reached the server.
        sent: bool,
        /// What the HTTP library says.
        #[source]
        source: Option<reqwest::Error>,
    },
    /// A server that was not asked, since the user wants none to be.
    #[error("`{url}` is not asked: this run is offline")]
    Offline {
        /// Who was to be asked.
        url: String,
    },
    /// A server that cannot be reached until something is mended, so nothing was sent.
    #[error("`{url}` cannot be reached: {problem}")]
    Unreachable {
        /// Who was to be asked.
        url: String,
        /// What is in the way.
        problem: &'static str,
        /// What mends it.
        remedy: &'static str,
        /// The id that the request would have had.
        request_id: String,
        /// What the HTTP library says.
        #[source]
        source: reqwest::Error,
    },
    /// A new token could not have been kept, so none was asked for.
    #[error("the sign-in could not be refreshed, since the new one could not be kept")]
    CannotKeep {
        /// Why not.
        #[source]
        source: Box<SessionError>,
    },
    /// The provider gave a new token for the old one, and it could not be kept.
    #[error("the sign-in of profile `{profile}` was refreshed, and the new one could not be kept")]
    NotKept {
        /// The profile's name.
        profile: String,
        /// Why not.
        #[source]
        source: Box<SessionError>,
    },
    /// A refresh failed, now or earlier in this run.
    #[error(transparent)]
    Refresh(Arc<SessionError>),
    /// The task that refreshes ended before it was done.
    #[error("the refresh of the sign-in was interrupted")]
    RefreshInterrupted,
    /// An API cannot have that name.
    #[error("`{name}` cannot be the name of an API")]
    ApiName {
        /// As the user or the pack wrote it.
        name: String,
    },
    /// The variables of a request are not a JSON object.
    #[error("the variables are not a JSON object: {problem}")]
    Variables {
        /// What is wrong with them.
        problem: String,
    },
    /// An API refused the request for want of rights.
    #[error("the API `{api}` refused the request{}", described(message))]
    ApiDenied {
        /// Which.
        api: String,
        /// The API's own words, made printable; may be empty.
        message: String,
        /// The request's id, to find it in the API's log.
        request_id: String,
    },
    /// An API refused a fresh token.
    #[error("the API `{api}` did not accept the sign-in")]
    ApiUnauthenticated {
        /// Which.
        api: String,
        /// The request's id, to find it in the API's log.
        request_id: String,
    },
    /// An API's answer makes no sense.
    #[error("the API `{api}` at `{url}` gave an answer that cannot be used: {problem}")]
    ApiAnswer {
        /// Which.
        api: String,
        /// Its endpoint.
        url: String,
        /// What is wrong with the answer.
        problem: String,
        /// The request's id, to find it in the API's log.
        request_id: String,
    },
    /// An API's answer contained the token that was sent to it.
    #[error("the API `{api}` sent the access token back, so its answer was thrown away")]
    TokenEchoed {
        /// Which.
        api: String,
        /// The request's id, to find it in the API's log.
        request_id: String,
    },
    /// The HTTP client could not be set up.
    #[error("no connection can be made: {problem}")]
    Client {
        /// What is at the bottom of it.
        problem: String,
        /// What the HTTP library says.
        #[source]
        source: reqwest::Error,
    },
    /// The system gave no random numbers.
    #[error("the system gave no random numbers: {problem}")]
    Random {
        /// What it says.
        problem: String,
    },
}

fn described(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(", but for {}", names.join(", ")) }
}
