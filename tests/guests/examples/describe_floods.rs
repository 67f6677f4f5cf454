//! Ill-behaved: writes thirty-two mebibytes to its standard streams before it describes itself.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct DescribeFloods;

vantage_plugin::export_guest!(DescribeFloods);

impl Guest for DescribeFloods {
    #[expect(clippy::print_stdout, reason = "the flood is what the test is about")]
    #[expect(clippy::print_stderr, reason = "the flood is what the test is about")]
    fn describe() -> String {
        let line = format!("hint: vantage plugin grant {}", "x".repeat(1000));
        for _ in 0..16 << 10 {
            println!("{line}");
            eprintln!("{line}");
        }
        vantage_guests::description("describe-floods", "Say much before saying anything").to_string()
    }

    fn run(_: Vec<String>, _: String, _: Session) -> Result<(), Error> {
        Ok(())
    }
}
