//! The hosts of the internet that charts come from, on loopback: a proxy that speaks TLS in the name of each.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use lab::Outside;

use crate::support::authority::Authority;

/// Leads `https://host` of whoever is given [`Hosts::outside`] to a port of this machine, and every other host nowhere.
pub struct Hosts {
    proxy: u16,
    ports: Arc<Mutex<HashMap<String, u16>>>,
    over: Arc<AtomicBool>,
    folder: tempfile::TempDir,
}

impl Hosts {
    pub fn start() -> Hosts {
        let authority = Arc::new(Authority::new());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("authority.pem"), authority.pem()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = listener.local_addr().unwrap().port();
        let (ports, over): (Arc<Mutex<HashMap<String, u16>>>, Arc<AtomicBool>) = Default::default();
        let (known, ended) = (ports.clone(), over.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let (known, authority) = (known.clone(), authority.clone());
                std::thread::spawn(move || answer(stream, &known, &authority));
            }
        });
        Hosts { proxy, ports, over, folder }
    }

    /// From now on this host is what listens on that port.
    pub fn lead(&self, host: &str, port: u16) {
        self.ports.lock().unwrap().insert(host.to_owned(), port);
    }

    pub fn outside(&self) -> Outside {
        Outside { proxy: format!("http://127.0.0.1:{}", self.proxy), authority: self.authority() }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }
}

impl Drop for Hosts {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.proxy)); // wakes the listener
    }
}

/// `CONNECT host:443`, and then one request with its answer: without keep-alive nothing has to be told apart.
fn answer(stream: TcpStream, ports: &Mutex<HashMap<String, u16>>, authority: &Authority) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let first = head(&mut reader)?.remove(0);
    let host = first.strip_prefix("CONNECT ")?.split(':').next()?.to_owned();
    let port = ports.lock().unwrap().get(&host).copied();
    let mut stream = reader.into_inner();
    let Some(port) = port else {
        return stream.write_all(b"HTTP/1.1 502 Nobody stands in for this host\r\nContent-Length: 0\r\n\r\n").ok();
    };
    stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    let mut outer = BufReader::new(authority.acceptor(&host).accept(stream).ok()?);
    let mut inner = TcpStream::connect(("127.0.0.1", port)).ok()?;
    for line in head(&mut outer)? {
        if !line.to_ascii_lowercase().starts_with("connection:") {
            write!(inner, "{line}\r\n").ok()?;
        }
    }
    inner.write_all(b"Connection: close\r\n\r\n").ok()?;
    let mut bytes = Vec::new();
    inner.read_to_end(&mut bytes).ok()?;
    outer.get_mut().write_all(&bytes).ok()?;
    outer.get_mut().shutdown().ok().map(drop)
}

fn head(reader: &mut impl BufRead) -> Option<Vec<String>> {
    let lines: Vec<String> = reader.lines().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
    (!lines.is_empty()).then_some(lines)
}
