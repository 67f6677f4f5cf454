//! Documents out of random bytes: GraphQL's whole executable grammar, mostly as people mean it, now
//! and then against its rules; and the same with damage.
//!
//! Each byte is a choice, and the first choice is always the plainest, so that a run of bytes that was
//! shortened makes a shorter document: that is how a failure gets small.

use std::collections::BTreeSet;

/// The choices that a document is made of.
pub(crate) struct Choices<'a>(std::slice::Iter<'a, u8>);

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `count`; 0 when the bytes are used up.
    fn below(&mut self, count: usize) -> usize {
        self.0.next().map_or(0, |&byte| usize::from(byte) % count)
    }

    fn pick<'b>(&mut self, from: &[&'b str]) -> &'b str {
        from[self.below(from.len())]
    }

    /// True once in `count` times.
    fn rarely(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }
}

/// What may stand between two tokens; GraphQL ignores all of it.
const IGNORED: [&str; 16] = [
    " ",
    " ",
    " ",
    " ",
    " ",
    " ",
    "",
    "\n",
    ",",
    "\t, ,",
    "\r\n",
    " # { hidden } \"\"\"\n",
    "#\r",
    "# \u{2028} b: deleteAll \u{85}\n",
    " #é\u{feff}\u{202e}\n ",
    "\n\n",
];

/// Names, keywords among them; the last are the ones that mean something.
const FIELDS: [&str; 16] = [
    "clusters",
    "name",
    "a",
    "b",
    "c",
    "on",
    "query",
    "fragment",
    "true",
    "null",
    "_",
    "_x9",
    "__typename",
    "node",
    "__schema",
    "__type",
];

const VALUES: [&str; 26] = [
    "1",
    "$v",
    "$w",
    "\"\"",
    "\"{ b }\"",
    "\"# no comment\"",
    "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
    "\"\\u0041\\u202E\\u001b\"",
    "\"\\u{1F600}\\u{41}\"",
    "\"\\uD83D\\uDE00\"",
    "\"é\u{1F600}\u{2028}\u{feff}\"",
    "\"\"\"\"\"\"",
    "\"\"\" { b } # \"\"\"",
    "\"\"\"\n      two\n        lines\n\n    \"\"\"",
    "\"\"\"a\\\"\"\"b\\n\\u0041\"\"\"",
    "\"\"\"\r\n\ta\r  b\\\"\"\" c\"\"\"",
    "\"\"\"  \"quoted\"  x\"\"\"",
    "-0",
    "12345678901234567890123",
    "1.50e+3",
    "-1E-9",
    "0.0",
    "READY",
    "true",
    "null",
    "on",
];

/// A document; about half of them pass the gate.
pub(crate) fn document(choices: &mut Choices<'_>) -> String {
    let (text, fragments) = (String::new(), BTreeSet::new());
    Writer { choices, text, root: "Query", declared: false, fragments }.document()
}

/// The same with up to three places changed, as text and as bytes.
pub(crate) fn damaged(choices: &mut Choices<'_>) -> String {
    let damages = 1 + choices.below(3);
    let plan: Vec<[usize; 4]> = (0..damages).map(|_| std::array::from_fn(|_| choices.below(256))).collect();
    let mut text = document(choices);
    for damage in plan {
        text = damage_one(&text, damage);
    }
    text
}

const INTRUDERS: [&str; 24] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "@",
    "!",
    ":",
    "$",
    "...",
    "... on",
    "\"",
    "\"\"\"",
    "\\",
    "\\u",
    "#",
    "\r",
    "\u{feff}",
    "\u{0}",
    "é",
    " deleteAll ",
    " fragment X on Query { b }",
    ", a: deleteAll",
];

fn damage_one(text: &str, [how, at, beyond, what]: [usize; 4]) -> String {
    let place = |part: usize| part * text.len() / 256;
    let (at, length) = (place(at), 1 + what % 8);
    let end = (at + length).min(text.len());
    let bytes = text.as_bytes();
    let middle = match how % 5 {
        0 => Vec::new(),
        1 => [INTRUDERS[what % INTRUDERS.len()].as_bytes(), &bytes[at..end]].concat(),
        2 => bytes[at..end].repeat(2),
        3 => bytes[at..end].iter().map(|byte| byte ^ 1 << (what % 8)).collect(),
        _ => bytes[place(beyond)..(place(beyond) + length).min(text.len())].to_vec(),
    };
    String::from_utf8_lossy(&[&bytes[..at], &middle, &bytes[end..]].concat()).into_owned()
}

