//! The line between a server and a Git host that speaks plain http: it can hang, break, lie, or lose an answer.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// What happens on the line from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// Nobody is at the other end.
    Down,
    /// Connections are taken and nothing is ever said.
    Silent,
    /// An answer begins and never ends.
    Stalled,
    /// A byte of the answer now and then, so that the host is never silent for long.
    Dripping,
    /// Something answers that speaks no Git.
    Garbage,
    /// The next push breaks off before the host has heard of it; then all is well.
    CutBeforePush,
    /// The next push is carried out and its answer lost; then all is well.
    AnswerLost,
    /// The next push is carried out and its answer lost; then nobody is there.
    AnswerLostThenDown,
    /// Everything is answered, and a push never is; the host does not hear of it.
    SilentPush,
}

struct State {
    fault: Fault,
    /// Connections on which somebody waits in vain.
    waiting: usize,
}

#[derive(Clone)]
pub struct Line {
    pub port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Line {
    /// To the host on that port of this machine.
    pub fn to(host: u16) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = Arc::new((Mutex::new(State { fault: Fault::None, waiting: 0 }), Condvar::new()));
        let line = Line { port: listener.local_addr().unwrap().port(), state };
        let served = line.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let line = served.clone();
                std::thread::spawn(move || line.serve(client, host));
            }
        });
        line
    }

    /// From the next word on; whoever waits in vain is let go.
    pub fn set(&self, fault: Fault) {
        self.state.0.lock().unwrap().fault = fault;
        self.state.1.notify_all();
    }

    /// Returns once somebody waits in vain.
    pub fn is_waited_on(&self) {
        let state = self.state.0.lock().unwrap();
        let (state, _) = self.state.1.wait_timeout_while(state, Duration::from_secs(60), |state| state.waiting == 0).unwrap();
        assert!(state.waiting > 0, "nobody came");
    }

    fn fault(&self) -> Fault {
        self.state.0.lock().unwrap().fault
    }

    /// Until the fault is another one.
    fn hold(&self, fault: Fault) {
        let mut state = self.state.0.lock().unwrap();
        state.waiting += 1;
        self.state.1.notify_all();
        let mut state = self.state.1.wait_while(state, |state| state.fault == fault).unwrap();
        state.waiting -= 1;
    }

    fn serve(&self, client: TcpStream, host: u16) {
        match self.fault() {
            Fault::Down => {}
            Fault::Silent => self.hold(Fault::Silent),
            Fault::Garbage => answer_nonsense(&client),
            _ => self.carry(&client, host),
        }
        let _ = client.shutdown(Shutdown::Both);
    }

    fn carry(&self, client: &TcpStream, host: u16) {
        let server = TcpStream::connect(("127.0.0.1", host)).unwrap();
        let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let is_deaf = Arc::new(Mutex::new(false));
        let answers = {
            let (line, server, client) = (self.clone(), server.try_clone().unwrap(), client.try_clone().unwrap());
            let is_deaf = is_deaf.clone();
            std::thread::spawn(move || line.carry_back(server, client, &is_deaf))
        };
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let words = &buffer[..length];
            let is_push = words.starts_with(b"POST") && words.windows(16).any(|window| window == b"git-receive-pack");
            match self.fault() {
                Fault::SilentPush if is_push => {
                    self.hold(Fault::SilentPush);
                    break;
                }
                Fault::CutBeforePush if is_push => {
                    self.set(Fault::None);
                    break;
                }
                fault @ (Fault::AnswerLost | Fault::AnswerLostThenDown) if is_push => {
                    *is_deaf.lock().unwrap() = true;
                    self.set(if fault == Fault::AnswerLost { Fault::None } else { Fault::Down });
                }
                _ => {}
            }
            if to.write_all(words).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Write);
        let _ = answers.join();
    }

    /// The host's words, as far as they come through.
    fn carry_back(&self, mut from: TcpStream, mut to: TcpStream, is_deaf: &Mutex<bool>) {
        let mut buffer = vec![0; 1 << 16];
        let mut unheard = Vec::new();
        while let Ok(length @ 1..) = from.read(&mut buffer) {
            let words = &buffer[..length];
            if *is_deaf.lock().unwrap() {
                unheard.extend_from_slice(words);
                if unheard.ends_with(b"\r\n0\r\n\r\n") {
                    break; // the host has said all it has to say
                }
                continue;
            }
            let sent = match self.fault() {
                Fault::Stalled => {
                    let _ = to.write_all(&words[..length / 2]);
                    self.hold(Fault::Stalled);
                    break;
                }
                Fault::Dripping => words.chunks(1).try_for_each(|byte| {
                    if self.fault() == Fault::Dripping {
                        std::thread::sleep(Duration::from_millis(200)); // the fault itself
                    }
                    to.write_all(byte)
                }),
                _ => to.write_all(words),
            };
            if sent.is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    }
}

fn answer_nonsense(mut client: &TcpStream) {
    let mut request = [0; 4096];
    let _ = client.read(&mut request);
    let _ = client.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>\x1b[31mWelcome</h1>");
    let _ = client.shutdown(Shutdown::Write);
    let _ = client.read(&mut request);
}
