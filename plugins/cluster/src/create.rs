//! `cluster create`: asks the platform for a new cluster.

use serde::{Deserialize, Serialize};
use vantage_plugin::{Answer, Argument, Command, Error, ErrorKind, Operation, Result, Session, Union};

use crate::{Cluster, provider_argument, shown};

const CREATE: Operation = Operation::new(
    "CreateCluster",
    "cluster",
    "mutation CreateCluster($createClusterInput: CreateClusterInput!) {
        createCluster(createClusterInput: $createClusterInput) {
            __typename
            ... on Cluster {
                name status provider clusterType ownerEmail description clientId cloudAccountId createdAt
            }
            ... on ClusterNameInUse { message }
            ... on InvalidInput { message }
            ... on ClusterCouldNotBeDeployed { message }
            ... on UnexpectedBehavior { message }
        }
    }",
    "creates the cluster that you describe",
);

/// The options that only AWS takes, in the order of help.
const AWS_OPTIONS: [&str; 3] = ["region", "instance-type", "key-pair"];

pub(crate) fn command() -> Command {
    Command::change("cluster create", "Create a cluster", run)
        .description(
            "The platform starts to build the cluster and answers at once; \
             `vantage cluster get NAME` shows when it is ready.",
        )
        .argument(Argument::text("name", "The new cluster's name").value_name("NAME").positional().required())
        .argument(provider_argument("What the cluster runs on").required())
        .argument(
            Argument::choices("type", "What the cluster is")
                .choice("slurm", "a Slurm cluster")
                .choice("k8s", "a Kubernetes cluster")
                .default("slurm"),
        )
        .argument(Argument::text("description", "What the cluster is for").short('d').value_name("TEXT"))
        .argument(
            Argument::integer("cloud-account", "The cloud account to use, which clouds need")
                .value_name("ID"),
        )
        .argument(Argument::text("region", "AWS: the region, as in `us-west-2`").value_name("REGION"))
        .argument(Argument::text("instance-type", "AWS: the head node's instance type").value_name("TYPE"))
        .argument(Argument::text("key-pair", "AWS: the key pair for the head node").value_name("KEY"))
        .uses(CREATE)
        .answer(shown(Answer::one()))
        .example("vantage cluster create lab --provider on_prem", "Creates `lab` on your own machines")
        .example(
            "vantage cluster create gpu-1 --provider aws --cloud-account 3 --region us-west-2",
            "Creates `gpu-1` on AWS",
        )
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Create {
    name: String,
    provider: String,
    #[serde(rename = "type")]
    cluster_type: String,
    description: Option<String>,
    region: Option<String>,
    instance_type: Option<String>,
    key_pair: Option<String>,
    cloud_account: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Variables {
    create_cluster_input: Input,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    name: String,
    provider: String,
    cluster_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cloud_account_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_attributes: Option<ProviderAttributes>,
}

#[derive(Serialize)]
struct ProviderAttributes {
    aws: AwsAttributes,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AwsAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    head_node_instance_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_pair: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    create_cluster: Union,
}

fn run(session: &Session, arguments: Create) -> Result {
    let account = arguments.cloud_account;
    let variables = Variables { create_cluster_input: input(arguments)? };
    let data: Data = session.graphql().execute(CREATE, variables)?;
    let undeployable = data.create_cluster.typename() == "ClusterCouldNotBeDeployed";
    let made = data.create_cluster.into_member::<Cluster>("Cluster", |member| match member {
        "ClusterNameInUse" => ErrorKind::Conflict,
        "InvalidInput" => ErrorKind::Invalid,
        _ => ErrorKind::Failed,
    });
    match made {
        Ok(cluster) => session.output().emit(&cluster),
        Err(error) if undeployable && account.is_none() => {
            Err(error.hint("--cloud-account ID says which cloud account to use"))
        }
        Err(error) => Err(error),
    }
}

fn input(arguments: Create) -> Result<Input> {
    let given = [arguments.region.is_some(), arguments.instance_type.is_some(), arguments.key_pair.is_some()];
    let first = AWS_OPTIONS.iter().zip(given).find_map(|(option, given)| given.then_some(option));
    if let Some(option) = first.filter(|_| arguments.provider != "aws") {
        return Err(Error::usage(format!("`--{option}` is only for the provider `aws`")));
    }
    Ok(Input {
        name: arguments.name,
        provider: arguments.provider,
        cluster_type: arguments.cluster_type,
        description: arguments.description,
        cloud_account_id: arguments.cloud_account,
        provider_attributes: first.map(|_| ProviderAttributes {
            aws: AwsAttributes {
                head_node_instance_type: arguments.instance_type,
                key_pair: arguments.key_pair,
                region_name: arguments.region,
            },
        }),
    })
}
