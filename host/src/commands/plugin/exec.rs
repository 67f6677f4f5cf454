//! `vantage plugin exec`: its help, and what is said of a line that is none.
//!
//! A line that names a pack and a command never comes here: it is taken apart before there is a tree
//! (`cli/exec.rs`), and run like every other command of a pack.

use clap::Args;
use vantage_output::AnswerSpec;

use crate::error::HostError;
use crate::reply::{self, Reply};

/// Run a command of a pack, whoever else has its name
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "The command is what would be typed behind vantage if nobody else had the pack's words.

Examples:
  vantage plugin exec acme/gpu-report -- gpu-report summary
      Runs the pack's own, also where vantage or another pack has a gpu-report by now"
)]
pub struct Arguments {
    /// Pack, by id or by a word of its own
    #[arg(value_name = "PACK")]
    pack: String,
    /// The command, with its arguments
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    line: Vec<String>,
}

/// How it answers: not at all.
pub fn answer() -> AnswerSpec {
    reply::one_record(Vec::new())
}

/// Says how the line is written.
pub fn run(arguments: &Arguments) -> Result<Reply, HostError> {
    let Arguments { pack, line } = arguments;
    let hint = format!("as in vantage plugin exec {pack} -- {}", line.join(" "));
    Err(HostError::usage("the pack stands before `--`", vec![hint]))
}
