//! The job templates, scripts and submissions of a new world. Templates and scripts are the same
//! in every organization but for their times and owners; submissions follow the seed. Those that
//! are under way stay so, as seeded clusters that are `preparing` do: a seeded world stands still.

use rusqlite::Connection;
use serde_json::json;

use super::clusters::{NEW_YEAR, owner, pick};
use super::people::{ORGANIZATIONS, Organization};
use super::slurm::{course, judge};
use crate::database::files::{File, FileType, Files};
use crate::database::scripts::{self, Script};
use crate::database::submissions::{self, Course, NEVER, New, Outcome};
use crate::database::templates::{self, Template};
use crate::random::Dice;

/// How many submissions the organizations after the first have.
const FEW: usize = 4;

const MINUTE: i64 = 60 * 1_000;
const HOUR: i64 = 60 * MINUTE;

/// A script of a new world: name, description, content.
type Sample = (&'static str, &'static str, &'static str);

const SCRIPTS: [Sample; 6] = [
    (
        "hello-nodes",
        "Prints the name of every node",
        "#!/bin/bash\n#SBATCH --job-name=hello\n#SBATCH --nodes=2\nsrun hostname\n",
    ),
    (
        "md-relax",
        "Relaxes a protein in water",
        "#!/bin/bash\n#SBATCH --job-name=relax\n#SBATCH --gres=gpu:1\nmodule load gromacs\nsrun gmx mdrun -deffnm relax\n",
    ),
    (
        "render-frames",
        "Renders 240 frames of the turntable",
        "#!/bin/bash\n#SBATCH --array=1-240\nblender -b turntable.blend -f \"$SLURM_ARRAY_TASK_ID\"\n",
    ),
    (
        "train-tiny",
        "Trains the tiny model for one epoch",
        "#!/bin/bash\n#SBATCH --gres=gpu:4\n#SBATCH --time=02:00:00\nsrun python train.py --epochs 1\n",
    ),
    (
        "check-scratch",
        "Fails where the scratch folder is missing",
        "#!/bin/bash\ntest -d /scratch/missing || exit 1\n",
    ),
    ("notes", "Not a script at all: Slurm rejects it", "Remember to ask for four nodes.\n"),
];

const DIRECTORIES: [&str; 3] = ["/home/shared/jobs", "/scratch/runs", "/projects/alpha"];

/// Fills the tables: `number` submissions for the first organization, a few for each other.
pub(crate) fn make(connection: &Connection, seed: u64, number: usize) -> rusqlite::Result<()> {
    for (index, organization) in (0_u64..).zip(ORGANIZATIONS) {
        let number = if index == 0 { number } else { FEW };
        // Any odd number would do: it sets the organizations' dice apart, and these from the clusters'.
        let mut dice = Dice::new(seed ^ 0x2545_f491_4f6c_dd1d_u64.wrapping_mul(index + 1));
        let template = make_templates(connection, organization, &mut dice)?;
        let scripts = make_scripts(connection, organization, template, &mut dice)?;
        let clusters = clusters(connection, organization)?;
        for position in 0..number {
            // One after another, so that the order of ids is that of time.
            let before_new_year = (number - position) as i64 * 7 * HOUR - (dice.below(300) as i64) * MINUTE;
            let created_at = NEW_YEAR - before_new_year;
            let new = submission(organization, position, created_at, &scripts, &clusters, &mut dice);
            submissions::insert(connection, organization.id, &new)?;
        }
    }
    Ok(())
}

/// The time at which something seeded was made: in the hours before the last quarter of the year.
fn past(dice: &mut Dice, hours: u64) -> i64 {
    NEW_YEAR - (dice.below(hours * 60) as i64) * MINUTE - 90 * 24 * HOUR
}

/// Makes the templates, and gives the id of the first.
fn make_templates(
    connection: &Connection,
    organization: &Organization,
    dice: &mut Dice,
) -> rusqlite::Result<Option<i64>> {
    let entrypoint = |content: &str| Files::entrypoint("job.sh.j2".to_owned(), content.to_owned());
    let mut with_support = entrypoint("#!/bin/bash\nsource settings.sh\nsrun --ntasks={{ tasks }} ./solve\n");
    with_support.0.push(File {
        filename: "settings.sh".to_owned(),
        file_type: FileType::Support,
        content: "export OMP_NUM_THREADS=4\n".to_owned(),
    });
    let mpi = entrypoint(
        "#!/bin/bash\n#SBATCH --nodes={{ nodes }}\n#SBATCH --partition={{ partition }}\nsrun {{ program }}\n",
    );
    let old = entrypoint("#!/bin/bash\n# Replaced by mpi.\nmpirun {{ program }}\n");
    let mut first = None;
    for (name, identifier, description, is_archived, variables, files) in [
        (
            "MPI program",
            Some("mpi"),
            "Runs a program on several nodes",
            false,
            json!({"nodes": 2, "partition": "compute", "program": "./a.out"}),
            mpi,
        ),
        (
            "Solver",
            Some("solver"),
            "Runs the solver with its settings",
            false,
            json!({"tasks": 8}),
            with_support,
        ),
        ("MPI program (old)", None, "Superseded", true, json!({"program": "./a.out"}), old),
    ] {
        let created_at = past(dice, 24 * 300);
        let template = Template {
            id: 0,
            name: name.to_owned(),
            identifier: identifier.map(str::to_owned),
            description: description.to_owned(),
            owner_email: owner(organization, dice).email.to_owned(),
            is_archived,
            template_vars: variables.to_string(),
            files,
            created_at,
            updated_at: created_at,
        };
        let kept = templates::insert(connection, organization.id, template)?;
        first = first.or(kept.map(|template| template.id));
    }
    Ok(first)
}

/// Makes the scripts, and gives their ids with what they are.
fn make_scripts(
    connection: &Connection,
    organization: &Organization,
    template: Option<i64>,
    dice: &mut Dice,
) -> rusqlite::Result<Vec<(i64, Sample)>> {
    let mut made = Vec::new();
    for (position, sample) in SCRIPTS.into_iter().enumerate() {
        let (name, description, content) = sample;
        let created_at = past(dice, 24 * 200);
        let script = Script {
            id: 0,
            name: name.to_owned(),
            description: description.to_owned(),
            owner_email: owner(organization, dice).email.to_owned(),
            is_archived: false,
            parent_template_id: template.filter(|_| position == 0),
            files: Files::entrypoint("job.sh".to_owned(), content.to_owned()),
            created_at,
            updated_at: created_at,
        };
        made.push((scripts::insert(connection, organization.id, script)?.id, sample));
    }
    Ok(made)
}

/// Some clusters of an organization to submit to, those that run Slurm.
fn clusters(connection: &Connection, organization: &Organization) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM clusters WHERE organization = ?1 ORDER BY cluster_type DESC, name LIMIT 20";
    let mut statement = connection.prepare(sql)?;
    let names = statement.query_map([organization.id], |row| row.get(0))?;
    names.collect()
}

