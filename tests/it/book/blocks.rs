//! Blocks of commands in Markdown: found, taken apart into lines and what they print, put together again.
//!
//! A block of the language `console` holds command lines behind `$ ` and, below each, what it prints. Words
//! behind the language say how it is taken: `console,no-output` runs the lines and does not show what they
//! print, `console,no-run=REASON` does not run them. Where what is printed differs from run to run, `…`
//! stands in a line for any text, and alone for any number of lines. A line that ends with another status
//! than 0 has `(exit status N)` below. `<!-- run: LINE -->` is a line that readers do not see.

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Whatever is not run, with its newlines.
    Prose(String),
    /// A line that is run and not shown.
    Hidden { source: String, line: String },
    /// A block of the language `console`.
    Block(Block),
    /// A block that looks like commands and is none of the language `console`.
    Unmarked { source: String, language: String },
}

/// A block of commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The number of its first line in the page.
    pub(super) at: usize,
    /// What stands before its fence, and the words behind the language.
    pub(super) indent: String,
    pub(super) words: String,
    pub(super) commands: Vec<Typed>,
}

/// A command line and what it prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed {
    /// The line, with the lines that it goes on in.
    pub(super) line: String,
    pub(super) printed: Vec<String>,
}

/// Why a block is not run.
const NO_RUN: &str = "no-run=";

/// Languages of blocks that hold commands, and would not be run.
const SHELLS: [&str; 6] = ["", "sh", "bash", "shell", "zsh", "shell-session"];

impl Block {
    /// Why it is not run, where it is not.
    pub(super) fn no_run(&self) -> Option<&str> {
        self.words.split(',').find_map(|word| word.strip_prefix(NO_RUN))
    }

    /// Whether what its lines print is left out.
    pub(super) fn hides_output(&self) -> bool {
        self.words.split(',').any(|word| word == "no-output")
    }
}

/// Takes a page apart.
pub(super) fn parse(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut lines = page.split_inclusive('\n').enumerate();
    while let Some((at, line)) = lines.next() {
        if let Some(hidden) = line.trim().strip_prefix("<!-- run: ").and_then(|rest| rest.strip_suffix("-->"))
        {
            parts.push(Part::Hidden { source: line.to_owned(), line: hidden.trim().to_owned() });
            continue;
        }
        let bare = line.trim_start();
        let Some(information) = bare.strip_prefix("```") else {
            prose(&mut parts, line);
            continue;
        };
        let indent = line[..line.len() - bare.len()].to_owned();
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| line.trim() != "```")
            .map(|line| line.strip_prefix(indent.as_str()).unwrap_or(line))
            .collect();
        let (language, words) = information.trim().split_once(',').unwrap_or((information.trim(), ""));
        if language == "console" {
            let commands = commands(&body);
            parts.push(Part::Block(Block { at: at + 1, indent, words: words.to_owned(), commands }));
        } else {
            let inner: String = body.iter().map(|line| format!("{indent}{line}")).collect();
            let source = format!("{line}{inner}{indent}```\n");
            match SHELLS.contains(&language) {
                true => parts.push(Part::Unmarked { source, language: language.to_owned() }),
                false => prose(&mut parts, &source),
            }
        }
    }
    parts
}

fn prose(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Prose(prose)) => prose.push_str(text),
        _ => parts.push(Part::Prose(text.to_owned())),
    }
}

fn commands(body: &[&str]) -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    for line in body {
        let line = line.trim_end_matches('\n');
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => {
                commands.push(Typed { line: command.to_owned(), printed: Vec::new() });
            }
            (None, Some(last)) if last.printed.is_empty() && goes_on(&last.line) => {
                last.line.push('\n');
                last.line.push_str(line);
            }
            (None, Some(last)) => last.printed.push(line.to_owned()),
            (None, None) => commands.push(Typed { line: String::new(), printed: vec![line.to_owned()] }),
        }
    }
    commands
}

/// Whether a shell would wait for more: a backslash at the end, or a quote that is open.
fn goes_on(line: &str) -> bool {
    line.ends_with('\\') || line.matches('\'').count() % 2 == 1
}

/// Puts a page together.
pub(super) fn print(parts: &[Part]) -> String {
    let mut page = String::new();
    for part in parts {
        match part {
            Part::Prose(source) | Part::Hidden { source, .. } | Part::Unmarked { source, .. } => {
                page.push_str(source);
            }
            Part::Block(Block { indent, words, commands, .. }) => {
                let comma = if words.is_empty() { "" } else { "," };
                page.push_str(&format!("{indent}```console{comma}{words}\n"));
                for Typed { line, printed } in commands {
                    let prompt = if line.is_empty() { vec![] } else { vec![format!("$ {line}")] };
                    let rows = prompt.iter().flat_map(|line| line.split('\n'));
                    for row in rows.chain(printed.iter().map(String::as_str)) {
                        page.push_str(format!("{indent}{row}").trim_end());
                        page.push('\n');
                    }
                }
                page.push_str(&format!("{indent}```\n"));
            }
        }
    }
    page
}

/// Whether `printed` is what `expected` says, in which `…` stands for anything.
pub(super) fn agrees(expected: &[String], printed: &[String]) -> bool {
    match (expected.split_first(), printed.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "…" => {
            agrees(rest, printed) || printed.split_first().is_some_and(|(_, below)| agrees(expected, below))
        }
        (Some((first, rest)), Some((line, below))) => line_agrees(first, line) && agrees(rest, below),
        _ => false,
    }
}

fn line_agrees(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn a_page_is_taken_apart_and_put_together_again() {
    let page = "Text\n\n```console\n$ a \\\n    b\nx\n\ny\n$ c\n```\n\n<!-- run: d -->\n1. e\n\n   ```console,no-run=it-waits\n   $ f\n   ```\n\n```toml\n$ g\n```\n\n```sh\nh\n```\n";
    let parts = parse(page);
    assert_eq!(print(&parts), page);
    let blocks: Vec<&Block> = parts
        .iter()
        .filter_map(|part| if let Part::Block(block) = part { Some(block) } else { None })
        .collect();
    let [first, second] = blocks.as_slice() else { panic!("{parts:?}") };
    assert_eq!((first.at, first.commands[0].line.as_str()), (3, "a \\\n    b"));
    assert_eq!(first.commands[0].printed, ["x", "", "y"]);
    assert_eq!((second.no_run(), second.commands[0].line.as_str()), (Some("it-waits"), "f"));
    assert!(parts.iter().any(|part| matches!(part, Part::Hidden { line, .. } if line == "d")));
    assert!(parts.iter().any(|part| matches!(part, Part::Unmarked { language, .. } if language == "sh")));
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    let agrees = |expected: &str, printed: &str| {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        agrees(&lines(expected), &lines(printed))
    };
    assert!(agrees("a\nb", "a\nb") && !agrees("a\nb", "a") && !agrees("a", "a\nb"));
    assert!(agrees("in … days", "in 3 days") && !agrees("in … days", "in 3 weeks"));
    assert!(agrees("a\n…\nd", "a\nb\nc\nd") && agrees("a\n…\nd", "a\nd") && !agrees("a\n…\nd", "a\nb"));
}
