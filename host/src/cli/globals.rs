//! The options that every command has, and the style of output that follows from them.
//!
//! Their names are reserved for arguments of packs (`vantage_policy`'s list); adding one here means
//! adding it there, which a test below holds together.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vantage_output::{Format, Style};

use crate::environment::Environment;
use crate::error::HostError;

/// When to colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals that take colours.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The global options as given on the command line.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Globals {
    /// Profile to use
    #[arg(long, short, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Organization to act for
    #[arg(long, global = true, value_name = "NAME")]
    pub organization: Option<String>,
    /// Format of the answer: table, text, json, jsonl, yaml, csv or tsv
    #[arg(long, short, global = true, value_name = "FORMAT", value_parser = format, conflicts_with = "json")]
    pub output: Option<Format>,
    /// Short for --output json
    #[arg(long, short, global = true)]
    pub json: bool,
    /// Filter the answer, as JSON, by an expression of jq's; strings are printed as they are
    #[arg(long, global = true, value_name = "EXPRESSION", allow_hyphen_values = true)]
    pub jq: Option<String>,
    /// Columns to show, by title or JSON Pointer
    #[arg(long, global = true, value_name = "COLUMN", value_delimiter = ',')]
    pub columns: Option<Vec<String>>,
    /// Column to sort by; `-COLUMN` for descending
    #[arg(long, global = true, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Show the columns that are left out for want of room
    #[arg(long, global = true)]
    pub wide: bool,
    /// Leave out the line of titles
    #[arg(long, global = true)]
    pub no_header: bool,
    /// Stop after this many records
    #[arg(long, global = true, value_name = "COUNT")]
    pub limit: Option<usize>,
    /// Print the JSON Schema of the command's records instead of running it
    #[arg(long, global = true)]
    pub schema: bool,
    /// Say nothing but the answer, warnings and errors
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Show timings and causes; twice for diagnostics, three times for all of them
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Write where the time went to FILE, in the Chrome trace format
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub timings: Option<PathBuf>,
    /// Write diagnostics to FILE, after what is in it, and not to standard error
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub log_file: Option<PathBuf>,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = false)]
    pub color: Color,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Confirm what a command asks; never grants anything to a pack
    #[arg(long, short, global = true)]
    pub yes: bool,
    /// Show the changes that a command would make, and make none
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Ask no server; what needs one fails
    #[arg(long, global = true)]
    pub offline: bool,
}

fn format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|_| "one of table, text, json, jsonl, yaml, csv, tsv".to_owned())
}

impl Globals {
    /// The format asked for, by option or environment.
    pub fn format(&self, environment: &Environment) -> Option<Format> {
        if self.json {
            return Some(Format::Json);
        }
        let usual = || environment.text("VANTAGE_OUTPUT")?.parse().ok();
        // A filter needs JSON, which whoever usually wants something else need not say.
        let usual =
            || usual().filter(|format| self.jq.is_none() || matches!(format, Format::Json | Format::Jsonl));
        self.output.or_else(usual)
    }

    /// Refuses a format in the environment that does not exist, rather than passing over it.
    pub fn check(&self, environment: &Environment) -> Result<(), HostError> {
        match environment.text("VANTAGE_OUTPUT").map(str::parse::<Format>) {
            Some(Err(error)) => Err(HostError::usage(
                format!("VANTAGE_OUTPUT cannot be used: {error}"),
                vec![format!("it takes one of {}", Format::NAMES.join(", "))],
            )),
            _ => Ok(()),
        }
    }

    /// How output is drawn for these options on these streams.
    pub fn style(&self, environment: &Environment) -> Style {
        Style {
            format: self.format(environment),
            stdout_terminal: environment.stdout_terminal,
            stderr_terminal: environment.stderr_terminal,
            stdout_color: color(self.color, environment, environment.stdout_terminal),
            stderr_color: color(self.color, environment, environment.stderr_terminal),
            width: width(environment),
            height: environment.height,
            redraws: environment.stdout_terminal && !is_dumb(environment),
            wide: self.wide,
            header: self.no_header.then_some(false),
            columns: self.columns.clone(),
            sort: self.sort.clone(),
            jq: self.jq.clone(),
            limit: self.limit,
            quiet: self.quiet,
            verbosity: self.verbose,
            now: now(environment),
        }
    }
}

/// `NO_COLOR` wins over `CLICOLOR_FORCE`, an option over both; `TERM=dumb` knows no colour.
pub fn color(when: Color, environment: &Environment, terminal: bool) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if environment.is_set("NO_COLOR") => false,
        Color::Auto if environment.is_set("CLICOLOR_FORCE") => true,
        Color::Auto => terminal && !is_dumb(environment),
    }
}

/// A terminal that understands no escape sequences.
fn is_dumb(environment: &Environment) -> bool {
    environment.text("TERM") == Some("dumb")
}

/// `COLUMNS` wins over what the terminal says, as people set it to get a width they can rely on.
fn width(environment: &Environment) -> Option<usize> {
    let given =
        environment.text("COLUMNS").and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    given.or(environment.width)
}

/// `VANTAGE_CLOCK` pins what "now" means in rendered times, for documentation and tests; no token's
/// expiry is judged by it.
fn now(environment: &Environment) -> jiff::Timestamp {
    environment.text("VANTAGE_CLOCK").and_then(|time| time.parse().ok()).unwrap_or_else(jiff::Timestamp::now)
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, Subcommand as _};

    use super::*;
    use crate::cli::BuiltIn;

    #[test]
    fn every_global_option_is_reserved_for_packs() {
        let command = Globals::augment_args(clap::Command::new("vantage"));
        for argument in command.get_arguments() {
            let long = argument.get_long().unwrap();
            assert!(
                vantage_policy::description::RESERVED_LONG.contains(&long),
                "--{long} is not in the list of reserved names"
            );
            if let Some(short) = argument.get_short() {
                assert!(vantage_policy::description::RESERVED_SHORT.contains(&short), "-{short}");
            }
        }
    }

    /// clap joins two options of one name to one, and then finds a value of the wrong kind in it: the
    /// program panics, on that line alone.
    #[test]
    fn no_built_in_has_an_option_that_is_global() {
        let globals = Globals::augment_args(clap::Command::new("vantage"));
        let globals: Vec<_> = globals.get_arguments().collect();
        let mut waiting = vec![BuiltIn::augment_subcommands(clap::Command::new("vantage"))];
        let mut seen = 0;
        while let Some(command) = waiting.pop() {
            for (own, global) in
                command.get_arguments().flat_map(|own| globals.iter().map(move |one| (own, one)))
            {
                let shares = own.get_id() == global.get_id()
                    || own.get_long() == global.get_long()
                    || own.get_short().is_some_and(|short| Some(short) == global.get_short());
                assert!(!shares, "`{}` has a `{}` of its own", command.get_name(), global.get_id());
            }
            seen += command.get_arguments().count();
            waiting.extend(command.get_subcommands().cloned());
        }
        assert!(seen > 20, "the commands' arguments were not seen");
    }
}
