//! Curious: asks the platform and the persona for all it may, whatever comes of it, then looks through
//! its whole memory for texts that it is given backwards, so that the looking itself puts none of them
//! there.

use serde_json::{Value, json};
use vantage_plugin::{
    Answer, Argument, Arguments, Aspect, Command, Error, Operation, Pack, Request, Result, Session,
};

vantage_plugin::export!(pack);

const NAMES: Operation = Operation::new(
    "ScannerNames",
    "cluster",
    "query ScannerNames($first: Int!) { clusters(first: $first) { edges { node { name } } } }",
    "has something to keep in memory",
);

const NEWS: Operation = Operation::new(
    "ScannerNews",
    "jobs",
    "subscription ScannerNews($id: Int) { jobSubmissionChanged(id: $id) { id name status } }",
    "has something to keep in memory",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/scanner", "1.0.0", "Look through memory")
        .request(Request::persona(Aspect::Email, "has something to keep in memory"))
        .command(
            Command::read("scanner", "Look through memory for texts", run)
                .argument(
                    Argument::text("backwards", "Texts, each written backwards").positional().repeated(),
                )
                .argument(Argument::integer("job", "Wait for news of this job submission too"))
                .uses(NAMES)
                .uses(NEWS)
                .answer(Answer::one()),
        )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let names = session.graphql().execute::<Value>(NAMES, json!({ "first": 10 }));
    let news = arguments.integer("job").and_then(|id| first(session, id));
    let failures: Vec<String> = [Some(&names), news.as_ref()]
        .into_iter()
        .flatten()
        .filter_map(|asked| asked.as_ref().err())
        .map(Error::to_string)
        .collect();
    let email = session.persona()?.email()?;
    let found: Vec<bool> = arguments.texts("backwards").into_iter().map(is_in_memory).collect();
    let kept = (names.ok(), news.and_then(std::result::Result::ok));
    session
        .output()
        .emit(&json!({ "found": found, "bytes": size(), "email": email, "data": kept, "failures": failures }))
}

/// The first that is heard of a job submission.
fn first(session: &Session, id: i64) -> Option<Result<Value>> {
    match session.graphql().subscribe::<Value>(NEWS, json!({ "id": id })) {
        Ok(mut events) => events.next(),
        Err(refused) => Some(Err(refused)),
    }
}

/// Whether the text that reads `backwards` the other way round stands anywhere in memory.
fn is_in_memory(backwards: &str) -> bool {
    let text = || backwards.bytes().rev();
    let length = backwards.len();
    // The first page is where null pointers lead; nothing is kept there.
    (1024..size().saturating_sub(length)).any(|start| text().zip(start..).all(|(byte, at)| byte == read(at)))
}

#[cfg(target_arch = "wasm32")]
fn size() -> usize {
    const PAGE: usize = 64 * 1024;
    core::arch::wasm32::memory_size(0) * PAGE
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "every address below the size is memory of this guest")]
fn read(address: usize) -> u8 {
    unsafe { core::ptr::read_volatile(address as *const u8) }
}

#[cfg(not(target_arch = "wasm32"))]
fn size() -> usize {
    0
}

#[cfg(not(target_arch = "wasm32"))]
fn read(_: usize) -> u8 {
    0
}
