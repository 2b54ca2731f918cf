//! `countersign public-url URL`: moves the server to another address, knowing what that costs.

use std::io::{BufRead, Write};

use anyhow::{Context, bail, ensure};
use domain::principal::{self, Target, may};

use crate::action::public_url::{keeps_keys, move_to};
use crate::api::caller::Caller;
use crate::clock::{self, Clock};
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::public_url::PublicUrl;
use crate::server::Server;
use crate::store::{self, person::Person};

/// `person` gets the link that leads back in; whoever administers longest if nobody is named.
pub async fn move_server(mut config: Config, url: &str, person: Option<&str>, yes: bool) -> anyhow::Result<()> {
    ensure!(config.database().exists(), "there is no database in {}; name the data folder with --data", config.data.display());
    let _alone = DataLock::take(&config.data)?;
    let url = PublicUrl::parse(url)?;
    // A flag that is set for the server already must not keep it from moving there.
    config.public_url = None;
    let server = Server::open(config, Clock::default()).await?;
    let settings = server.settings();
    ensure!(settings.is_set_up, "this server has not been set up yet; start it with --public-url {}", url.origin());
    ensure!(settings.public_url != url, "the server stands at {} already", url.origin());
    let person = whom(&server, person).await?;
    let mut out = std::io::stdout().lock();
    if !keeps_keys(&settings.public_url, &url) {
        writeln!(out, "{}", warning(&settings.public_url, &url))?;
        if !yes {
            write!(out, "Type the new host, {}, to go on: ", url.host())?;
            out.flush()?;
            let mut typed = String::new();
            std::io::stdin().lock().read_line(&mut typed)?;
            ensure!(typed.trim() == url.host(), "that is not {}; nothing was changed", url.host());
        }
    }
    let moved = move_to(&server, &Caller::host(), &url, &person).await?;
    server.store.close().await;
    writeln!(out, "Moved from {} to {}. Start the server with --public-url {}.", settings.public_url.origin(), url.origin(), url.origin())?;
    if let Some(link) = moved.link {
        let keys = if moved.left_behind == 1 { "key was" } else { "keys were" };
        writeln!(
            out,
            "{} {keys} left behind.\nA one-time link for {}, good until {}:\n{}\n\
             Others get theirs from the page People, or by `countersign person enrol NAME`.\n\
             Then plan and sign the roster of every cluster: until a repository names the new keys, they sign nothing there.",
            moved.left_behind,
            link.name,
            clock::rfc3339(link.expires_at),
            link.url
        )?;
    }
    Ok(())
}

fn warning(from: &PublicUrl, to: &PublicUrl) -> String {
    let lost =
        format!("Passkeys belong to a host. Those made at {} cannot be used at {}: everybody needs a new one.", from.host(), to.host());
    let passkeys = match to.rp_id() {
        Ok(_) => String::new(),
        Err(why) => format!("\nAnd no new one can be made there. {why}"),
    };
    format!(
        "{lost}{passkeys}\nWhat is recorded stays valid. The first roster signed at the new address begins a new root: whoever \
         verifies the record has to pin it."
    )
}

async fn whom(server: &Server, name: Option<&str>) -> anyhow::Result<Person> {
    let mut db = server.store.read().await?;
    if let Some(name) = name {
        let name = name.trim().to_lowercase();
        let person = store::person::by_name(&mut db, &name).await?.with_context(|| format!("there is no person called {name}"))?;
        ensure!(person.disabled_at.is_none(), "{name} has been disabled");
        return Ok(person);
    }
    let mut people = store::person::list(&mut db, "", 500).await?;
    people.sort_by_key(|person| person.created_at);
    for person in people {
        let principal = store::person::principal(&mut db, &person.id).await?;
        if principal.is_some_and(|principal| may(&principal, principal::Act::Administer, &Target::Organisation)) {
            return Ok(person);
        }
    }
    bail!("nobody administers this server; name somebody with --person")
}
