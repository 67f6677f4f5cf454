//! What Slurm would do with a script, told from its text alone, so that whoever writes a script
//! knows how its job will end:
//!
//! - a first line that is not `#!…` is rejected, as `sbatch` does;
//! - `exit N` with a number other than 0, anywhere, lets the job fail with that status;
//! - `sleep infinity` lets it run into its time limit;
//! - everything else ends well.

use crate::database::submissions::{Course, NEVER, Outcome};

/// How a job of a script ends, and what is said about it then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) report: Option<String>,
}

/// Looks at the entrypoint of a script.
pub(crate) fn judge(content: &str) -> Verdict {
    let verdict = |outcome, report: &str| Verdict { outcome, report: Some(report.to_owned()) };
    if !content.starts_with("#!") {
        let report = "sbatch: error: This does not look like a batch script. The first line must start \
                      with #! followed by the path to an interpreter.";
        return verdict(Outcome::Rejected, report);
    }
    let words: Vec<&str> = content.split(|c: char| c.is_whitespace() || ";&|()".contains(c)).collect();
    let mut pairs = words.iter().zip(words.iter().skip(1));
    let status = pairs.clone().filter(|(word, _)| **word == "exit").find_map(|(_, number)| status(number));
    if let Some(status) = status {
        return verdict(Outcome::Failed, &format!("The job failed with exit status {status}"));
    }
    if pairs.any(|pair| pair == (&"sleep", &"infinity")) {
        return verdict(Outcome::Timeout, "The job was ended because it reached its time limit");
    }
    Verdict { outcome: Outcome::Completed, report: None }
}

/// The status of a failure, as it stands after `exit`.
fn status(word: &str) -> Option<u8> {
    word.parse().ok().filter(|status| *status != 0)
}

/// The steps of a job that is created now, each `step` milliseconds after the one before.
pub(crate) fn course(outcome: Outcome, now: i64, step: i64) -> Course {
    let after = |steps: i64| now.saturating_add(step.saturating_mul(steps));
    let submitted = |steps| if outcome == Outcome::Rejected { NEVER } else { after(steps) };
    Course {
        created_at: now,
        submitted_at: after(1),
        running_at: submitted(2),
        completing_at: submitted(3),
        finished_at: submitted(4),
        outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_tells_the_end() {
        let outcome = |content: &str| judge(content).outcome;
        assert_eq!(outcome("#!/bin/bash\nsrun hostname\nexit 0\n"), Outcome::Completed);
        assert_eq!(outcome("srun hostname\n#!/bin/bash\n"), Outcome::Rejected);
        assert_eq!(outcome(""), Outcome::Rejected);
        for failing in ["#!/bin/sh\nexit 1", "#!/bin/sh\ntest -f x || exit 17; true", "#!/bin/sh\n(exit 2)"] {
            assert_eq!(outcome(failing), Outcome::Failed, "{failing}");
        }
        assert_eq!(outcome("#!/bin/sh\nexit 1x\necho exit1"), Outcome::Completed);
        assert_eq!(outcome("#!/bin/sh\nsleep infinity"), Outcome::Timeout);
        assert_eq!(judge("#!/bin/sh\nexit 17").report.as_deref(), Some("The job failed with exit status 17"));
    }

    #[test]
    fn steps_follow_each_other_and_no_sum_overflows() {
        let course = course(Outcome::Completed, 1_000, 10);
        let steps = [course.submitted_at, course.running_at, course.completing_at, course.finished_at];
        assert_eq!(steps, [1_010, 1_020, 1_030, 1_040]);
        assert_eq!(super::course(Outcome::Rejected, 1_000, 10).running_at, NEVER);
        assert_eq!(super::course(Outcome::Completed, 1_000, i64::MAX).finished_at, NEVER);
    }
}
