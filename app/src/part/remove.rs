//! Removing a value from its level, after a second press in place.

use domain::problem::Problem;
use leptos::prelude::*;

use crate::api::BoxFut;
use crate::part::problem::ProblemView;
use crate::widget::toast::use_toaster;
use crate::widget::twice::TwiceButton;

/// `send` asks the server; what was removed is said and the list read anew.
#[component]
pub fn RemoveButton(name: String, send: Callback<(), BoxFut<Result<(), Problem>>>, reload: Callback<()>) -> AnyView {
    let toaster = use_toaster();
    let problem = RwSignal::new(None::<Problem>);
    let said = format!("{name} is removed");
    let remove = Action::new(move |(): &()| {
        let (answer, said) = (send.run(()), said.clone());
        async move {
            match answer.await {
                Ok(()) => {
                    toaster.say(said);
                    reload.run(());
                }
                Err(wrong) => problem.set(Some(wrong)),
            }
        }
    });
    let act = Callback::new(move |()| {
        remove.dispatch(());
    });
    view! {
        <TwiceButton word="Remove" again="Really remove" name busy=remove.pending() act/>
        {move || problem.get().map(|problem| view! { <ProblemView problem/> })}
    }
    .into_any()
}
