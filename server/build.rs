//! Puts the catalog into the binary, and the built site: `COUNTERSIGN_SITE` names its folder. Unset, its table is empty.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/assets/manifest.rs"]
mod manifest;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=COUNTERSIGN_SITE");
    println!("cargo::rerun-if-changed=src/assets/manifest.rs");
    let table = match env::var_os("COUNTERSIGN_SITE").filter(|folder| !folder.is_empty()) {
        Some(folder) => table(&fs::canonicalize(PathBuf::from(folder))?)?,
        None => "&[]".to_owned(),
    };
    put("assets.rs", &table)?;
    put("catalog.rs", &catalog()?)
}

/// Writes what has changed only, so that nothing is compiled again for nothing.
fn put(name: &str, table: &str) -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?).join(name);
    if fs::read_to_string(&out).ok().as_deref() != Some(table) {
        fs::write(out, table)?;
    }
    Ok(())
}

/// The texts of the catalog's files, by name.
fn catalog() -> Result<String, Box<dyn std::error::Error>> {
    let folder = fs::canonicalize(PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../catalog"))?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        writeln!(table, "include_str!({file:?}),")?;
    }
    table.push(']');
    Ok(table)
}

/// The Rust expression of the whole table, bytes included by path.
fn table(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let manifest = folder.join(manifest::NAME);
    println!("cargo::rerun-if-changed={}", manifest.display());
    let mut table = String::from("&[\n");
    for line in manifest::parse(&fs::read_to_string(&manifest)?)? {
        let plain = folder.join(&line.file);
        let coded = |ending: &str| {
            let file = folder.join(format!("{}.{ending}", line.file));
            if file.exists() { format!("Some(include_bytes!({file:?}))") } else { "None".to_owned() }
        };
        writeln!(
            table,
            "Asset {{ logical: {:?}, file: {:?}, media: {:?}, etag: {:?}, plain: include_bytes!({plain:?}), br: {}, gz: {} }},",
            line.logical,
            line.file,
            line.media,
            manifest::etag(&line.digest),
            coded("br"),
            coded("gz"),
        )?;
    }
    table.push(']');
    Ok(table)
}
