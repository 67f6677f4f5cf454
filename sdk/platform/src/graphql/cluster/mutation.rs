//! What can be changed through the API `cluster`. Input that is understood but not acceptable is
//! an answer (a union's member), not a GraphQL error, as upstream has it.

use async_graphql::{Context, Object, Result};
use serde_json::json;

use super::outcomes::{
    ClusterCouldNotBeDeployed, ClusterDeleted, ClusterNameInUse, ClusterNotFound, CreateClusterResult,
    DeleteClusterResult, InvalidInput, InvalidProviderInput, UnexpectedBehavior, UpdateClusterResult,
};
use super::types::{Cluster, CreateClusterInput, UpdateClusterRecordInput};
use crate::database::clusters;
use crate::database::lists::View;
use crate::graphql::caller::{Caller, view};
use crate::random;
use crate::server::{Platform, Shared};
use crate::world::clusters::{CLOUD_ACCOUNTS, CLOUDS, PROVIDERS, STATUSES, TYPES};

/// The role that every change needs.
const WRITE: &str = "clusters:write";

/// What can be changed.
#[derive(Debug)]
pub(crate) struct Mutation;

/// What can be changed.
#[Object]
impl Mutation {
    /// Creates a cluster in the token's organization; it is `preparing` first and `ready` later.
    async fn create_cluster(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The cluster to create.")] create_cluster_input: CreateClusterInput,
    ) -> Result<CreateClusterResult> {
        let View { organization, now } = view(context, WRITE)?;
        if let Some(problem) = check(&create_cluster_input) {
            return Ok(problem);
        }
        let platform: &Platform = context.data::<Shared>()?;
        let owner = context.data::<Caller>()?.email.clone();
        let row = match new_cluster(platform, create_cluster_input, owner, now) {
            Ok(row) => row,
            Err(problem) => return Ok(CreateClusterResult::UnexpectedBehavior(unexpected(&problem))),
        };
        let kept = row.clone();
        let inserted = platform.change(move |c| clusters::insert(c, &organization, &kept)).await;
        Ok(match inserted {
            Ok(true) => CreateClusterResult::Cluster(Box::new(row.into())),
            Ok(false) => {
                let message = format!("Cluster name {} is already in use", row.name);
                CreateClusterResult::ClusterNameInUse(ClusterNameInUse::new(message))
            }
            Err(problem) => CreateClusterResult::UnexpectedBehavior(unexpected(&problem)),
        })
    }

    /// Deletes a cluster of the token's organization.
    async fn delete_cluster(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which cluster.")] cluster_name: String,
    ) -> Result<DeleteClusterResult> {
        let view = view(context, WRITE)?;
        if !is_name(&cluster_name) {
            let message = InvalidProviderInput::new("No provider has a cluster of such a name");
            return Ok(DeleteClusterResult::InvalidProviderInput(message));
        }
        let platform: &Platform = context.data::<Shared>()?;
        let name = cluster_name.clone();
        let deleted =
            platform.change(move |connection| clusters::delete(connection, &view.organization, &name)).await;
        Ok(match deleted {
            Ok(true) => {
                let message = format!("Cluster {cluster_name} was deleted");
                DeleteClusterResult::ClusterDeleted(ClusterDeleted::new(message))
            }
            Ok(false) => DeleteClusterResult::ClusterNotFound(not_found(&cluster_name)),
            Err(problem) => DeleteClusterResult::UnexpectedBehavior(unexpected(&problem)),
        })
    }

    /// Changes what is said about a cluster of the token's organization.
    async fn update_cluster(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which cluster, and what to change.")]
        update_cluster_input: UpdateClusterRecordInput,
    ) -> Result<UpdateClusterResult> {
        let view = view(context, WRITE)?;
        let UpdateClusterRecordInput { name, description, status } = update_cluster_input;
        if let Some(status) = status.as_deref().filter(|status| !STATUSES.contains(status)) {
            let message = one_of("status", status, &STATUSES);
            return Ok(UpdateClusterResult::InvalidInput(InvalidInput::new(message)));
        }
        let platform: &Platform = context.data::<Shared>()?;
        let sought = name.clone();
        let updated = platform
            .change(move |c| clusters::update(c, &view, &sought, description.as_deref(), status.as_deref()))
            .await;
        Ok(match updated {
            Ok(Some(row)) => UpdateClusterResult::Cluster(Box::new(Cluster::from(row))),
            Ok(None) => UpdateClusterResult::ClusterNotFound(not_found(&name)),
            Err(problem) => UpdateClusterResult::UnexpectedBehavior(unexpected(&problem)),
        })
    }
}

