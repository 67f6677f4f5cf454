//! The world that the platform shows: who there is, what they belong to, and the clusters and jobs
//! made at start. People and organizations are the same in every world; clusters and jobs follow
//! the seed.

pub(crate) mod clusters;
pub(crate) mod jobs;
pub(crate) mod people;
pub(crate) mod slurm;
