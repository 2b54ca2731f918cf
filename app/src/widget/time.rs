//! Times: in the reader's zone once wasm or a script took over, in UTC before; the exact one on hover.

use leptos::prelude::*;

use crate::shell::is_plain;

/// Whether the browser's zone is known; the server renders UTC, and so does the first hydrated frame.
#[derive(Clone, Copy)]
struct Zone(RwSignal<bool>);

pub fn provide_zone() {
    let local = RwSignal::new(false);
    provide_context(Zone(local));
    Effect::new(move |_| local.set(true));
}

/// A moment as a calendar shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// Monday is 0.
    pub weekday: u32,
}

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

impl Civil {
    /// Days from civil, backwards: Howard Hinnant's algorithm over 400-year eras.
    pub fn utc(micros: i64) -> Civil {
        let seconds = micros.div_euclid(1_000_000);
        let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        Civil {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: small(month),
            day: small(day_of_year - (153 * march_month + 2) / 5 + 1),
            hour: small(second / 3_600),
            minute: small(second / 60 % 60),
            second: small(second % 60),
            weekday: small((days + 3).rem_euclid(7)),
        }
    }

    /// `Sunday 22 November 2026`
    pub fn day(&self) -> String {
        format!("{} {} {} {}", DAYS[self.weekday as usize % 7], self.day, MONTHS[(self.month as usize + 11) % 12], self.year)
    }

    pub fn clock(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }

    /// `2026-11-22T16:20:09Z`, of a time in UTC.
    pub fn rfc3339(&self) -> String {
        format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", self.year, self.month, self.day, self.hour, self.minute, self.second)
    }
}

/// In the reader's zone where it is known. Reactive: the zone becomes known after hydration.
pub fn civil(micros: i64) -> Civil {
    let local = use_context::<Zone>().is_some_and(|zone| zone.0.get());
    if local { in_the_browser(micros) } else { Civil::utc(micros) }
}

#[cfg(feature = "hydrate")]
fn in_the_browser(micros: i64) -> Civil {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(micros as f64 / 1000.0));
    Civil {
        year: i64::from(date.get_full_year()),
        month: date.get_month() + 1,
        day: date.get_date(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
        second: date.get_seconds(),
        weekday: (date.get_day() + 6) % 7,
    }
}

#[cfg(not(feature = "hydrate"))]
fn in_the_browser(micros: i64) -> Civil {
    Civil::utc(micros)
}

#[cfg(feature = "hydrate")]
pub fn now_micros() -> i64 {
    (js_sys::Date::now() * 1000.0) as i64
}

#[cfg(not(feature = "hydrate"))]
#[expect(clippy::disallowed_methods, reason = "a page says how old things are as of the moment it is written")]
pub fn now_micros() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// `just now`, `5 min ago`, `3 h ago`, `2 d ago`, then the date.
pub fn age(then: i64, now: i64) -> String {
    let minutes = (now - then) / 60_000_000;
    match minutes {
        i64::MIN..1 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..1_440 => format!("{} h ago", minutes / 60),
        1_440..43_200 => format!("{} d ago", minutes / 1_440),
        _ => {
            let date = Civil::utc(then);
            format!("{} {} {}", date.day, &MONTHS[(date.month as usize + 11) % 12][..3], date.year)
        }
    }
}

/// How long ago; the exact time on hover.
#[component]
pub fn Ago(at: i64) -> AnyView {
    let exact = Civil::utc(at).rfc3339();
    view! { <time datetime=exact.clone() title=exact>{age(at, now_micros())}</time> }.into_any()
}

/// The day and the time of it.
#[component]
pub fn Moment(at: i64) -> AnyView {
    let exact = Civil::utc(at).rfc3339();
    let text = move || {
        let civil = civil(at);
        format!("{} {} {}, {}", civil.day, &MONTHS[(civil.month as usize + 11) % 12][..3], civil.year, civil.clock())
    };
    view! { <time datetime=exact.clone() title=exact data-local=is_plain().then_some("moment")>{text}</time> }.into_any()
}

/// The time of the day.
#[component]
pub fn Clock(at: i64) -> AnyView {
    let exact = Civil::utc(at).rfc3339();
    view! { <time class="entry-time" datetime=exact.clone() title=exact data-local=is_plain().then_some("clock")>{move || civil(at).clock()}</time> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right_across_leap_years_and_before_1970() {
        let day = |seconds: i64| Civil::utc(seconds * 1_000_000);
        assert_eq!(day(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(day(0).day(), "Thursday 1 January 1970");
        assert_eq!(day(951_782_400).rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(day(1_795_363_199).rfc3339(), "2026-11-22T15:59:59Z");
        assert_eq!(day(1_795_363_199).day(), "Sunday 22 November 2026");
        assert_eq!(day(-1).rfc3339(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn an_age_names_its_largest_unit() {
        let minute = 60_000_000;
        let cases = [
            (0, "just now"),
            (-5, "just now"),
            (1, "1 min ago"),
            (59, "59 min ago"),
            (60, "1 h ago"),
            (1_439, "23 h ago"),
            (1_440, "1 d ago"),
        ];
        for (minutes, said) in cases {
            assert_eq!(age(1_000_000 * minute, (1_000_000 + minutes) * minute), said);
        }
    }
}
