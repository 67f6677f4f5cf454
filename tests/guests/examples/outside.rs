//! Ill-behaved: looks for a world outside: environment, arguments, files, network, processes, threads.
//! Its answer is what it found.

use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::process;

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Column, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/outside", "1.0.0", "Look for a way out").command(
        Command::read("outside", "Look for a way out", run).answer(
            Answer::many().column(Column::text("Way", "/way")).column(Column::text("Found", "/found")),
        ),
    )
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    for (way, found) in [
        ("environment", environment()),
        ("arguments", std::env::args_os().count().to_string()),
        ("folder", said(std::env::current_dir().map(|path| path.display().to_string()))),
        ("root", said(std::fs::read_dir("/").map(Iterator::count))),
        ("file", said(std::fs::read("/etc/hostname").map(|bytes| bytes.len()))),
        ("write", said(std::fs::File::create("/tmp/out"))),
        ("connect", said(TcpStream::connect("127.0.0.1:80"))),
        ("listen", said(TcpListener::bind("127.0.0.1:0"))),
        ("datagram", said(UdpSocket::bind("127.0.0.1:0"))),
        ("name", said(("localhost", 80).to_socket_addrs().map(Iterator::count))),
        ("process", said(process::Command::new("/bin/true").status())),
        ("thread", said(std::thread::Builder::new().spawn(|| ()).map(|_| "a thread"))),
    ] {
        output.emit(&json!({ "way": way, "found": found }))?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "there must be no environment to read")]
fn environment() -> String {
    std::env::vars_os().count().to_string()
}

fn said<T: std::fmt::Debug>(found: std::io::Result<T>) -> String {
    match found {
        Ok(found) => format!("{found:?}"),
        Err(error) if error.kind() == ErrorKind::Unsupported => "nothing: unsupported".to_owned(),
        Err(error) => format!("nothing: {:?}", error.kind()),
    }
}
