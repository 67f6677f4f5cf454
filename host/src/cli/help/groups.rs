//! Commands below `vantage plugin` in groups, by whom they are for: two dozen in one list are not read.
//!
//! Only help knows the groups. A command that is in none stands in a last one, so that nothing is ever left
//! out; a test holds that there is none.

use clap::Command;

use crate::cli::help::look::Look;

/// The command whose commands are grouped, and its groups.
const GROUPED: &str = "plugin";
const GROUPS: [(&str, &[&str]); 4] = [
    (
        "Packs of others:",
        &[
            "add", "list", "show", "exec", "remove", "outdated", "upgrade", "rollback", "verify", "enable",
            "disable", "warm",
        ],
    ),
    ("What they may do:", &["grant", "revoke", "audit", "trust"]),
    ("For teams:", &["lock", "sync", "bundle"]),
    ("For authors:", &["new", "dev", "test", "check", "keygen", "sign", "publish"]),
];

/// What stands above commands of no group.
const REST: &str = "Further:";

/// `command` with its commands in groups, where it is the one that has them.
pub(super) fn grouped(command: Command, look: Look) -> Command {
    if command.get_name() != GROUPED || !command.has_subcommands() {
        return command;
    }
    let shown: Vec<(String, String)> = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
        .map(|below| {
            (below.get_name().to_owned(), below.get_about().map(ToString::to_string).unwrap_or_default())
        })
        .collect();
    let column = shown.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut group = |title: &str, rows: Vec<(String, String)>| {
        if !rows.is_empty() {
            text.push_str(&format!("{}\n{}\n", look.title(title), look.rows(&rows, column)));
        }
    };
    for (title, names) in GROUPS {
        let rows = names.iter().filter_map(|name| shown.iter().find(|(shown, _)| shown == name).cloned());
        group(title, rows.collect());
    }
    let is_grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    group(REST, shown.iter().filter(|(name, _)| !is_grouped(name)).cloned().collect());
    let options = look.title("Options:");
    // Braces would be tags of the template; the texts are the host's own and have none.
    command.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{text}{options}\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use clap::Subcommand as _;

    use super::*;
    use crate::cli::BuiltIn;

    #[test]
    fn every_command_is_in_a_group_and_none_has_a_brace() {
        let root = BuiltIn::augment_subcommands(Command::new("vantage"));
        let plugin = root.find_subcommand(GROUPED).unwrap().clone();
        for below in plugin.get_subcommands() {
            let name = below.get_name();
            let count = GROUPS.iter().flat_map(|(_, names)| *names).filter(|one| **one == name).count();
            assert_eq!(count, 1, "{name}");
            let about = below.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.contains(['{', '}']), "{about}");
        }
        let help = grouped(plugin, Look::new(Some(80), false)).render_help().to_string();
        assert!(help.contains("For teams:\n  lock") && !help.contains(REST), "{help}");
    }
}
