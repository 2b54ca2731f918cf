//! People: who is here, what each may do where, and how they get their first key.

mod add;
mod grants;
mod keys;

use domain::api::Page;
use domain::api::overview::Overview;
use domain::api::person::{ChangePerson, EnrolmentLink, Person};
use domain::principal::{Act, Target};
use leptos::prelude::*;

use super::settings::{ForAdmins, Section, SettingsPage};
use crate::api::use_api;
use crate::part::author::PersonMark;
use crate::part::problem::ProblemView;
use crate::part::scope::Places;
use crate::part::state::{State, StateBadge};
use crate::session::use_session;
use crate::widget::copy::CopyBlock;
use crate::widget::dialog::Dialog;
use crate::widget::field::FormProblem;
use crate::widget::icon::Icon;
use crate::widget::loaded::Loaded;
use crate::widget::qr::QrCode;
use crate::widget::sheet::Sheet;
use crate::widget::time::Moment;
use crate::widget::toast::use_toaster;

use add::AddButton;
use grants::{GrantsForm, grant_words};
use keys::KeysOf;

/// What the dialogs of this page work with.
#[derive(Clone, Copy)]
struct Desk {
    /// Shown once, then gone.
    link: RwSignal<Option<EnrolmentLink>>,
    reload: Callback<()>,
}

#[component]
pub fn People() -> AnyView {
    let api = use_api();
    let found = Resource::new(
        || (),
        move |()| {
            let (people, overview) = (api.people(None), api.overview());
            Box::pin(async move { Ok::<(Page<Person>, Overview), _>((people.await?, overview.await?)) })
        },
    );
    let desk = Desk { link: RwSignal::new(None), reload: Callback::new(move |()| found.refetch()) };
    provide_context(desk);
    view! {
        <SettingsPage section=Section::People title="People" about="Everyone signs with a key of their own. Agents are not people: none of them can hold a role here."
            actions=move || view! { <ForAdmins><AddButton desk/></ForAdmins> }>
            <LinkDialog link=desk.link/>
            <Loaded resource=found what="the people" view=move |(people, overview)| view! { <List page=people places=Places::of(&overview) desk/> }/>
        </SettingsPage>
    }
    .into_any()
}

