//! Empties functions of a wasm module that the browser never runs but the linker cannot know to be dead.

use anyhow::Context as _;

/// Leptos keeps a second way of taking a page over, for routes that are loaded lazily, behind a function pointer in
/// every erased view (`into_any`'s inner `hydrate_async`). Nothing here starts it ([`hydrate_body`] does not), so its code
/// only weighs: a fifth of the whole. What its futures do ([`STEPS`]) stays behind tables of pointers that `wasm-opt` cannot
/// see through, so it is named too.
///
/// [`hydrate_body`]: https://docs.rs/leptos/latest/leptos/mount/fn.hydrate_body.html
pub const NEVER_RUN: &str = "into_any::hydrate_async";

/// How the bodies of such futures end, and of what they hand on: nothing else has equal code.
pub const STEPS: [&str; 2] = ["hydrate_async::{{closure}}", "hydrate_async::{{closure}}::{{closure}}"];

/// What begins so may not be emptied: the compiler folds equal code together, and what drops the one drops many another. The
/// same goes for named functions inside the futures, which end otherwise.
const SHARED: &str = "core::ptr::drop_in_place";

/// Whether only the second way runs a function of this name.
pub fn is_unused(name: &str) -> bool {
    let name = match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => name,
    };
    name.contains(NEVER_RUN) || STEPS.iter().any(|end| name.ends_with(end)) && !name.starts_with(SHARED)
}

/// No locals, `unreachable`, `end`: if it runs after all, the page says so instead of going astray.
const EMPTY: &[u8] = &[0x00, 0x00, 0x0b];

const HEADER: usize = 8;
const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;

/// The module with every function emptied that `is_unused` is true of, and how many those were. The names come from
/// the module's own `name` section, so it must not be stripped yet.
pub fn emptied(module: &[u8], is_unused: fn(&str) -> bool) -> anyhow::Result<(Vec<u8>, usize)> {
    let sections = sections(module)?;
    let imported = match sections.iter().find(|section| section.id == IMPORT) {
        Some(section) => imported_functions(section.bytes)?,
        None => 0,
    };
    let mut chosen = Vec::new();
    for section in sections.iter().filter(|section| section.id == CUSTOM) {
        chosen.extend(named(section.bytes, is_unused)?);
    }
    chosen.sort_unstable();
    let mut out = module.get(..HEADER).context("a wasm module has a header")?.to_vec();
    let mut count = 0;
    for section in sections {
        let bytes = if section.id == CODE {
            let (bytes, emptied) = without(section.bytes, imported, &chosen)?;
            count = emptied;
            bytes
        } else {
            section.bytes.to_vec()
        };
        out.push(section.id);
        write_number(&mut out, bytes.len());
        out.extend(bytes);
    }
    Ok((out, count))
}

struct Section<'a> {
    id: u8,
    bytes: &'a [u8],
}

fn sections(module: &[u8]) -> anyhow::Result<Vec<Section<'_>>> {
    let mut reader = Reader(module.get(HEADER..).context("a wasm module has a header")?);
    let mut sections = Vec::new();
    while !reader.0.is_empty() {
        sections.push(Section { id: reader.byte()?, bytes: reader.sized()? });
    }
    Ok(sections)
}

/// Imported functions come first in the numbering.
fn imported_functions(section: &[u8]) -> anyhow::Result<usize> {
    let mut reader = Reader(section);
    let mut functions = 0;
    for _ in 0..reader.number()? {
        reader.sized()?;
        reader.sized()?;
        match reader.byte()? {
            0 => {
                reader.number()?;
                functions += 1;
            }
            1 => {
                reader.byte()?;
                reader.limits()?;
            }
            2 => reader.limits()?,
            3 => {
                reader.byte()?;
                reader.byte()?;
            }
            other => anyhow::bail!("an import of kind {other}"),
        }
    }
    Ok(functions)
}

/// Numbers of the functions that `is_wanted` by their name, if this custom section is the one that names them.
fn named(section: &[u8], is_wanted: fn(&str) -> bool) -> anyhow::Result<Vec<usize>> {
    let mut reader = Reader(section);
    let mut found = Vec::new();
    if reader.sized()? != b"name" {
        return Ok(found);
    }
    while !reader.0.is_empty() {
        let (kind, bytes) = (reader.byte()?, reader.sized()?);
        let mut names = Reader(bytes);
        if kind != 1 {
            continue;
        }
        for _ in 0..names.number()? {
            let (number, name) = (names.number()?, names.sized()?);
            if is_wanted(&String::from_utf8_lossy(name)) {
                found.push(number);
            }
        }
    }
    Ok(found)
}

fn without(code: &[u8], imported: usize, chosen: &[usize]) -> anyhow::Result<(Vec<u8>, usize)> {
    let mut reader = Reader(code);
    let functions = reader.number()?;
    let (mut out, mut count) = (Vec::with_capacity(code.len()), 0);
    write_number(&mut out, functions);
    for number in imported..imported + functions {
        let body = reader.sized()?;
        let is_chosen = chosen.binary_search(&number).is_ok();
        count += usize::from(is_chosen);
        let body = if is_chosen { EMPTY } else { body };
        write_number(&mut out, body.len());
        out.extend_from_slice(body);
    }
    Ok((out, count))
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn byte(&mut self) -> anyhow::Result<u8> {
        let (first, rest) = self.0.split_first().context("the wasm module ends early")?;
        self.0 = rest;
        Ok(*first)
    }

    /// LEB128
    fn number(&mut self) -> anyhow::Result<usize> {
        let (mut number, mut shift) = (0_usize, 0);
        loop {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
            shift += 7;
            anyhow::ensure!(shift < 35, "a number of the wasm module is too long");
        }
    }

    fn sized(&mut self) -> anyhow::Result<&'a [u8]> {
        let length = self.number()?;
        let (taken, rest) = self.0.split_at_checked(length).context("the wasm module ends early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn limits(&mut self) -> anyhow::Result<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Ok(())
    }
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests;
