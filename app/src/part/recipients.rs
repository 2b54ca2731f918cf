//! The age recipients of a cluster: typed, or made here with the private half shown once.

use domain::api::cluster::KeyPair;
use leptos::prelude::*;

use crate::api::use_api;
use crate::widget::copy::CopyBlock;
use crate::widget::field::{FormProblem, TextArea};
use crate::widget::icon::Icon;

/// `text` holds one recipient per line.
#[component]
pub fn RecipientsField(text: RwSignal<String>, problem: FormProblem) -> AnyView {
    let api = use_api();
    let made = RwSignal::<Option<Made>>::new(None);
    let make = Action::new(move |(): &()| {
        let answer = api.make_key_pair();
        async move {
            match answer.await {
                Ok(pair) => {
                    text.update(|text| add_line(text, &pair.recipient));
                    made.set(Some(Made(pair)));
                }
                Err(wrong) => problem.set(Some(wrong.at("recipients"))),
            }
        }
    });
    view! {
        <TextArea name="recipients" label="Recipients" value=text problem mono=true required=true rows=3 placeholder="age1…"
            hint="The public halves of the keys that may decrypt this cluster's secrets, one per line. Whoever holds none of them, this server included, cannot."/>
        <p class="button-row mt"><button class="btn btn--sm" type="button" disabled=move || make.pending().get() on:click=move |_| { make.dispatch(()); }><Icon name="key"/>"Generate a key pair for me"</button></p>
        {move || made.get().map(|Made(pair)| view! { <Shown pair/> })}
    }
    .into_any()
}

#[derive(Clone)]
struct Made(KeyPair);

#[component]
fn Shown(pair: KeyPair) -> AnyView {
    view! {
        <div class="callout callout--waiting mt" role="status">
            <Icon name="key"/>
            <div class="grow stack-y">
                <div><p class="callout-title">"The private half is shown once"</p>
                    <p>"It is kept nowhere here. Put it into the cluster with this command now, and into a safe place of yours."</p></div>
                <CopyBlock text=pair.kubectl what="Command that puts the key into the cluster"/>
                <details class="problem-detail"><summary>"The key itself"</summary><CopyBlock text=pair.identity what="Private key"/></details>
            </div>
        </div>
    }
    .into_any()
}

fn add_line(text: &mut String, line: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(line);
    text.push('\n');
}

pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_recipient_gets_a_line_of_its_own() {
        let mut text = "age1a".to_owned();
        add_line(&mut text, "age1b");
        assert_eq!(lines(&text), ["age1a", "age1b"]);
        assert_eq!(lines("  \n age1c \n\n"), ["age1c"]);
    }
}
