//! The platform over the wire: everything is asked by HTTP, as a client would, with nothing of
//! the platform's own types but `Options` and the records it is read by. Time is moved by hand.
//! It does not test a client; `client` is the least that can speak to the platform.

#![expect(
    clippy::unwrap_used,
    reason = "the functions that tests share are tests too, which the exemption for tests does not see"
)]

mod access;
mod admin;
mod binary;
mod changes;
mod client;
mod course;
mod device;
mod documents;
mod echo;
mod endings;
mod job_changes;
mod job_documents;
mod job_lists;
mod life;
mod lists;
mod page;
mod schema;
mod sessions;
mod socket;
mod strictness;
mod watching;
mod websocket;
