//! The bounds that a process sets itself before it becomes another program.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, setrlimit};

/// Processor time, and the time that is waited for it.
pub const SECONDS: u64 = 20;
/// Bytes of data.
pub const MEMORY: u64 = 1 << 30;
/// Go reserves far more addresses than it uses.
const ADDRESSES: u64 = 4 << 30;
/// One file that it writes.
const FILE: u64 = 32 << 20;
const OPEN_FILES: u64 = 128;

/// Becomes `program`; comes back only with what went wrong.
pub fn become_confined(program: &Path, arguments: &[std::ffi::OsString]) -> io::Error {
    let bounds = [
        (Resource::Cpu, SECONDS),
        (Resource::Data, MEMORY),
        (Resource::As, ADDRESSES),
        (Resource::Fsize, FILE),
        (Resource::Nofile, OPEN_FILES),
        (Resource::Core, 0),
    ];
    for (resource, bound) in bounds {
        if let Err(error) = setrlimit(resource, Rlimit { current: Some(bound), maximum: Some(bound) }) {
            return error.into();
        }
    }
    Command::new(program).args(arguments).exec()
}