struct Writer<'a, 'b> {
    choices: &'a mut Choices<'b>,
    text: String,
    /// The operation's root type.
    root: &'static str,
    /// Whether the operation declares the variables that are used.
    declared: bool,
    /// Fragments that are to be written.
    fragments: BTreeSet<usize>,
}

impl Writer<'_, '_> {
    fn document(mut self) -> String {
        if self.choices.rarely(8) {
            self.text.push('\u{feff}');
        }
        let before = self.choices.rarely(4);
        // Fragments that come first do not know yet, and use them only where it is certain.
        self.declared = false;
        if !before {
            self.operation();
        }
        // Also fragments that nothing uses, and now and then not one that is used.
        let written: Vec<usize> = (0..6).filter(|_| !self.choices.rarely(24)).collect();
        for &number in &written {
            if before || self.fragments.contains(&number) || self.choices.rarely(6) {
                self.fragment(number);
            }
        }
        if before {
            self.operation();
        }
        if self.choices.rarely(16) {
            self.odd_definition();
        }
        self.text
    }

    fn odd_definition(&mut self) {
        match self.choices.below(5) {
            0 => self.operation(),
            1 => self.fragment(0),
            2 => self.tokens("type Query { a : Int }"),
            3 => self.tokens("extend type Query { a : Int }"),
            _ => self.tokens("fragment on on Query { a }"),
        }
    }

    fn operation(&mut self) {
        let kind = self.choices.below(8);
        self.root = ["Query", "Query", "Query", "Query", "Query", "Mutation", "Subscription", "Query"][kind];
        match kind {
            // The short form has no variables.
            0 => {
                self.declared = false;
                return self.selections(0, 0);
            }
            5 => self.token("mutation"),
            6 => self.token("subscription"),
            _ => self.token("query"),
        }
        if kind != 7 {
            self.name(&["Q", "on", "query", "_"]);
        }
        self.variables();
        if self.choices.rarely(24) {
            self.directive();
        }
        self.selections(0, 0);
    }

    fn variables(&mut self) {
        if self.choices.rarely(12) {
            return;
        }
        self.token("(");
        for name in ["v", "w"] {
            self.tokens("$");
            self.token(name);
            self.token(":");
            let kind = self.choices.pick(&["Boolean", "Boolean !", "[ Int ! ] !", "[ [ Input ] ]", "Query"]);
            self.tokens(kind);
            if self.choices.rarely(4) {
                self.token("=");
                let values = ["true", "[ 1 ]", "{ a : \"}\" }", "null", "-1", "\"\"", "ON", "$w"];
                let value = self.choices.pick(&values);
                self.tokens(value);
            }
        }
        self.token(")");
        self.declared = true;
    }

    fn fragment(&mut self, number: usize) {
        self.token("fragment");
        self.token(&format!("F{number}"));
        self.token("on");
        // The first fragments are for the root.
        let condition = if number < 3 { self.root } else { "Cluster" };
        let odd = self.choices.rarely(16);
        self.token(if odd { "Mutation" } else { condition });
        if self.choices.rarely(32) {
            self.directive();
        }
        self.selections(usize::from(number >= 3), number + 1);
    }

    /// Selections at a depth of fields; only fragments from `next` on are spread, so that cycles stay
    /// an exception.
    fn selections(&mut self, depth: usize, next: usize) {
        self.token("{");
        let mut count = 1 + self.choices.below(4);
        while count > 0 {
            self.selection(depth, next);
            count -= 1;
        }
        self.token("}");
    }

    fn selection(&mut self, depth: usize, next: usize) {
        match self.choices.below(8) {
            6 => self.spread(depth, next),
            7 => self.inline(depth, next),
            _ => self.field(depth, next),
        }
    }

