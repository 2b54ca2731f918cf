//! What a plain scalar means: the types that Helm, kubectl and Flux see (sigs.k8s.io/yaml).
//!
//! They read YAML 1.1: `yes`, `on` and `y` are true, `0777` is octal, `1_000` is a thousand. A
//! person who writes `enabled: yes` has tried it with Helm, so we read it as Helm does and the
//! value tree on the review page shows `true`. Dates stay strings, as they do there.

use serde_json::{Number, Value};

/// Why a plain scalar is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// `.nan`, `.inf`: no JSON and no cluster can hold it.
    NotFinite,
    /// Helm would read a rounded float and lose digits.
    TooBig,
}

pub fn resolve(text: &str) -> Result<Value, Refused> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" | "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" | "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Ok(Value::Bool(false)),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn number(text: &str) -> Result<Value, Refused> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(Refused::NotFinite);
    }
    // Behind a leading point an underscore must stand between two digits.
    if text.starts_with("._") {
        return Ok(Value::String(text.to_owned()));
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return number.map(Value::Number).ok_or(Refused::TooBig);
    }
    if looks_like_float(&plain)
        && let Ok(float) = plain.parse::<f64>()
        && let Some(number) = Number::from_f64(float)
    {
        return Ok(Value::Number(number));
    }
    Ok(Value::String(text.to_owned()))
}

/// `None`: not an integer. `Some(None)`: one that 64 bits cannot hold.
fn integer(text: &str) -> Option<Option<Number>> {
    let negative = text.starts_with('-');
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let Ok(magnitude) = u64::from_str_radix(digits, radix) else { return Some(None) };
    if !negative {
        return Some(Some(Number::from(magnitude)));
    }
    Some(0i64.checked_sub_unsigned(magnitude).map(Number::from))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn looks_like_float(text: &str) -> bool {
    fn digits(text: &str) -> &str {
        text.trim_start_matches(|c: char| c.is_ascii_digit())
    }
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = if let Some(fraction) = text.strip_prefix('.') {
        let rest = digits(fraction);
        if rest.len() == fraction.len() {
            return false;
        }
        rest
    } else {
        let rest = digits(text);
        if rest.len() == text.len() {
            return false;
        }
        rest.strip_prefix('.').map_or(rest, digits)
    };
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else { return rest.is_empty() };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Each right side was printed by sigs.k8s.io/yaml 1.4.0, the reader inside Helm and Flux.
    #[test]
    fn scalars_mean_what_helm_sees() {
        let table = [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("y", json!(true)),
            ("N", json!(false)),
            ("yEs", json!("yEs")),
            ("~", json!(null)),
            ("NULL", json!(null)),
            ("nULL", json!("nULL")),
            ("0777", json!(511)),
            ("0o17", json!(15)),
            ("0x1F", json!(31)),
            ("-0b11", json!(-3)),
            ("1_000", json!(1000)),
            ("+5", json!(5)),
            ("08", json!(8.0)),
            ("1e3", json!(1000.0)),
            (".5", json!(0.5)),
            ("5.", json!(5.0)),
            (".1_0", json!(0.1)),
            ("._5", json!("._5")),
            ("1e400", json!("1e400")),
            ("2001-01-01", json!("2001-01-01")),
            ("12:30:45", json!("12:30:45")),
            ("1.2.3", json!("1.2.3")),
            ("-", json!("-")),
            (".", json!(".")),
            ("0x", json!("0x")),
            ("e3", json!("e3")),
            ("9223372036854775807", json!(9_223_372_036_854_775_807_i64)),
            ("18446744073709551615", json!(18_446_744_073_709_551_615_u64)),
            ("-9223372036854775808", json!(-9_223_372_036_854_775_808_i64)),
            ("10Gi", json!("10Gi")),
        ];
        for (text, value) in table {
            assert_eq!(resolve(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_would_lose_its_value_is_refused() {
        for text in [".inf", "-.Inf", "+.INF", ".nan", ".NaN"] {
            assert_eq!(resolve(text), Err(Refused::NotFinite), "{text}");
        }
        for text in ["18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"] {
            assert_eq!(resolve(text), Err(Refused::TooBig), "{text}");
        }
    }
}
