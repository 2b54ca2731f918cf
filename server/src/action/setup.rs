//! Set-up: with the code from the server's console, once.

use domain::api::person::EnrolmentLink;
use domain::api::setup::{Passkeys, SetUp, SetUpState};
use domain::audit::Act;
use domain::principal::{Grant, Role, Target};
use domain::problem::Problem;

use crate::action::enrolment::{self, Purpose};
use crate::action::person::login_name;
use crate::api::caller::Caller;
use crate::api::problem::OrInternal;
use crate::audit::{self, Tx, audited};
use crate::ids;
use crate::network::Network;
use crate::public_url::PublicUrl;
use crate::server::Server;
use crate::store;

/// What most teams have; more can be added, and each gets its own policy.
const ENVIRONMENTS: [&str; 3] = ["dev", "staging", "production"];

/// How far set-up is, and what the URL people would use (`seen`: the one in their browser) allows.
pub fn state(server: &Server, seen: Option<&str>) -> SetUpState {
    let settings = server.settings();
    let url = match seen.map(PublicUrl::parse) {
        Some(Ok(seen)) if !settings.is_set_up && server.config.public_url.is_none() => seen,
        _ => settings.public_url.clone(),
    };
    SetUpState {
        is_set_up: settings.is_set_up,
        organisation: settings.organisation.clone(),
        public_url: url.origin(),
        passkeys: Passkeys {
            possible: url.rp_id().is_ok(),
            reason: url.rp_id().err().map(str::to_owned),
            this_computer_only: url.is_localhost(),
        },
    }
}

pub async fn set_up(server: &Server, caller: &Caller, wanted: SetUp) -> Result<EnrolmentLink, Problem> {
    if server.settings().is_set_up {
        return Err(already());
    }
    let now = server.clock.now();
    server.limits.attempt(now, caller.address, None)?;
    let expected = store::organisation::get(&mut *server.store.read().await?).await?.set_up_code;
    if expected.as_deref() != Some(ids::hash(&ids::normal_code(&wanted.code)).as_str()) {
        let problem = Problem::new(403, "code_unknown", "This is not the set-up code of this start.")
            .at("code")
            .hint("The server prints it when it starts.");
        audit::refused(server, caller, Act::SetUp(String::from("organisation")), &problem.code).await?;
        return Err(problem);
    }
    let organisation = organisation_name(&wanted.organisation)?;
    let url = PublicUrl::parse(&wanted.public_url)?;
    let proxies = networks(&wanted.trusted_proxies)?;
    let name = login_name(&wanted.name)?;
    let full_name = if wanted.full_name.trim().is_empty() { name.clone() } else { wanted.full_name.trim().to_owned() };
    let person = store::person::Person { id: server.ids.next(), name, full_name, created_at: now, disabled_at: None };

    let mut link = audited(server, caller, Act::SetUp(String::from("organisation")), async |tx: &mut Tx| {
        if !store::organisation::set_up(tx, organisation, &url.origin(), url.rp_id().ok(), &proxies, now).await? {
            return Err(already());
        }
        store::person::insert(tx, &person).await?;
        let admin = Grant { role: Role::Admin, on: Target::Organisation };
        store::person::set_grants(tx, &person.id, &[(server.ids.next(), admin)], None, now).await?;
        for (position, name) in (0..).zip(ENVIRONMENTS) {
            store::environment::insert(tx, &environment(server, name, position), now).await?;
        }
        tx.fact("person", &person.id);
        tx.fact("public_url", url.origin());
        tx.note("organisation", organisation);
        tx.note("name", &person.name);
        enrolment::open(server, tx, caller, &person, Purpose::First).await
    })
    .await?;
    server.reload_settings().await.or_internal("reading the settings")?;
    link.url = format!("{}/enrol#{}", url.origin(), link.code);
    Ok(link)
}

fn environment(server: &Server, name: &str, position: i64) -> store::environment::Environment {
    let (name, id) = (name.to_owned(), server.ids.next());
    store::environment::Environment { id, name, position, four_eyes: false, approvals: 1, password_approval: false }
}

fn already() -> Problem {
    Problem::conflict("already_set_up", "This server has been set up.").hint("Log in, or ask an administrator for an enrolment link.")
}

pub fn organisation_name(typed: &str) -> Result<&str, Problem> {
    let name = typed.trim();
    if name.is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) {
        return Err(Problem::invalid("name_invalid", "An organisation's name has 1 to 80 characters.").at("organisation"));
    }
    Ok(name)
}

/// The proxies as they were typed; one that is none is named by its place.
pub fn networks(texts: &[String]) -> Result<Vec<Network>, Problem> {
    let parse = |(index, text): (usize, &String)| {
        text.parse::<Network>()
            .map_err(|error| Problem::invalid("address_invalid", format!("{error}.")).at(format!("trusted_proxies[{index}]")))
    };
    texts.iter().enumerate().map(parse).collect()
}
