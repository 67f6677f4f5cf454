//! What mutations of the API `cluster` answer: the entity, or one of several objects that only
//! carry a message. Clients tell them apart by `__typename`.

use async_graphql::Union;

use super::types::Cluster;
use crate::graphql::messages::messages;

messages! {
    /// The organization has a cluster of this name.
    ClusterNameInUse;
    /// The input cannot be used as it is.
    InvalidInput;
    /// The input is right, but the provider cannot run the cluster.
    ClusterCouldNotBeDeployed;
    /// Something failed that the caller cannot mend.
    UnexpectedBehavior;
    /// The cluster is gone.
    ClusterDeleted;
    /// The organization has no cluster of this name.
    ClusterNotFound;
    /// The provider cannot do this with the cluster.
    InvalidProviderInput;
}

/// What became of a cluster to create.
#[derive(Debug, Union)]
pub(crate) enum CreateClusterResult {
    /// It exists.
    Cluster(Box<Cluster>),
    /// The name is taken.
    ClusterNameInUse(ClusterNameInUse),
    /// The input is wrong.
    InvalidInput(InvalidInput),
    /// The provider refused.
    ClusterCouldNotBeDeployed(ClusterCouldNotBeDeployed),
    /// The platform failed.
    UnexpectedBehavior(UnexpectedBehavior),
}

/// What became of a cluster to delete.
#[derive(Debug, Union)]
pub(crate) enum DeleteClusterResult {
    /// It is gone.
    ClusterDeleted(ClusterDeleted),
    /// There was none.
    ClusterNotFound(ClusterNotFound),
    /// The provider refused.
    InvalidProviderInput(InvalidProviderInput),
    /// The platform failed.
    UnexpectedBehavior(UnexpectedBehavior),
}

/// What became of a cluster to update.
#[derive(Debug, Union)]
pub(crate) enum UpdateClusterResult {
    /// As it is now.
    Cluster(Box<Cluster>),
    /// There was none.
    ClusterNotFound(ClusterNotFound),
    /// The input is wrong.
    InvalidInput(InvalidInput),
    /// The platform failed.
    UnexpectedBehavior(UnexpectedBehavior),
}
