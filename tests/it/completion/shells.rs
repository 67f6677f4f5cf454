//! Real shells, each in a terminal emulator: lines are typed, and what stands on the screen is read.

use std::time::Instant;

use vantage_test_support::World;
use vantage_test_support::emulator::Emulator;

use super::{PATIENCE, with_completer};

/// A key that completes, and one that takes the whole line away.
const TAB: &str = "\t";
const AWAY: &str = "\u{15}";

/// A shell in which completion has been set up.
struct Shell<'a> {
    emulator: Emulator,
    world: &'a World,
}

impl<'a> Shell<'a> {
    /// Starts `start`, waits for `prompt`, and enters `setup`.
    fn new(world: &'a World, start: &str, prompt: &str, setup: &str) -> Self {
        let script = format!(
            "mkdir -p \"$VANTAGE_HOME/user\"; HOME=\"$VANTAGE_HOME/user\"; cd \"$HOME\"; PS1='at your service> '; \
             PATH=\"${{1%/*}}:$PATH\"; export HOME PS1 PATH; exec {start}"
        );
        let emulator = world.in_emulator(&script);
        emulator.begin();
        emulator.wait_for(prompt);
        let shell = Self { emulator, world };
        shell.emulator.enter(setup);
        // Not as it is typed, so that it is known to have been run.
        shell.emulator.enter("echo set' 'up");
        shell.emulator.wait_for("set up");
        shell
    }

    /// Types `line` and completes it until `expected` is on the screen; then takes the line away.
    fn completes(&self, line: &str, expected: &str) {
        self.until(line, expected);
        self.emulator.keys(AWAY);
    }

    /// A person presses the key once more where nothing came.
    fn until(&self, line: &str, expected: &str) {
        let began = Instant::now();
        self.emulator.keys(line);
        while !self.emulator.screen().contains(expected) {
            assert!(began.elapsed() < PATIENCE, "no `{expected}` on\n{}", self.emulator.screen());
            self.emulator.keys(TAB);
            let before = self.emulator.screen();
            // Looking takes a moment each time; the shell has a second or so before the next key.
            for _ in 0..100 {
                let now = self.emulator.screen();
                if now.contains(expected) || now != before {
                    break;
                }
            }
        }
    }

    /// Nothing that a pack has said was run.
    fn ran_nothing(&self) {
        assert!(!self.world.home().join("user/pwned").exists(), "\n{}", self.emulator.screen());
    }
}

/// What every shell is to do.
fn completes_all(world: &World, shell: &Shell<'_>, shows_summaries: bool) {
    let listed = world.run(&["cluster", "list", "-o", "json"]).expect(0).json();
    let names: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    // A word, a value by a pack, and the choices of a pack of others.
    shell.completes("vantage cl", "vantage cluster");
    shell.completes("vantage cluster get ", names[0]);
    shell.completes("vantage completer --size ", "smaller");
    if shows_summaries {
        shell.completes("vantage completer --size ", "Fits: everywhere");
        shell.completes("vantage completer --size ", "%F{red}");
    }
    shell.ran_nothing();
    // What stands in the line afterwards is one word, and no code.
    shell.until("vantage completer --word \\$", "touch");
    shell.emulator.enter(" -o json");
    shell.emulator.wait_for("\"word\": \"$(touch pwned)\"");
    shell.ran_nothing();
}

#[test]
fn bash_completes() {
    let world = with_completer();
    let shell = Shell::new(
        &world,
        "bash --norc --noprofile -i",
        "at your service>",
        "bind 'set bell-style none'; source <(vantage completion bash)",
    );
    completes_all(&world, &shell, false);
    // Behind a character at which bash breaks words, and within quotes.
    shell.completes("vantage whoami --output=js", "--output=json");
    shell.completes("vantage completer --word \"two", "\"two words\"");
    std::fs::write(world.home().join("user/a-file-of-mine"), "x").unwrap();
    shell.completes("vantage api --variables a-fi", "--variables a-file-of-mine");
}

#[test]
fn zsh_completes() {
    let world = with_completer();
    let shell = Shell::new(
        &world,
        "zsh -f -i",
        "at your service>",
        "autoload -Uz compinit; compinit -u -D; source <(vantage completion zsh)",
    );
    completes_all(&world, &shell, true);
    shell.completes("vantage whoami --output=ya", "--output=yaml");
    std::fs::write(world.home().join("user/a-file-of-mine"), "x").unwrap();
    shell.completes("vantage api --variables a-fi", "--variables a-file-of-mine");
}

#[test]
fn fish_completes() {
    let world = with_completer();
    let shell = Shell::new(&world, "fish --no-config -i", "~", "vantage completion fish | source");
    completes_all(&world, &shell, true);
    shell.completes("vantage whoami --output=ya", "--output=yaml");
    std::fs::write(world.home().join("user/a-file-of-mine"), "x").unwrap();
    shell.completes("vantage api --variables a-fi", "--variables a-file-of-mine");
}

#[test]
fn elvish_completes() {
    let world = with_completer();
    // One shell for each: its menu takes keys for itself, and is not left by one that can be sent alone.
    for (line, expected) in
        [("vantage cl", "vantage cluster"), ("vantage completer --size ", "Fits: everywhere")]
    {
        let shell = Shell::new(&world, "elvish -norc", "~", "eval (vantage completion elvish | slurp)");
        shell.until(line, expected);
        shell.ran_nothing();
    }
}
