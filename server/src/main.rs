//! The `countersign` command.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Duration;

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
    Ready(command::ready::Ready),
    #[command(hide = true)]
    Confine(command::confine::Confine),
    Render(command::render::Render),
    Verify(command::verify::Verify),
    Backup(command::backup::Backup),
    Restore(command::restore::Restore),
    /// The record of a cluster, as its repository holds it.
    #[command(subcommand)]
    Record(Record),
    /// People, from the host.
    #[command(subcommand)]
    Person(Person),
    /// The vault that seals what is stored.
    #[command(subcommand)]
    Vault(Vault),
    /// Moves the server to another public URL; passkeys do not move along. The server must be stopped.
    PublicUrl {
        /// As `https://countersign.example.com`.
        url: String,
        /// Who gets the link that leads back in; whoever administers longest if not given.
        #[arg(long, value_name = "NAME")]
        person: Option<String>,
        /// Asks nothing.
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: Config,
    },
}

#[derive(Subcommand)]
enum Record {
    Accept(command::record::Accept),
}

#[derive(Subcommand)]
enum Vault {
    /// Makes a new key and seals every stored secret to it. The server must be stopped.
    Rotate {
        #[command(flatten)]
        config: Config,
    },
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

/// How long work on a thread of its own may go on once everything else has ended: a repository may never answer.
const LEFT_OVER: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("countersign: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(run());
    runtime.shutdown_timeout(LEFT_OVER);
    code
}

async fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(config) => {
            log(&config);
            command::serve::serve(config).await
        }
        Command::Confine(confine) => return command::confine::confine(&confine),
        Command::Render(render) => return command::render::render(&render),
        Command::Verify(verify) => return command::verify::verify(&verify),
        Command::Ready(ready) => command::ready::ready(&ready),
        Command::Backup(backup) => command::backup::backup(backup).await,
        Command::Restore(restore) => command::restore::restore(restore).await,
        Command::Record(Record::Accept(accept)) => command::record::accept(accept).await,
        Command::Person(Person::Enrol { name, config }) => command::person::enrol(config, &name).await,
        Command::Vault(Vault::Rotate { config }) => command::vault::rotate(config).await,
        Command::PublicUrl { url, person, yes, config } => command::public_url::move_server(config, &url, person.as_deref(), yes).await,
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
    let log =
        tracing_subscriber::fmt().with_env_filter(&config.log).with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}