fn submission(
    organization: &Organization,
    position: usize,
    created_at: i64,
    scripts: &[(i64, Sample)],
    clusters: &[String],
    dice: &mut Dice,
) -> New {
    let drawn = dice.below(scripts.len() as u64) as usize;
    let (id, (name, description, content)) = scripts.get(drawn).copied().unwrap_or_default();
    let verdict = judge(content);
    let step = (1 + dice.below(90) as i64) * MINUTE;
    let whole = course(verdict.outcome, created_at, step);
    let cluster = clusters.get(dice.below(clusters.len() as u64) as usize);
    let owner_email = owner(organization, dice).email.to_owned();
    let cancelled = position % 8 == 6 && verdict.outcome != Outcome::Rejected;
    New {
        name: format!("{name}-{:02}", position + 1),
        description: description.to_owned(),
        job_script_id: id,
        // A world without clusters has jobs of one that was deleted since.
        cluster_name: cluster.cloned().unwrap_or_else(|| "retired".to_owned()),
        execution_directory: Some(pick(dice, &DIRECTORIES).to_owned()),
        sbatch_arguments: if dice.chance(0.5) { json!(["--exclusive"]) } else { json!([]) }.to_string(),
        report: if cancelled { Some(format!("Cancelled by {owner_email}")) } else { verdict.report },
        course: held(whole, position),
        cancelled_at: cancelled.then(|| whole.running_at + step / 2),
        owner_email,
    }
}

/// Holds every eighth job before it is submitted, while it is pending, and while it runs.
fn held(whole: Course, position: usize) -> Course {
    let (running_at, completing_at, finished_at) = (NEVER, NEVER, NEVER);
    match position % 8 {
        2 => Course { running_at, completing_at, finished_at, ..whole },
        5 => Course { completing_at, finished_at, ..whole },
        7 => Course { submitted_at: NEVER, running_at, completing_at, finished_at, ..whole },
        _ => whole,
    }
}
