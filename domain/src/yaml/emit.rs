//! Writes YAML in block style, so that every reader of YAML 1.1 and 1.2 sees the same types.
//!
//! Common emitters leave `no`, `1_000` or `2001-01-01` bare; kubectl, Helm and sops then disagree
//! about what they are, and a disagreement breaks the checksum of a sops file. Here a string stands
//! bare only where no reader can take it for anything else.

use std::fmt::{self, Write};

use serde_json::{Number, Value};

/// One document in block style, ending in a newline.
pub fn emit(value: &Value) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = emit_to(&mut out, value);
    out
}

/// A value on one line, in flow style.
pub fn flow(value: &Value) -> String {
    let mut out = String::new();
    let _ = flow_to(&mut out, value);
    out
}

fn flow_to<W: Write>(out: &mut W, value: &Value) -> fmt::Result {
    match value {
        Value::Object(map) => {
            let mut mark = "{";
            for (key, value) in map {
                out.write_str(mark)?;
                mark = ", ";
                if is_bare(key) {
                    out.write_str(key)?
                } else {
                    quoted(out, key)?
                }
                out.write_str(": ")?;
                flow_to(out, value)?;
            }
            out.write_str(if map.is_empty() { "{}" } else { "}" })
        }
        Value::Array(list) => {
            out.write_char('[')?;
            for (index, value) in list.iter().enumerate() {
                out.write_str(if index == 0 { "" } else { ", " })?;
                flow_to(out, value)?;
            }
            out.write_char(']')
        }
        Value::String(text) if !is_bare(text) => quoted(out, text),
        other => scalar(out, other, 0),
    }
}

/// Several documents, parted by `---`.
pub fn emit_documents<'a>(documents: impl IntoIterator<Item = &'a Value>) -> String {
    let mut out = String::new();
    for (index, document) in documents.into_iter().enumerate() {
        if index > 0 {
            out.push_str("---\n");
        }
        let _ = emit_to(&mut out, document);
    }
    out
}

/// Like [`emit`], into a sink of the caller's choice (the vault's wipes itself).
pub fn emit_to<W: Write>(out: &mut W, value: &Value) -> fmt::Result {
    match value {
        Value::Object(map) if !map.is_empty() => mapping(out, map, 0, false),
        Value::Array(list) if !list.is_empty() => sequence(out, list, 0, false),
        other => {
            scalar(out, other, 1)?;
            out.write_char('\n')
        }
    }
}

/// A mapping at `depth`; `inline` says that the cursor already stands behind `- `.
fn mapping<W: Write>(out: &mut W, map: &serde_json::Map<String, Value>, depth: usize, mut inline: bool) -> fmt::Result {
    for (key, value) in map {
        if !inline {
            indent(out, depth)?;
        }
        inline = false;
        write_key(out, key, depth)?;
        match value {
            Value::Object(map) if !map.is_empty() => {
                out.write_char('\n')?;
                mapping(out, map, depth + 1, false)?;
            }
            Value::Array(list) if !list.is_empty() => {
                out.write_char('\n')?;
                sequence(out, list, depth + 1, false)?;
            }
            other => {
                out.write_char(' ')?;
                scalar(out, other, depth + 1)?;
                out.write_char('\n')?;
            }
        }
    }
    Ok(())
}

fn sequence<W: Write>(out: &mut W, list: &[Value], depth: usize, mut inline: bool) -> fmt::Result {
    for value in list {
        if !inline {
            indent(out, depth)?;
        }
        inline = false;
        out.write_str("- ")?;
        match value {
            Value::Object(map) if !map.is_empty() => mapping(out, map, depth + 1, true)?,
            Value::Array(list) if !list.is_empty() => sequence(out, list, depth + 1, true)?,
            other => {
                scalar(out, other, depth + 1)?;
                out.write_char('\n')?;
            }
        }
    }
    Ok(())
}

/// YAML readers look at most 1,024 characters ahead for the colon of a simple key.
const SIMPLE_KEY: usize = 120;

fn write_key<W: Write>(out: &mut W, key: &str, depth: usize) -> fmt::Result {
    if key.len() > SIMPLE_KEY {
        out.write_str("? ")?;
        quoted(out, key)?;
        out.write_char('\n')?;
        indent(out, depth)?;
    } else if is_bare(key) {
        out.write_str(key)?;
    } else {
        quoted(out, key)?;
    }
    out.write_char(':')
}

