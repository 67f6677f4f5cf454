//! The clusters of a new world. Everything follows from the seed: the same seed and number give
//! the same names, ids and times on every machine. The organizations share names, so that a
//! mix-up of organizations shows.

use rusqlite::Connection;
use serde_json::json;

use super::people::{self, ORGANIZATIONS, Organization, Person};
use crate::database::clusters::{Cluster, insert};
use crate::random::Dice;

/// How many clusters the organizations after the first have.
const FEW: usize = 3;

/// 2026-01-01T00:00:00Z in milliseconds; seeded clusters were made in the year before.
pub(crate) const NEW_YEAR: i64 = 1_767_225_600_000;

const YEAR_IN_SECONDS: u64 = 365 * 24 * 60 * 60;

const FIRST_WORDS: [&str; 16] = [
    "amber", "brisk", "calm", "dusky", "eager", "fallow", "gentle", "hollow", "ivory", "jolly", "keen",
    "lucid", "misty", "noble", "olive", "quiet",
];

const SECOND_WORDS: [&str; 16] = [
    "alder", "basin", "comet", "delta", "ember", "fjord", "grove", "heron", "inlet", "jetty", "kestrel",
    "lagoon", "meadow", "nebula", "otter", "ridge",
];

/// Where clusters run.
pub(crate) const PROVIDERS: [&str; 5] = ["on_prem", "aws", "gcp", "azure", "localhost"];

/// Providers that need a cloud account.
pub(crate) const CLOUDS: [&str; 3] = ["aws", "gcp", "azure"];

/// The cloud accounts that every organization has.
pub(crate) const CLOUD_ACCOUNTS: std::ops::RangeInclusive<i64> = 1..=3;

/// What clusters can be.
pub(crate) const TYPES: [&str; 2] = ["slurm", "k8s"];

/// What state clusters can be in. Most are ready: the first stands for four.
pub(crate) const STATUSES: [&str; 5] = ["ready", "preparing", "degraded", "failed", "stopped"];

const USUAL_STATUSES: [&str; 8] =
    ["ready", "ready", "ready", "ready", STATUSES[1], STATUSES[2], STATUSES[3], STATUSES[4]];

/// Fills the table: `number` clusters for the first organization, a few for each other. The first of the
/// first organization's are called as `given` says.
pub(crate) fn make(
    connection: &Connection,
    seed: u64,
    number: usize,
    given: &[String],
) -> rusqlite::Result<()> {
    for (index, organization) in (0..).zip(ORGANIZATIONS) {
        let number = if index == 0 { number } else { FEW };
        let mut names = Dice::new(seed);
        // Any odd number would do: it sets the organizations' dice apart.
        let mut details = Dice::new(seed ^ 0x5851_f42d_4c95_7f2d_u64.wrapping_mul(index + 1));
        for position in 0..number {
            let mut cluster = cluster(organization, position, &mut names, &mut details);
            if let Some(name) = given.get(position).filter(|_| index == 0) {
                cluster.name.clone_from(name);
            }
            insert(connection, organization.id, &cluster)?;
        }
    }
    Ok(())
}

fn cluster(organization: &Organization, position: usize, names: &mut Dice, dice: &mut Dice) -> Cluster {
    let (first, second) = (pick(names, &FIRST_WORDS), pick(names, &SECOND_WORDS));
    let name = format!("{first}-{second}-{:02}", position + 1);
    let (provider, cluster_type) = (pick(dice, &PROVIDERS), pick(dice, &TYPES));
    let cloud_account_id = CLOUDS.contains(&provider).then(|| 1 + (dice.below(3) as i64));
    let parameters = json!({
        "jupyterhub_token": format!("{:016x}{:016x}", dice.next(), dice.next()),
        "settings": {"partitions": 1 + dice.below(4), "nodes": 1 + dice.below(64)},
    });
    Cluster {
        client_id: format!("{name}-{}", dice.uuid()),
        description: format!("{} for {}", description(cluster_type), organization.name),
        name,
        // Without a time to be ready, one that is preparing stays so.
        status: pick(dice, &USUAL_STATUSES).to_owned(),
        ready_at: None,
        owner_email: owner(organization, dice).email.to_owned(),
        provider: provider.to_owned(),
        cluster_type: cluster_type.to_owned(),
        cloud_account_id,
        creation_parameters: parameters.to_string(),
        created_at: NEW_YEAR - (dice.below(YEAR_IN_SECONDS) as i64) * 1_000,
    }
}

pub(crate) fn pick(dice: &mut Dice, words: &[&'static str]) -> &'static str {
    let index = dice.below(words.len() as u64) as usize;
    words.get(index).copied().unwrap_or_default()
}

fn description(cluster_type: &str) -> &'static str {
    match cluster_type {
        "slurm" => "Batch computing",
        _ => "Containers",
    }
}

pub(crate) fn owner(organization: &Organization, dice: &mut Dice) -> &'static Person {
    let members: Vec<_> = people::PEOPLE
        .into_iter()
        .filter(|person| person.memberships.iter().any(|member| member.id == organization.id))
        .collect();
    let index = dice.below(members.len() as u64) as usize;
    members.get(index).copied().unwrap_or(&people::FIRST)
}
