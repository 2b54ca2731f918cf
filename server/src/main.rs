//! The `countersign` command.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::command;
use server::config::{Config, LogFormat};

/// AI drafts. A person countersigns. Git records.
#[derive(Parser)]
#[command(name = "countersign", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the server.
    Serve(Config),
    Render(command::render::Render),
    Verify(command::verify::Verify),
    /// People, from the host.
    #[command(subcommand)]
    Person(Person),
}

#[derive(Subcommand)]
enum Person {
    /// Prints a one-time link by which NAME enrols a key; it lasts 15 minutes and is logged.
    Enrol {
        name: String,
        #[command(flatten)]
        config: Config,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(config) => {
            log(&config);
            command::serve::serve(config).await
        }
        Command::Render(render) => return command::render::render(&render),
        Command::Verify(verify) => return command::verify::verify(&verify),
        Command::Person(Person::Enrol { name, config }) => command::person::enrol(config, &name).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("countersign: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn log(config: &Config) {
    let log = tracing_subscriber::fmt().with_env_filter(&config.log).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
