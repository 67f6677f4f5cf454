//! Documents and variables that would cost a careless reader its stack, its memory or its day.
//!
//! Each is read on a stack as small as those that an async runtime gives its threads, and has to be
//! refused there: an overflow would end this test's process. What is refused for its length alone never
//! meets the parser, so that every nesting is also tried as deep as fits into a document.

use std::thread;

use vantage_policy::gate::{DOCUMENT_LENGTH, GateError, Operation, VARIABLES_LENGTH};

/// What an async runtime gives its threads.
const STACK: usize = 2 << 20;

fn on_small_stack<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = thread::Builder::new().stack_size(STACK).spawn(act);
    thread.expect("a thread can be started").join().expect("the gate does not panic")
}

/// What the gate makes of a document there.
fn read(document: String) -> Result<Operation, GateError> {
    on_small_stack(move || Operation::read_dynamic("cluster", &document))
}

/// Something that nests: what stands before, what opens, what is in the middle, what closes, and what
/// stands after.
struct Nesting {
    before: &'static str,
    opening: &'static str,
    inner: &'static str,
    closing: &'static str,
    after: &'static str,
}

impl Nesting {
    fn at(&self, depth: usize) -> String {
        let Self { before, opening, inner, closing, after } = self;
        format!("{before}{}{inner}{}{after}", opening.repeat(depth), closing.repeat(depth))
    }

    /// The deepest that `length` bytes have room for.
    fn deepest(&self, length: usize) -> usize {
        (length - self.at(0).len()) / (self.opening.len() + self.closing.len())
    }
}

const fn nesting(
    before: &'static str,
    opening: &'static str,
    inner: &'static str,
    closing: &'static str,
    after: &'static str,
) -> Nesting {
    Nesting { before, opening, inner, closing, after }
}

/// Everything in a document that nests; closed as it should be, and not closed at all.
const NESTINGS: [Nesting; 18] = [
    nesting("query Q ", "{f", "", "}", ""),
    nesting("query Q ", "{f", "", "", ""),
    nesting("query Q ", "{a:f", "", "}", ""),
    nesting("query Q{", "...{", "f", "}", "}"),
    nesting("query Q{", "...{", "", "", ""),
    nesting("query Q{", "...on Query{", "f", "}", "}"),
    nesting("query Q{", "...@skip(if:true){", "f", "}", "}"),
    nesting("query Q{f(x:", "[", "", "]", ")}"),
    nesting("query Q{f(x:", "[", "", "", ""),
    nesting("query Q{f(x:", "{a:", "1", "}", ")}"),
    nesting("query Q{f(x:", "{a:", "", "", ""),
    nesting("query Q{f(x:", "[{a:", "1", "}]", ")}"),
    nesting("query Q{f@skip(if:", "[", "", "]", ")}"),
    nesting("query Q($x:", "[", "Int", "]", "){f(x:$x)}"),
    nesting("query Q($x:", "[", "", "", ""),
    nesting("query Q($x:I=", "[", "", "]", "){f(x:$x)}"),
    nesting("query Q($x:I=", "{a:", "1", "}", "){f(x:$x)}"),
    nesting("query Q{...F}fragment F on Query", "{f", "", "}", ""),
];

#[test]
fn nesting_of_any_depth_is_refused_and_crashes_nothing() {
    for nesting in &NESTINGS {
        for depth in [100, 1_000, 20_000, nesting.deepest(DOCUMENT_LENGTH), 200_000] {
            let document = nesting.at(depth);
            let length = document.len();
            let error = read(document).expect_err(nesting.before);
            let long = matches!(error, GateError::Length { .. });
            assert_eq!(long, length > DOCUMENT_LENGTH, "{}{} at {depth}", nesting.before, nesting.opening);
        }
    }
}

