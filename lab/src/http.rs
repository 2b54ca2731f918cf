//! As much HTTP as loopback needs: one request per connection, and files from a folder.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// HTTP/1.0, so the answer is whole when the connection ends.
pub fn request(port: u16, method: &str, path: &str, content_type: &str, body: &[u8]) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n")?;
    if !body.is_empty() {
        write!(stream, "Content-Type: {content_type}\r\nContent-Length: {length}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").context("an answer without an end of its head")?;
    let status = std::str::from_utf8(&answer[..head])?.split(' ').nth(1).context("an answer without a status")?.parse()?;
    Ok(Answer { status, body: answer.split_off(head + 4) })
}

/// Serves the files of a folder to whoever asks on loopback, until it is dropped. Only a path's last part counts: what asks
/// for `/charts/index.yaml` of some host is given the folder's own.
pub struct FileServer {
    pub port: u16,
    over: Arc<AtomicBool>,
}

impl FileServer {
    pub fn start(root: PathBuf) -> anyhow::Result<FileServer> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                let root = root.clone();
                std::thread::spawn(move || answer(stream, &root));
            }
        });
        Ok(FileServer { port, over })
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port)); // wakes the listener
    }
}

fn answer(mut stream: TcpStream, root: &Path) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines().map_while(Result::ok);
    let first = lines.next()?;
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let name = first.split(' ').nth(1)?.rsplit('/').next()?;
    match (name != "..").then(|| std::fs::read(root.join(name))) {
        Some(Ok(bytes)) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len()).ok()?;
            stream.write_all(&bytes).ok()
        }
        _ => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::{FileServer, request};

    #[test]
    fn a_file_is_served_and_nothing_above_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("public");
        std::fs::create_dir(&root).unwrap();
        std::fs::write(root.join("index.yaml"), "entries: {}\n").unwrap();
        std::fs::write(folder.path().join("private"), "no").unwrap();
        let server = FileServer::start(root).unwrap();
        let get = |path: &str| request(server.port, "GET", path, "", b"").unwrap();
        assert_eq!(get("/index.yaml").body, b"entries: {}\n");
        assert_eq!(get("/charts/stable/index.yaml").body, b"entries: {}\n");
        assert_eq!(get("/../private").status, 404);
        assert_eq!(get("/..").status, 404);
        assert_eq!(get("/missing").status, 404);
    }
}
