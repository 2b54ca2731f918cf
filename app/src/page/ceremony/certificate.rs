//! The certificate on the desk: what set-up, login and enrolment are written on.

use std::f64::consts::TAU;
use std::fmt::Write as _;

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::assets::use_assets;
use crate::frame::ThemeButton;
use crate::widget::icon::Mark;

/// `script` is the module that brings the page to life; `foot` are words under the certificate.
#[component]
pub fn Certificate(
    #[prop(into)] title: String,
    script: &'static str,
    #[prop(into)] foot: Vec<String>,
    #[prop(optional)] wide: bool,
    children: Children,
) -> AnyView {
    let src = use_assets().url(script);
    view! {
        <Title text=title/>
        <div class="login-page">
            <main class="login" id="main">
                <section class="certificate" class:certificate--wide=wide aria-labelledby="title">
                    <div class="certificate-frame" aria-hidden="true"><Watermark/></div>
                    <p class="brand"><Mark/><span>"Countersign"</span></p>
                    {children()}
                    <noscript><p class="callout callout--waiting">"Passkeys need JavaScript: allow it for this site."</p></noscript>
                </section>
            </main>
            <footer class="login-foot">{foot.into_iter().map(|word| view! { <span>{word}</span> }).collect_view()}<ThemeButton small=true/></footer>
        </div>
        <script type="module" src=src nonce=use_nonce()></script>
    }
    .into_any()
}

/// A guilloche, as on paper that is hard to copy.
#[component]
fn Watermark() -> AnyView {
    let border = curve(46.0, 3.0, 30.0, 0.0, 260);
    let rosette = curve(25.0, 11.0, 7.0, 4.0, 220);
    let turned = |path: String, step: f64, copies: u32| {
        (0..copies)
            .map(move |copy| view! { <path d=path.clone() transform=format!("rotate({:.1})", step * f64::from(copy))></path> })
            .collect_view()
    };
    view! {
        <svg class="watermark" viewBox="-52 -52 104 104">
            <g fill="none" stroke="currentColor" stroke-width=".22">
                <circle r="50.5" stroke-width=".5"></circle><circle r="42" stroke-width=".2"></circle>
                {turned(border, 3.0, 4)}
                {turned(rosette, 360.0 / 7.0 / 12.0, 12)}
                <circle r="7" stroke-width=".5"></circle>
            </g>
        </svg>
    }
    .into_any()
}

/// A closed wave around a circle, with a second wave on the first.
fn curve(radius: f64, swing: f64, waves: f64, sway: f64, points: u32) -> String {
    let mut path = String::new();
    for step in 0..points {
        let angle = TAU * f64::from(step) / f64::from(points);
        let reach = radius + swing * (waves * angle).cos() + sway * (2.0 * waves * angle).sin();
        let command = if step == 0 { 'M' } else { 'L' };
        let _ = write!(path, "{command}{:.1} {:.1}", reach * angle.cos(), reach * angle.sin());
    }
    path.push('z');
    path
}
