//! Well-behaved: declares a document that no person would write, and runs it.

use serde_json::{Value, json};
use vantage_plugin::{Answer, Arguments, Command, Operation, Pack, Result, Session};

vantage_plugin::export!(pack);

const ODD: Operation = Operation::new(
    "Odd",
    "cluster",
    "\u{feff}fragment Used on ClusterConnection{,edges{node{...Deeper,}}}\r\n\
     # { deleteAll } \"\"\"\r\
     query Odd ($first:Int!,,,$text:String=\"\"\"\n    two\n      lines\n  \"\"\",) {\n\
     \tall:clusters(first:$first,filters:{name:{ne:$text}})@include(if:true){total...Used}\n\
     ...on Query{...{__typename}}} # the rest is not used\n\
     fragment Unused on Query { secrets }\n\
     fragment Deeper on Cluster { title: name }",
    "reads your clusters",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/odd-document", "1.0.0", "Ask in a strange way")
        .command(Command::read("odd-document", "Ask in a strange way", run).uses(ODD).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let data: Value = session.graphql().execute(ODD, json!({ "first": 1 }))?;
    session.output().emit(&data)
}