    fn field(&mut self, depth: usize, next: usize) {
        if self.choices.rarely(5) {
            self.name(&["x", "clusters", "__typename", "on", "y"]);
            self.close_token(":");
        }
        let name = self.choices.pick(&FIELDS);
        self.token(name);
        if name == "__typename" && !self.choices.rarely(16) {
            return;
        }
        self.arguments();
        self.directives();
        if depth < 6 && self.choices.rarely(3) {
            self.selections(depth + 1, next);
        }
    }

    fn spread(&mut self, depth: usize, next: usize) {
        let forward = if depth == 0 { [0, 1, 2] } else { [3, 4, 5] };
        let later: Vec<usize> = forward.into_iter().filter(|&number| number >= next).collect();
        let number = match later.as_slice() {
            _ if self.choices.rarely(32) => self.choices.below(7),
            [] => return self.token("a"),
            later => later[self.choices.below(later.len())],
        };
        self.fragments.insert(number);
        // Whatever a fragment may spread in its turn.
        self.fragments.extend(number..6);
        self.token("...");
        self.close_token(&format!("F{number}"));
        self.directives();
    }

    fn inline(&mut self, depth: usize, next: usize) {
        self.token("...");
        if self.choices.below(2) == 0 {
            self.close_token("on");
            let own = if depth == 0 { self.root } else { "Cluster" };
            let odd = self.choices.rarely(12);
            let other = self.choices.pick(&["Query", "Mutation", "Node"]);
            self.token(if odd { other } else { own });
        }
        self.directives();
        self.selections(depth, next);
    }

    fn directives(&mut self) {
        if self.choices.rarely(6) {
            self.directive();
            if self.choices.rarely(4) {
                self.directive();
            }
        }
    }

    fn directive(&mut self) {
        let name = self.choices.pick(&["skip", "include"]);
        let odd = self.choices.rarely(16);
        self.token("@");
        self.token(if odd { "defer" } else { name });
        self.tokens("( if :");
        let condition = self.choices.pick(&["$v", "$w", "true", "false", "$v", "$w", "null", "\"\""]);
        self.token_declared(condition);
        self.token(")");
    }

    fn arguments(&mut self) {
        if !self.choices.rarely(4) {
            return;
        }
        self.token("(");
        let names: &[&str] = if self.choices.rarely(32) { &["a", "a"] } else { &["a", "if"] };
        for name in &names[..1 + self.choices.below(2)] {
            self.token(name);
            self.token(":");
            self.value(3);
        }
        self.token(")");
    }

    fn value(&mut self, depth: usize) {
        match if depth == 0 { 0 } else { self.choices.below(8) } {
            6 => {
                self.token("[");
                for _ in 0..self.choices.below(3) {
                    self.value(depth - 1);
                }
                self.token("]");
            }
            7 => {
                self.token("{");
                for name in &["a", "b"][..self.choices.below(3)] {
                    self.token(name);
                    self.token(":");
                    self.value(depth - 1);
                }
                self.token("}");
            }
            _ => {
                let value = self.choices.pick(&VALUES);
                self.token_declared(value);
            }
        }
    }

    fn name(&mut self, from: &[&str]) {
        let name = self.choices.pick(from);
        self.token(name);
    }

    /// Tokens that stand in a text with spaces between them.
    fn tokens(&mut self, text: &str) {
        text.split(' ').for_each(|token| self.token(token));
    }

    /// A value; one that needs a declaration only where there is one.
    fn token_declared(&mut self, value: &str) {
        self.token(if self.declared || !value.starts_with('$') { value } else { "true" });
    }

    fn token(&mut self, token: &str) {
        let ignored = self.choices.pick(&IGNORED);
        self.write(ignored, token);
    }

    /// A token that no comma may precede: the gate's parser looks ahead there, and refuses what is
    /// legal, if odd.
    fn close_token(&mut self, token: &str) {
        let ignored = self.choices.pick(&[" ", " ", "", "\n", "\t", "# a: b\r", "\u{feff}"]);
        self.write(ignored, token);
    }

    fn write(&mut self, ignored: &str, token: &str) {
        self.text.push_str(ignored);
        // Two names or numbers would become one, and two strings a block string.
        let open =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '"' | '.' | '-');
        let joined = self.text.ends_with(open) && token.starts_with(open);
        if ignored.is_empty() && joined {
            self.text.push(' ');
        }
        self.text.push_str(token);
    }
}
