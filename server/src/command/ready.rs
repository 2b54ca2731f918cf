//! `countersign ready`: asks the server on this machine whether it can work, for hosts whose image holds nothing else.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks whether the server answers and its database does: exit status 0 or 1.
#[derive(Debug, Args)]
pub struct Ready {
    /// Where the server listens.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8480", value_name = "ADDR")]
    listen: SocketAddr,
}

pub fn ready(arguments: &Ready) -> anyhow::Result<()> {
    let at = reachable(arguments.listen);
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE).with_context(|| format!("nothing listens on {at}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET /readyz HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n\r\n", at.port()).as_bytes())?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).context("the server does not answer")?;
    let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    ensure!(line.starts_with("HTTP/1.1 200"), "the server is not ready: {line}");
    Ok(())
}

/// A server that listens everywhere listens here.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}