#[test]
fn nesting_that_is_allowed_is_read_printed_and_read_again() {
    let mut deepest = Vec::new();
    for nesting in NESTINGS.iter().filter(|nesting| !nesting.closing.is_empty()) {
        let mut allowed = 0;
        for depth in 1..100 {
            if let Ok(operation) = read(nesting.at(depth)) {
                assert_eq!(read(operation.document.clone()), Ok(operation));
                allowed = depth;
            }
        }
        deepest.push(allowed);
    }
    // Fields by the gate's own rule, everything else by the parser's limit; each ends somewhere.
    assert!(deepest.iter().all(|&depth| (14..=65).contains(&depth)), "{deepest:?}");
    assert_eq!(deepest.first(), Some(&15), "{deepest:?}");
}

#[test]
fn variables_of_any_depth_are_refused_and_crash_nothing() {
    let nestings = [
        nesting("{\"a\":", "[", "", "]", "}"),
        nesting("{\"a\":", "[", "", "", ""),
        nesting("{\"a\":", "{\"b\":", "1", "}", "}"),
        nesting("{\"a\":", "{\"b\":", "", "", ""),
        nesting("{\"a\":", "[{\"b\":", "1", "}]", "}"),
        nesting("", "[", "", "]", ""),
    ];
    for nesting in &nestings {
        for depth in [100, 1_000, 20_000, nesting.deepest(VARIABLES_LENGTH), 200_000] {
            let variables = nesting.at(depth);
            let refused = on_small_stack(move || {
                let operation = Operation::read_dynamic("cluster", "query Q($a: In) { f(a: $a) }")?;
                operation.check_variables(&variables)
            });
            assert!(
                matches!(refused, Err(GateError::Variables { .. })),
                "{} at {depth}: {refused:?}",
                nesting.opening
            );
        }
    }
}

/// `levels` fragments, each of which spreads the next twice.
fn doubling(levels: usize, inner: &str) -> String {
    let fragment = |level: usize| format!("fragment F{level} on Query {{ ...F{0} ...F{0} }}\n", level + 1);
    let chain: String = (0..levels).map(fragment).collect();
    format!("query Q {{ ...F0 }}\n{chain}fragment F{levels} on Query {{ {inner} }}")
}

#[test]
fn what_expands_without_end_is_refused() {
    let budget = |document: String| matches!(read(document), Err(GateError::Budget { .. }));
    assert!(budget(doubling(20, "f")));
    assert!(budget(doubling(20, "__typename")));
    assert!(budget(doubling(60, "f")));
    // The same below the root, where no limit on root fields helps.
    assert!(budget(doubling(20, "f").replace("Query", "X").replace("{ ...F0 }", "{ f { ...F0 } }")));
    let chain: String =
        (0..500).map(|level| format!("fragment F{level} on Query{{...F{}}}", level + 1)).collect();
    assert!(budget(format!("query Q{{...F0}}{chain}fragment F500 on Query{{f}}")));
    let inline = "...{f}".repeat(2_001);
    assert!(budget(format!("query Q{{f{{{inline}}}}}")));
}

#[test]
fn crowds_are_refused() {
    let crowds: [fn(usize) -> String; 8] = [
        |number| format!("a{number}:f "),
        |_| "f ".to_owned(),
        |_| "...F ".to_owned(),
        |_| "...{f}".to_owned(),
        |_| "f@skip(if:true)".to_owned(),
        |number| format!("f(a{number}:1)"),
        |_| "\u{feff}".to_owned(),
        |_| "#\r".to_owned(),
    ];
    for crowd in crowds {
        let many: String = (0..10_000).map(crowd).collect();
        let document = format!("query Q {{ {many} }} fragment F on Query {{ f }}");
        assert!(read(document).is_err(), "{}", &many[..20]);
    }
    // Long tokens are no crowd: they are read, or refused for what they are.
    let long = "x".repeat(60_000);
    assert!(read(format!("query Q {{ f(a: \"{long}\") }}")).is_ok());
    assert!(read(format!("query Q {{ f }} # {long}")).is_ok());
    assert!(matches!(read(format!("query Q {{ {long} }}")), Err(GateError::NameLength { .. })));
    assert!(read(format!("query Q {{ f(a: \"\"\"{}\"\"\") }}", "\n ".repeat(30_000))).is_ok());
    assert!(read(format!("query Q {{ f(a: {}) }}", "9".repeat(60_000))).is_ok());
}
