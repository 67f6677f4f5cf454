//! `vantage completion`: the script that makes a shell complete lines.
//!
//! What the script asks, and what it is told, is in `completion.rs` at the top.

use clap::Args;
use vantage_output::AnswerSpec;

use crate::completion::Shell;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Print the script that completes lines in a shell
///
/// The script asks vantage itself at each line, so that it need not be made anew when packs come and go.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Where the script goes:
  bash        source <(vantage completion bash)
              in ~/.bashrc; with bash-completion also as a file
              ~/.local/share/bash-completion/completions/vantage
  zsh         vantage completion zsh > ~/.zfunc/_vantage
              with `fpath+=~/.zfunc` before `autoload -Uz compinit; compinit` in ~/.zshrc
  fish        vantage completion fish > ~/.config/fish/completions/vantage.fish
  elvish      eval (vantage completion elvish | slurp)
              in ~/.config/elvish/rc.elv
  powershell  vantage completion powershell | Out-String | Invoke-Expression
              in the file that $PROFILE names")]
pub struct Arguments {
    /// Shell that the script is for
    shell: Shell,
}

/// How it answers: with the script as it is.
pub fn answer() -> AnswerSpec {
    reply::no_answer()
}

/// Prints the script.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    context.console().document(arguments.shell.script())?;
    Ok(Reply::nothing())
}
