//! What the API `cluster` shows and takes.

use async_graphql::{InputObject, SimpleObject};
use rusqlite::types::Value;

use crate::database::clusters;
use crate::graphql::connection::Node;
use crate::graphql::scalars::{DateTime, JsonScalar};

/// A cluster of an organization.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Cluster {
    /// The name: unique in its organization, and the key everywhere.
    name: String,
    /// `preparing` until it can be used, then `ready`; or `degraded`, `failed`, `stopped`.
    status: String,
    /// The client as which the cluster itself signs in.
    client_id: String,
    /// What its owner says about it.
    description: String,
    /// Who created it.
    owner_email: String,
    /// Where it runs: `on_prem`, `aws`, `gcp`, `azure` or `localhost`.
    provider: String,
    /// What it is: `slurm` or `k8s`.
    cluster_type: String,
    /// The cloud account it runs in, for a cloud's provider.
    cloud_account_id: Option<i64>,
    /// What it was created with. It may hold secrets, such as `jupyterhub_token`.
    creation_parameters: JsonScalar,
    /// When it was created.
    created_at: DateTime,
}

impl From<clusters::Cluster> for Cluster {
    fn from(row: clusters::Cluster) -> Self {
        Self {
            name: row.name,
            status: row.status,
            client_id: row.client_id,
            description: row.description,
            owner_email: row.owner_email,
            provider: row.provider,
            cluster_type: row.cluster_type,
            cloud_account_id: row.cloud_account_id,
            creation_parameters: JsonScalar::stored(&row.creation_parameters),
            created_at: DateTime::stored(row.created_at),
        }
    }
}

impl Node for Cluster {
    type Row = clusters::Cluster;
    const NAME: &'static str = "Cluster";
    const FILTERS: &'static [(&'static str, &'static str)] = &[
        ("name", "name"),
        ("status", "status"),
        ("clientId", "client_id"),
        ("description", "description"),
        ("ownerEmail", "owner_email"),
        ("provider", "provider"),
        ("clusterType", "cluster_type"),
        ("cloudAccountId", "cloud_account_id"),
    ];

    fn key(row: &clusters::Cluster) -> String {
        row.name.clone()
    }

    fn read_key(text: String) -> Option<Value> {
        Some(Value::Text(text))
    }
}

/// A cluster to create.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateClusterInput {
    /// Lower-case letters, digits and dashes, beginning and ending with a letter or digit; up to 63.
    pub(super) name: String,
    /// Where it runs: `on_prem` unless said otherwise, `aws`, `gcp`, `azure` or `localhost`.
    pub(super) provider: Option<String>,
    /// What it is: `slurm` unless said otherwise, or `k8s`.
    pub(super) cluster_type: Option<String>,
    /// What to say about it.
    pub(super) description: Option<String>,
    /// The cloud account to run in; a cloud's provider needs one, here or in `providerAttributes`.
    pub(super) cloud_account_id: Option<i64>,
    /// What a single provider needs to know.
    pub(super) provider_attributes: Option<ProviderAttributes>,
    /// Settings of the cluster, kept as they are.
    pub(super) settings: Option<JsonScalar>,
}

/// What a single provider needs to know.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ProviderAttributes {
    /// For the provider `aws`.
    pub(super) aws: Option<AwsAttributes>,
}

/// What `aws` needs to know.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AwsAttributes {
    /// The machine type of the head node.
    pub(super) head_node_instance_type: Option<String>,
    /// The name of the key pair to reach it by.
    pub(super) key_pair: Option<String>,
    /// The cloud account to run in.
    pub(super) cloud_account_id: Option<i64>,
    /// The region to run in.
    pub(super) region_name: Option<String>,
}

/// A change to a cluster; what is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateClusterRecordInput {
    /// Which cluster.
    pub(super) name: String,
    /// What to say about it from now on.
    pub(super) description: Option<String>,
    /// Its status from now on.
    pub(super) status: Option<String>,
}
