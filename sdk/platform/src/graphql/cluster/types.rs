//! What the API `cluster` shows and takes.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use jiff::Timestamp;

use crate::database::clusters::{self, Conditions, View};
use crate::graphql::caller::error;
use crate::graphql::pages::PageInfo;
use crate::graphql::scalars::{DateTime, JsonScalar};
use crate::server::Shared;

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
            creation_parameters: JsonScalar(
                serde_json::from_str(&row.creation_parameters).unwrap_or_default(),
            ),
            created_at: DateTime(Timestamp::from_millisecond(row.created_at).unwrap_or_default()),
        }
    }
}

/// A cluster in a list.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ClusterEdge {
    /// The cluster.
    pub(super) node: Cluster,
    /// Its place in the list, for `after`.
    pub(super) cursor: String,
}

/// A page of a list of clusters.
#[derive(Debug)]
pub(crate) struct ClusterConnection {
    pub(super) edges: Vec<ClusterEdge>,
    pub(super) page_info: PageInfo,
    pub(super) view: View,
    pub(super) conditions: Conditions,
}

/// A page of a list of clusters.
#[Object]
impl ClusterConnection {
    /// The clusters of this page, by name.
    async fn edges(&self) -> &[ClusterEdge] {
        &self.edges
    }

    /// How many clusters the whole list has.
    async fn total(&self, context: &Context<'_>) -> Result<i64> {
        let (view, conditions) = (self.view.clone(), self.conditions.clone());
        let platform = context.data::<Shared>()?;
        let count = platform.database.run(move |connection| view.count(connection, conditions)).await;
        count.map_err(failure)
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

/// What a client hears of a failure inside; the log has the rest.
pub(super) fn failure(problem: crate::PlatformError) -> async_graphql::Error {
    tracing::error!(%problem, "the database failed");
    error("INTERNAL_SERVER_ERROR", "the platform's database failed")
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