/// A scalar or an empty collection; `depth` is where the lines of a literal block stand.
fn scalar<W: Write>(out: &mut W, value: &Value, depth: usize) -> fmt::Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(true) => out.write_str("true"),
        Value::Bool(false) => out.write_str("false"),
        Value::Number(number) => write_number(out, number),
        Value::String(text) => string(out, text, depth),
        Value::Array(_) => out.write_str("[]"),
        Value::Object(_) => out.write_str("{}"),
    }
}

/// Integers as they are; floats always with a point and a signed exponent, or YAML 1.1 reads text.
fn write_number<W: Write>(out: &mut W, number: &Number) -> fmt::Result {
    let Some(float) = number.as_f64().filter(|_| number.is_f64()) else {
        return write!(out, "{number}");
    };
    let text = format!("{float:?}");
    match text.split_once('e') {
        None => out.write_str(&text),
        Some((mantissa, exponent)) => {
            let point = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            write!(out, "{mantissa}{point}e{sign}{exponent}")
        }
    }
}

fn string<W: Write>(out: &mut W, text: &str, depth: usize) -> fmt::Result {
    if is_bare(text) {
        out.write_str(text)
    } else if is_literal(text) {
        literal(out, text, depth)
    } else {
        quoted(out, text)
    }
}

/// Whether a string may stand without quotes: `^[A-Za-z][A-Za-z0-9 _./@+-]*$`, no space at the end,
/// and no word that any YAML or number reader knows.
fn is_bare(text: &str) -> bool {
    const INNER: [bool; 256] = allowed(b" _./@+-");
    let bytes = text.as_bytes();
    let plain = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.iter().all(|&b| INNER[usize::from(b)]) && !text.ends_with(' ');
    plain && !is_reserved(text) || is_sops_value(bytes)
}

/// `ENC[AES256_GCM,data:…,type:str]`. Flux looks for the bytes `mac: ENC[` to tell a sealed file, so
/// these stand bare as sops writes them; without a space in it, no colon or comma means anything.
fn is_sops_value(bytes: &[u8]) -> bool {
    const INNER: [bool; 256] = allowed(b"+/=:,_");
    let body = bytes.strip_prefix(b"ENC[AES256_GCM,").and_then(|rest| rest.strip_suffix(b"]"));
    body.is_some_and(|body| body.iter().all(|&b| INNER[usize::from(b)]) && !body.ends_with(b":"))
}

/// Letters, digits and `others`.
const fn allowed(others: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < others.len() {
        table[others[index] as usize] = true;
        index += 1;
    }
    table
}

fn is_reserved(text: &str) -> bool {
    const WORDS: [&str; 12] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "infinity"];
    text.len() <= 8 && WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text may stand as a literal block: several printable lines, none ending in white
/// space, no leading space or tab that could be taken for indentation, at most one newline at the end.
fn is_literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.starts_with(['\n', ' '])
        && body.split('\n').all(|line| !line.starts_with('\t') && !line.ends_with([' ', '\t']))
        && !body.ends_with('\n')
        && text.chars().all(|c| c == '\n' || !needs_escape(c))
}

fn literal<W: Write>(out: &mut W, text: &str, depth: usize) -> fmt::Result {
    let (chomp, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    out.write_str(chomp)?;
    for line in body.split('\n') {
        out.write_char('\n')?;
        if !line.is_empty() {
            indent(out, depth)?;
            out.write_str(line)?;
        }
    }
    Ok(())
}

/// A double-quoted scalar on one line, with the escapes of JSON (which YAML shares).
fn quoted<W: Write>(out: &mut W, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut from = 0;
    for (at, c) in text.char_indices() {
        if c != '"' && c != '\\' && c != '\t' && !needs_escape(c) {
            continue;
        }
        out.write_str(&text[from..at])?;
        from = at + c.len_utf8();
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            '\n' => out.write_str("\\n")?,
            '\r' => out.write_str("\\r")?,
            '\t' => out.write_str("\\t")?,
            _ => write!(out, "\\u{:04X}", c as u32)?,
        }
    }
    out.write_str(&text[from..])?;
    out.write_char('"')
}

/// Characters that are not printable in YAML, or that some reader takes for a line break or drops.
/// All lie in the basic plane, so four hex digits suffice.
fn needs_escape(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\n'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

fn indent<W: Write>(out: &mut W, depth: usize) -> fmt::Result {
    (0..depth).try_for_each(|_| out.write_str("  "))
}

#[cfg(test)]
mod tests;