/// Whether a name can be one of a cluster.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('-') && !name.ends_with('-')
}

/// The provider that the input names, or the usual one.
fn provider(input: &CreateClusterInput) -> &str {
    input.provider.as_deref().unwrap_or("on_prem")
}

/// The type that the input names, or the usual one.
fn cluster_type(input: &CreateClusterInput) -> &str {
    input.cluster_type.as_deref().unwrap_or("slurm")
}

/// The cloud account that the input names, in either place.
fn cloud_account(input: &CreateClusterInput) -> Option<i64> {
    let aws = input.provider_attributes.as_ref().and_then(|attributes| attributes.aws.as_ref());
    input.cloud_account_id.or_else(|| aws.and_then(|aws| aws.cloud_account_id))
}

/// What is wrong with a cluster to create, if anything.
fn check(input: &CreateClusterInput) -> Option<CreateClusterResult> {
    let invalid = |message: String| Some(CreateClusterResult::InvalidInput(InvalidInput::new(message)));
    let (provider, cluster_type) = (provider(input), cluster_type(input));
    if !is_name(&input.name) {
        let form = "1 to 63 lower-case letters, digits and dashes, a letter or digit at both ends";
        return invalid(format!("name: {form}"));
    }
    if !PROVIDERS.contains(&provider) {
        return invalid(one_of("provider", provider, &PROVIDERS));
    }
    if !TYPES.contains(&cluster_type) {
        return invalid(one_of("clusterType", cluster_type, &TYPES));
    }
    let message = match cloud_account(input) {
        None if CLOUDS.contains(&provider) => {
            format!("Provider {provider} needs a cloud account: cloudAccountId")
        }
        Some(id) if !CLOUD_ACCOUNTS.contains(&id) => format!("There is no cloud account {id}"),
        _ => return None,
    };
    let refused = ClusterCouldNotBeDeployed::new(message);
    Some(CreateClusterResult::ClusterCouldNotBeDeployed(refused))
}

fn new_cluster(
    platform: &Platform,
    input: CreateClusterInput,
    owner_email: String,
    now: i64,
) -> Result<clusters::Cluster, crate::PlatformError> {
    let cloud_account_id = cloud_account(&input);
    let (provider, cluster_type) = (provider(&input).to_owned(), cluster_type(&input).to_owned());
    let aws = input.provider_attributes.and_then(|attributes| attributes.aws).map(|aws| {
        json!({
            "headNodeInstanceType": aws.head_node_instance_type,
            "keyPair": aws.key_pair,
            "cloudAccountId": aws.cloud_account_id,
            "regionName": aws.region_name,
        })
    });
    let parameters = json!({
        "jupyterhub_token": random::secret()?,
        "settings": input.settings.unwrap_or_default().0,
        "providerAttributes": {"aws": aws},
    });
    let wait = i64::try_from(platform.options.ready_after.as_millis()).unwrap_or(i64::MAX);
    Ok(clusters::Cluster {
        status: if wait == 0 { "ready" } else { "preparing" }.to_owned(),
        ready_at: Some(now.saturating_add(wait)),
        client_id: format!("{}-{}", input.name, random::uuid(random::bytes()?)),
        name: input.name,
        description: input.description.unwrap_or_default(),
        owner_email,
        provider,
        cluster_type,
        cloud_account_id,
        creation_parameters: parameters.to_string(),
        created_at: now,
    })
}

fn one_of(field: &str, given: &str, known: &[&str]) -> String {
    format!("{field}: `{given}` is not one of {}", known.join(", "))
}

fn not_found(name: &str) -> ClusterNotFound {
    ClusterNotFound::new(format!("Cluster {name} was not found"))
}

fn unexpected(problem: &crate::PlatformError) -> UnexpectedBehavior {
    tracing::error!(%problem, "a change could not be made");
    UnexpectedBehavior::new("The platform could not do it; its log says why")
}
