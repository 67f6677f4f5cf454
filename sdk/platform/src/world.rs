//! The world that the platform shows: who there is, what they belong to, and the clusters made
//! at start. People and organizations are the same in every world; clusters follow the seed.

pub(crate) mod clusters;
pub(crate) mod people;
