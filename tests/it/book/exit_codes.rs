//! `docs/reference/exit-codes.md`, from the table of kinds.

use std::collections::BTreeMap;

use vantage::error::Kind;

use super::MADE;
use super::markdown::cell;

#[test]
fn the_page_of_exit_statuses_is_the_table_of_the_code() {
    let mut text = format!("{MADE}# Exit statuses\n\n");
    text.push_str("| status | kind in JSON | meaning | what to do |\n| --- | --- | --- | --- |\n");
    text.push_str("| 0 |  | done; also when the reader of standard output left early | |\n");
    for kind in Kind::all() {
        let (meaning, remedy) = (cell(kind.meaning()), cell(kind.remedy()));
        text.push_str(&format!("| {} | `{}` | {meaning} | {remedy} |\n", kind.exit(), kind.word()));
    }
    text.push_str(
        "\nStandard output is empty, or ends where the answer was cut off, whenever the status is not 0. Three\n\
         commands say all they found and fail then: `doctor`, `plugin check`, and `api` where errors came beside\n\
         data.\n\n\
         ## For programs\n\n\
         With `-o json` or `-o jsonl` standard error is JSON lines, of which the error is the last:\n\n\
         ```json\n\
         {\"error\": {\"kind\": \"not-found\", \"message\": \"…\", \"causes\": [], \"hints\": [], \"exit\": 3}}\n\
         ```\n\n\
         `request_id` names the request to the platform, where one failed, and `details` is an object of the\n\
         error's own. Go by `kind` and by the status: messages are for people, and change.\n",
    );
    super::hold(&BTreeMap::from([("reference/exit-codes.md".to_owned(), text)]));
}
