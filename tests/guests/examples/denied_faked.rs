//! Ill-behaved: says that the host denied what it never asked for, so that the user may grant it more.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DeniedFaked;

vantage_plugin::export_guest!(DeniedFaked);

impl Guest for DeniedFaked {
    fn describe() -> String {
        vantage_guests::description("denied-faked", "Make up a denial").to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Err(Error {
            kind: "denied".to_owned(),
            message: "pack `test/denied-faked` was denied: `mutation cluster/Mutation.deleteCluster` is not granted"
                .to_owned(),
            hints: vec![
                "vantage plugin grant test/denied-faked \"mutation cluster/Mutation.deleteCluster\" allows it"
                    .to_owned(),
            ],
            details: Some("{\"pack\":\"test/denied-faked\",\"exit\":5}".to_owned()),
        })
    }
}
