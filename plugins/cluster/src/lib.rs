//! The bundled pack `vantage/cluster`: the clusters of an organization, listed, shown, made,
//! deleted and watched.
//!
//! It uses nothing but `vantage-plugin`, like any third-party pack. `creationParameters` is selected
//! nowhere: it may hold secrets. The host's bundle builds it as a component and links it natively
//! for its description.

mod complete;
mod create;
mod delete;
mod get;
mod list;
#[cfg(test)]
mod tests;
mod watch;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vantage_plugin::{Answer, Argument, Column, Pack};

vantage_plugin::export_completing!(pack);

/// The providers that the platform runs clusters on, and what each is.
const PROVIDERS: [(&str, &str); 5] = [
    ("on_prem", "machines of your own"),
    ("aws", "Amazon Web Services"),
    ("gcp", "Google Cloud"),
    ("azure", "Microsoft Azure"),
    ("localhost", "this computer"),
];

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("vantage/cluster", env!("CARGO_PKG_VERSION"), "Work with clusters")
        .license("MIT OR Apache-2.0")
        .group("cluster", "Work with clusters")
        .command(list::command())
        .command(get::command())
        .command(create::command())
        .command(delete::command())
        .command(watch::command())
}

/// A cluster as the API names its fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cluster {
    name: String,
    status: String,
    provider: Option<String>,
    cluster_type: Option<String>,
    owner_email: Option<String>,
    description: Option<String>,
    client_id: Option<String>,
    cloud_account_id: Option<i64>,
    created_at: Option<String>,
}

/// A page of the connection `clusters`, for documents that ask for no more than one.
#[derive(Debug, Deserialize)]
struct Connection {
    edges: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Edge {
    node: Cluster,
}

/// The answer's columns and schema, the same for every command that shows clusters.
fn shown(answer: Answer) -> Answer {
    answer
        .columns([
            Column::text("Name", "/name"),
            Column::status("Status", "/status"),
            Column::text("Provider", "/provider"),
            Column::text("Owner", "/ownerEmail"),
            Column::text("Description", "/description").wide(),
            Column::time("Created", "/createdAt"),
            Column::text("Type", "/clusterType").wide(),
            Column::text("Client", "/clientId").wide(),
            Column::number("Account", "/cloudAccountId").wide(),
        ])
        .schema(schema())
}

fn schema() -> Value {
    json!({
        "type": "object",
        "required": ["name", "status"],
        "properties": {
            "name": { "type": "string" },
            "status": { "type": "string", "description": "`ready` when it takes jobs." },
            "provider": { "type": ["string", "null"] },
            "clusterType": { "type": ["string", "null"], "description": "`slurm` or `k8s`." },
            "ownerEmail": { "type": ["string", "null"] },
            "description": { "type": ["string", "null"] },
            "clientId": { "type": ["string", "null"] },
            "cloudAccountId": { "type": ["integer", "null"] },
            "createdAt": { "type": ["string", "null"], "format": "date-time" },
        },
    })
}

/// The positional argument that names a cluster that is there.
fn name_argument(summary: &str) -> Argument {
    Argument::text("name", summary).value_name("NAME").positional().required().completed_by(complete::names)
}

/// The option `--provider` with its choices.
fn provider_argument(summary: &str) -> Argument {
    PROVIDERS.iter().fold(Argument::choices("provider", summary), |argument, (value, meaning)| {
        argument.choice(*value, *meaning)
    })
}
