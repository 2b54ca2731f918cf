//! Which paths may stand in a commit of ours.

/// Why a path is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("the path `{0}` is not a plain relative path")]
    NotPlain(String),
    #[error("the path `{0}` goes into Git's own folder")]
    GitFolder(String),
    #[error("`{0}` is both a file and a folder")]
    FileAndFolder(String),
    #[error("`{0}` in the repository is a link or a submodule: nothing is written through it")]
    NotPlainFile(String),
}

/// Accepts `a/b/c.yaml`: relative, normal, nothing that a checkout could take for something else.
pub(super) fn check(path: &str) -> Result<(), PathError> {
    let shown = || path.chars().take(200).map(|c| if c.is_control() { '?' } else { c }).collect::<String>();
    if path.is_empty() || path.len() > 4096 || path.contains('\\') || path.chars().any(char::is_control) {
        return Err(PathError::NotPlain(shown()));
    }
    for part in path.split('/') {
        if part.is_empty() || part == "." || part == ".." || part.len() > 255 {
            return Err(PathError::NotPlain(shown()));
        }
        if is_git_folder(part) {
            return Err(PathError::GitFolder(shown()));
        }
    }
    Ok(())
}

/// `.git` and what file systems of other machines fold into it (case, trailing dots and blanks,
/// NTFS short names and streams, code points that HFS+ ignores).
fn is_git_folder(part: &str) -> bool {
    let ignored = |c: char| matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    let folded: String = part.chars().filter(|&c| !ignored(c)).flat_map(char::to_lowercase).collect();
    let stem = folded.split(':').next().unwrap_or_default().trim_end_matches(['.', ' ']);
    matches!(stem, ".git" | "git~1" | ".gitmodules" | ".gitattributes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paths_pass() {
        for path in ["countersign.yaml", ".sops.yaml", "stacks/a/components/b/x.enc.yaml", ".github/x", "a/.gitkeep", "ä/ö"] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_that_leave_the_tree_or_enter_git_are_refused() {
        for path in ["", "/a", "a/", "a//b", ".", "a/./b", "../a", "a/../b", "a\\b", "a\nb", "a\0b"] {
            assert!(matches!(check(path), Err(PathError::NotPlain(_))), "{path:?}");
        }
        let folded = [
            ".git",
            ".git/config",
            "a/.GIT/x",
            ".git./x",
            ".git /x",
            "git~1/x",
            ".g\u{200c}it/x",
            ".git::$INDEX_ALLOCATION/x",
            ".gitmodules",
        ];
        for path in folded {
            assert!(matches!(check(path), Err(PathError::GitFolder(_))), "{path:?}");
        }
    }
}
