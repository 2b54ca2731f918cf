//! `countersign confine`: sets bounds on itself and becomes another program; how the server starts Helm.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::helm::confine::become_confined;

/// Runs PROGRAM within the bounds that the server sets for rendering charts.
#[derive(Debug, Args)]
pub struct Confine {
    program: PathBuf,
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

pub fn confine(arguments: &Confine) -> ExitCode {
    let error = become_confined(&arguments.program, &arguments.arguments);
    eprintln!("countersign: {}: {error}", arguments.program.display());
    ExitCode::FAILURE
}
