//! Puts a rendered tree in place: all of it, or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use domain::engine::Rendered;
use domain::name::Name;
use domain::repository::Tree;

/// Writes beside the target first and then moves: the stack's folder and its entry are replaced, shared files are put
/// there if they differ. A move that fails undoes those before it.
pub fn write(out: &Path, tree: &Tree, stack: &Name, rendered: &Rendered) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let staging = tempfile::Builder::new().prefix(".countersign-render-").tempdir_in(out)?;
    for (path, bytes) in &rendered.files {
        let file = staging.path().join("new").join(path);
        create_parent(&file)?;
        fs::write(&file, bytes).with_context(|| path.clone())?;
    }
    let own = [tree.stack(stack).trim_end_matches('/').to_owned(), tree.stack_entry(stack)];
    let mut moves = Moves { staging: staging.path(), done: Vec::new() };
    let moved = own.iter().chain(&rendered.shared).try_for_each(|path| moves.make(out, path));
    if moved.is_err() {
        moves.undo();
    }
    moved
}

struct Moves<'a> {
    staging: &'a Path,
    /// What stands now, and where what stood there before is kept.
    done: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Moves<'_> {
    fn make(&mut self, out: &Path, path: &str) -> anyhow::Result<()> {
        let (from, to) = (self.staging.join("new").join(path), out.join(path));
        create_parent(&to)?;
        let mut kept = None;
        if to.symlink_metadata().is_ok() {
            let old = self.staging.join("old").join(self.done.len().to_string());
            create_parent(&old)?;
            fs::rename(&to, &old).with_context(|| format!("moving {path} aside"))?;
            kept = Some(old);
        }
        self.done.push((to.clone(), kept));
        fs::rename(&from, &to).with_context(|| path.to_owned())
    }

    fn undo(&mut self) {
        for (to, kept) in self.done.drain(..).rev() {
            if to.is_dir() {
                let _ = fs::remove_dir_all(&to);
            } else {
                let _ = fs::remove_file(&to);
            }
            if let Some(old) = kept {
                let _ = fs::rename(old, to);
            }
        }
    }
}

fn create_parent(path: &Path) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("making the folder {}", parent.display()))?;
    }
    Ok(())
}
