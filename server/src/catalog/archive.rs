//! Opens a chart's archive in memory: nothing of it ever becomes a file, and whatever it holds too much of ends the reading.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::trouble::Trouble;

/// What a packed archive may weigh.
pub const MAX_PACKED: usize = 20 << 20;
/// What it may unpack to in all, and how much more than it weighs.
const MAX_UNPACKED: u64 = 64 << 20;
const MAX_RATIO: u64 = 100;
const MAX_FILES: usize = 10_000;
/// One file that is shown.
const MAX_TEXT: u64 = 2 << 20;
/// All files with custom resources together.
const MAX_CRDS: usize = 16 << 20;

/// The files of a chart that are looked into.
#[derive(Debug, Default)]
pub struct Files {
    pub chart: Option<Vec<u8>>,
    pub readme: Option<Vec<u8>>,
    pub values: Option<Vec<u8>>,
    pub schema: Option<Vec<u8>>,
    pub crds: Vec<Vec<u8>>,
}

/// Reads the archive through. A path out of it, a link or a device refuses the whole of it: no honest chart has one.
pub fn open(packed: &[u8]) -> Result<Files, Trouble> {
    if packed.len() > MAX_PACKED {
        return Err(Trouble::archive("it weighs more than 20 MiB"));
    }
    let left = MAX_UNPACKED.min((packed.len() as u64).saturating_mul(MAX_RATIO).saturating_add(1 << 20));
    let mut archive = Archive::new(Bounded { inner: GzDecoder::new(packed), left });
    let mut files = Files::default();
    let mut root: Option<String> = None;
    let mut crds = 0;
    for (index, entry) in archive.entries().map_err(|error| broken(&error))?.enumerate() {
        if index >= MAX_FILES {
            return Err(Trouble::archive("it holds more than 10 000 files"));
        }
        let mut entry = entry.map_err(|error| broken(&error))?;
        match entry.header().entry_type() {
            EntryType::XGlobalHeader => continue,
            EntryType::Regular | EntryType::Continuous | EntryType::Directory => {}
            EntryType::Symlink | EntryType::Link => return Err(Trouble::archive("it holds a link")),
            _ => return Err(Trouble::archive("it holds what is neither a file nor a folder")),
        }
        let path = inside(&entry.path_bytes())?;
        let Some((folder, file)) = path.split_once('/') else { continue };
        if *root.get_or_insert_with(|| folder.to_owned()) != *folder {
            return Err(Trouble::archive("it holds more than one chart"));
        }
        if entry.header().entry_type() == EntryType::Directory {
            continue;
        }
        let place = match file {
            "Chart.yaml" => Some(&mut files.chart),
            "README.md" => Some(&mut files.readme),
            "values.yaml" => Some(&mut files.values),
            "values.schema.json" => Some(&mut files.schema),
            _ => None,
        };
        if let Some(place) = place {
            *place = Some(read(&mut entry, file)?);
        } else if is_crds(file) {
            let text = read(&mut entry, file)?;
            crds += text.len();
            if crds > MAX_CRDS {
                return Err(Trouble::archive("its custom resources weigh more than 16 MiB"));
            }
            files.crds.push(text);
        }
    }
    Ok(files)
}

/// In `crds/` of the chart or of a chart that it holds.
fn is_crds(file: &str) -> bool {
    let parts: Vec<&str> = file.split('/').collect();
    let folder = parts.iter().position(|part| *part == "crds");
    let is_own_or_of_a_subchart = folder.is_some_and(|at| at % 2 == 0 && parts[..at].iter().step_by(2).all(|part| *part == "charts"));
    is_own_or_of_a_subchart && (file.ends_with(".yaml") || file.ends_with(".yml"))
}

/// The path as it is meant, or a refusal of one that leads elsewhere.
fn inside(bytes: &[u8]) -> Result<String, Trouble> {
    let outside = || Trouble::archive("a path in it leads out of it");
    let path = std::str::from_utf8(bytes).map_err(|_| Trouble::archive("a path in it is no text"))?;
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains(['\\', '\0']) || is_drive || path.split('/').any(|part| part == "..") {
        return Err(outside());
    }
    Ok(path.split('/').filter(|part| !part.is_empty() && *part != ".").collect::<Vec<_>>().join("/"))
}

fn read(entry: &mut impl Read, file: &str) -> Result<Vec<u8>, Trouble> {
    let mut text = Vec::new();
    entry.take(MAX_TEXT + 1).read_to_end(&mut text).map_err(|error| broken(&error))?;
    if text.len() as u64 > MAX_TEXT {
        return Err(Trouble::archive(&format!("`{}` in it weighs more than 2 MiB", domain::visible::one_line(file))));
    }
    Ok(text)
}

fn broken(error: &io::Error) -> Trouble {
    if error.get_ref().is_some_and(|inner| inner.is::<TooMuch>()) || error.to_string().contains(TOO_MUCH) {
        return Trouble::archive("it unpacks to far more than it weighs");
    }
    Trouble::archive("it is no tar archive packed with gzip, or a damaged one")
}

const TOO_MUCH: &str = "unpacks to too much";

#[derive(Debug, thiserror::Error)]
#[error("{TOO_MUCH}")]
struct TooMuch;

/// Ends with an error, and not quietly, where there is more than was allowed.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other(TooMuch))?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_is_refused_however_it_is_written() {
        for bad in ["../x", "a/../../x", "/etc/passwd", "a\\..\\x", "C:/x", "a/\0", ".."] {
            assert!(inside(bad.as_bytes()).is_err(), "{bad}");
        }
        for (good, is) in [("./a/b", "a/b"), ("a//b/", "a/b"), ("a/..b/c..", "a/..b/c..")] {
            assert_eq!(inside(good.as_bytes()).ok().as_deref(), Some(is));
        }
    }

    #[test]
    fn custom_resources_stand_in_crds_of_the_chart_and_of_its_charts() {
        for (file, are) in [
            ("crds/a.yaml", true),
            ("crds/deep/a.yml", true),
            ("charts/sub/crds/a.yaml", true),
            ("templates/crds/a.yaml", false),
            ("crds/a.txt", false),
            ("docs/a/crds/b.yaml", false),
        ] {
            assert_eq!(is_crds(file), are, "{file}");
        }
    }
}