#[component]
fn List(page: Page<Person>, places: Places, desk: Desk) -> AnyView {
    let api = use_api();
    let (people, next) = (RwSignal::new(page.items), RwSignal::new(page.next));
    let problem: FormProblem = RwSignal::new(None);
    let more = Action::new(move |after: &String| {
        let answer = api.people(Some(after));
        async move {
            problem.set(None);
            match answer.await {
                Ok(page) => {
                    people.update(|people| people.extend(page.items));
                    next.set(page.next);
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let session = use_session();
    let may_administer = session.may(Act::Administer, &Target::Organisation);
    let me = session.me().map(|me| me.id).unwrap_or_default();
    let alone = move || next.with(Option::is_none) && people.with(|people| people.iter().filter(|person| !person.is_disabled).count() == 1);
    let row = move |person: Person| {
        let is_me = person.id == me;
        view! { <Row person places=places.clone() may_administer is_me desk/> }
    };
    view! {
        {move || alone().then(|| view! {
            <div class="callout callout--waiting mb"><Icon name="key"/><div><p class="callout-title">"You are alone here"</p><p>"Four eyes need two people, and a lost key needs somebody to hand out a new link. Until then, "<code>"countersign person enrol NAME"</code>" on the host is the way back in."</p></div></div>
        })}
        <Sheet id="h-people" title="People">
            <div class="ledger-scroll">
                <table class="ledger ledger--rows">
                    <thead><tr><th scope="col">"Person"</th><th scope="col">"May"</th><th scope="col">"Since"</th><th scope="col">"State"</th><th scope="col"><span class="sr-only">"Actions"</span></th></tr></thead>
                    <tbody><For each=move || people.get() key=|person| person.id.clone() children=row.clone()/></tbody>
                </table>
            </div>
        </Sheet>
        <div class="mt" aria-live="polite">{move || problem.get().map(|problem| view! { <ProblemView problem/> })}</div>
        {move || next.get().map(|after| view! { <p class="form-actions"><button class="btn" type="button" aria-disabled=move || more.pending().get().then_some("true") on:click=move |_| { if !more.pending().get_untracked() { more.dispatch(after.clone()); } }>"More people"</button></p> })}
    }
    .into_any()
}

#[component]
fn Row(person: Person, places: Places, may_administer: bool, is_me: bool, desk: Desk) -> AnyView {
    let shown = if person.full_name.is_empty() { person.name.clone() } else { person.full_name.clone() };
    let state = if person.is_disabled {
        view! { <StateBadge state=State::Paused word="Shut out"/> }
    } else {
        view! { <StateBadge state=State::Reconciled word="Active"/> }
    };
    let grants = if person.grants.is_empty() {
        view! { <span class="muted">"nothing yet"</span> }.into_any()
    } else {
        view! { <ul>{person.grants.iter().map(|grant| view! { <li>{grant_words(grant)}</li> }).collect_view()}</ul> }.into_any()
    };
    let actions = may_administer.then(|| view! { <RowActions person=person.clone() places is_me desk/> });
    view! {
        <tr>
            <th scope="row"><PersonMark name=shown/>{is_me.then(|| view! { <span class="faint">" you"</span> })}<div class="value-note"><code>{person.name.clone()}</code></div></th>
            <td data-label="May">{grants}</td>
            <td data-label="Since" class="muted"><Moment at=person.created_at/></td>
            <td data-label="State">{state}</td>
            <td class="row-actions">{actions}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn RowActions(person: Person, places: Places, is_me: bool, desk: Desk) -> AnyView {
    let (roles_open, keys_open) = (RwSignal::new(false), RwSignal::new(false));
    let problem: FormProblem = RwSignal::new(None);
    let (api, toaster) = (use_api(), use_toaster());
    let asked = person.clone();
    let invite = {
        let (api, id) = (api.clone(), person.id.clone());
        Action::new(move |(): &()| {
            let answer = api.invite(&id);
            async move {
                problem.set(None);
                match answer.await {
                    Ok(link) => desk.link.set(Some(link)),
                    Err(wrong) => problem.set(Some(wrong)),
                }
            }
        })
    };
    let shut_out = Action::new(move |(): &()| {
        let answer = api.change_person(&asked.id, &ChangePerson { is_disabled: Some(!asked.is_disabled), ..ChangePerson::default() });
        let said = format!("{} {}", asked.name, if asked.is_disabled { "may come back in" } else { "is shut out" });
        async move {
            problem.set(None);
            match answer.await {
                Ok(_) => {
                    toaster.say(said);
                    desk.reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let name = person.name.clone();
    let title = name.clone();
    let (keys_title, id, shown) = (name.clone(), person.id.clone(), person.clone());
    view! {
        <div class="button-row">
            <button class="btn btn--sm btn--quiet" type="button" aria-haspopup="dialog" aria-label=format!("Roles of {name}") on:click=move |_| roles_open.set(true)>"Roles"</button>
            <button class="btn btn--sm btn--quiet" type="button" aria-haspopup="dialog" aria-label=format!("Keys of {name}") on:click=move |_| keys_open.set(true)>"Keys"</button>
            {(!is_me).then(|| view! {
                <button class="btn btn--sm btn--quiet" type="button" aria-label=format!("New link for {name}") disabled=move || invite.pending().get() on:click=move |_| { invite.dispatch(()); }>"New link"</button>
                <button class="btn btn--sm btn--quiet" type="button" disabled=move || shut_out.pending().get() on:click=move |_| { shut_out.dispatch(()); }>{if person.is_disabled { "Let back in" } else { "Shut out" }}</button>
            })}
        </div>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
        <Dialog id=format!("roles-{name}") title=Signal::stored(format!("Roles of {title}")) open=roles_open wide=true><GrantsForm person=shown.clone() places=places.clone() open=roles_open reload=desk.reload/></Dialog>
        <Dialog id=format!("keys-{name}") title=Signal::stored(format!("Keys of {keys_title}")) open=keys_open wide=true><KeysOf person=id.clone()/></Dialog>
    }
    .into_any()
}

/// The one-time link, as text and as a picture, once.
#[component]
fn LinkDialog(link: RwSignal<Option<EnrolmentLink>>) -> AnyView {
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(link.with(Option::is_some)));
    Effect::new(move |_| {
        if !open.get() && link.with_untracked(Option::is_some) {
            link.set(None);
        }
    });
    let title =
        Signal::derive(move || link.with(|link| link.as_ref().map_or_else(String::new, |link| format!("A link for {}", link.name))));
    view! {
        <Dialog id="enrolment-link" title open wide=true>
            {move || link.get().map(|link| view! {
                <p>"Hand it over by a way you trust: whoever opens it registers the key. It works once, until "<Moment at=link.expires_at/>", and is shown only now."</p>
                <CopyBlock text=link.url.clone() what="One-time link"/>
                <QrCode text=link.url label="QR code of the one-time link"/>
                <div class="dialog-actions"><button class="btn btn--action" type="button" on:click=move |_| open.set(false)>"Done"</button></div>
            })}
        </Dialog>
    }
    .into_any()
}
