//! When a step runs again, and when it does not.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;

use super::{Inputs, unless_fresh};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("in")).unwrap();
        Self(folder)
    }

    /// Whether the step ran.
    fn step(&self, succeeds: bool) -> bool {
        let inputs = Inputs::default().path(&self.0.join("in")).unwrap();
        let mut ran = false;
        let _ = unless_fresh(&self.0.join("out"), &inputs, || {
            ran = true;
            anyhow::ensure!(succeeds);
            Ok(std::fs::write(self.0.join("out"), "made")?)
        });
        ran
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_step_runs_once_until_a_file_changes_or_its_name_does() {
    let folder = Folder::new("change");
    std::fs::write(folder.0.join("in/a"), "1").unwrap();
    assert!(folder.step(true));
    assert!(!folder.step(true));
    std::fs::write(folder.0.join("in/a"), "2").unwrap();
    assert!(folder.step(true));
    std::fs::rename(folder.0.join("in/a"), folder.0.join("in/b")).unwrap();
    assert!(folder.step(true));
}

#[test]
fn a_step_that_failed_or_lost_its_output_runs_again() {
    let folder = Folder::new("failure");
    assert!(folder.step(true));
    std::fs::write(folder.0.join("in/a"), "1").unwrap();
    assert!(folder.step(false));
    assert!(folder.step(true));
    std::fs::remove_file(folder.0.join("out")).unwrap();
    assert!(folder.step(true));
}

#[test]
fn text_that_moves_from_one_file_to_the_next_is_a_change() {
    let folder = Folder::new("border");
    std::fs::write(folder.0.join("in/a"), "12").unwrap();
    std::fs::write(folder.0.join("in/b"), "3").unwrap();
    assert!(folder.step(true));
    std::fs::write(folder.0.join("in/a"), "1").unwrap();
    std::fs::write(folder.0.join("in/b"), "23").unwrap();
    assert!(folder.step(true));
}
