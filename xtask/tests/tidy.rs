//! The rules of the house: what may name what, and what every file owes its reader.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// Every file under a folder of the clone whose name ends so, with its text; paths as in the clone.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push((shown(&path), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} holds no {ending}: the rule checks nothing");
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

/// Whether a word stands in the code of a line, comments aside, not as a part of a longer word.
fn names(line: &str, word: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let part_of_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let ends_open = word.ends_with(char::is_alphanumeric);
    code.match_indices(word).any(|(at, _)| {
        let begins = !part_of_a_word(code[..at].chars().next_back());
        begins && (!ends_open || !part_of_a_word(code[at + word.len()..].chars().next()))
    })
}

fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// Fails with each place where code under `folder` names one of the words, the allowed files aside.
fn nobody_names(folder: &str, words: &[&str], allowed: &[&str]) {
    let mut places = Vec::new();
    for (file, text) in files(folder, ".rs") {
        if is_test(&file) || allowed.iter().any(|start| file.starts_with(start)) {
            continue;
        }
        let own = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = own.lines().enumerate().filter(|(_, line)| words.iter().any(|word| names(line, word)));
        places.extend(lines.map(|(at, line)| format!("{file}:{}: {}", at + 1, line.trim())));
    }
    assert!(places.is_empty(), "{}", places.join("\n"));
}

#[test]
fn the_domain_touches_no_file_no_clock_no_chance_and_no_runtime() {
    let outside =
        ["std::fs", "std::env", "std::net", "std::process", "std::thread", "SystemTime", "Instant", "Timestamp::now", "Zoned::now"];
    nobody_names("domain/src", &outside, &[]);
    nobody_names("domain/src", &["tokio", "rand", "reqwest", "async fn"], &[]);
}

#[test]
fn sql_stands_in_the_store_git_in_git_and_age_in_the_vault() {
    // The audit's writer says `begin` and `commit` to the one connection that writes, and nothing else.
    nobody_names("server/src", &["sqlx"], &["server/src/store", "server/src/audit/writer.rs"]);
    nobody_names("server/src", &["git2"], &["server/src/git"]);
    nobody_names("server/src", &["age::"], &["server/src/vault"]);
}

#[test]
fn pages_know_nothing_of_the_server() {
    nobody_names("app/src", &["axum", "sqlx", "git2", "age::", "server::"], &[]);
}

#[test]
fn the_api_holds_no_sql_and_reaches_git_and_the_vault_through_actions_only() {
    nobody_names("server/src/api", &["sqlx", "git2", "crate::git", "crate::deploy"], &[]);
}

#[test]
fn every_rust_file_says_in_its_first_line_what_it_is_for() {
    let crates = ["domain", "app", "server", "lab", "xtask"];
    let silent: Vec<String> = crates
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .filter(|(file, text)| !is_test(file) && !text.starts_with("//! "))
        .map(|(file, _)| file)
        .collect();
    assert!(silent.is_empty(), "no //! line: {}", silent.join(", "));
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let marks = [["TO", "DO"].concat(), ["FIX", "ME"].concat()];
    let folders = [
        ("domain", ".rs"),
        ("app", ".rs"),
        ("server", ".rs"),
        ("lab", ".rs"),
        ("xtask", ".rs"),
        ("public", ".js"),
        ("e2e", ".mjs"),
        ("style", ".css"),
    ];
    let left: Vec<String> = folders
        .iter()
        .flat_map(|(folder, ending)| files(folder, ending))
        .filter(|(_, text)| marks.iter().any(|mark| text.contains(mark.as_str())))
        .map(|(file, _)| file)
        .collect();
    assert!(left.is_empty(), "{}", left.join(", "));
}

#[test]
fn no_module_is_named_after_nothing() {
    let nothing = ["util", "utils", "helper", "helpers", "common", "manager", "misc", "types"];
    let found: Vec<PathBuf> = ["domain", "app", "server", "lab"]
        .iter()
        .flat_map(|folder| files(&format!("{folder}/src"), ".rs"))
        .map(|(file, _)| PathBuf::from(file))
        .filter(|file| file.iter().any(|part| nothing.contains(&part.to_string_lossy().trim_end_matches(".rs"))))
        .collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_sheet_of_style_is_imported_once() {
    let index = std::fs::read_to_string(root().join("style/index.css")).unwrap();
    for (file, text) in files("style", ".css").iter().filter(|(file, _)| file != "style/index.css") {
        let import = format!("@import \"./{}\";", file.trim_start_matches("style/"));
        assert_eq!(index.matches(&import).count(), 1, "{file} in style/index.css");
        assert!(text.starts_with("/* "), "{file} does not say what it is for");
    }
}

#[test]
fn the_dark_theme_is_the_same_whether_chosen_or_asked_for_by_the_system() {
    let tokens = std::fs::read_to_string(root().join("style/tokens.css")).unwrap();
    let block = |selector: &str| {
        let inside = tokens.split_once(selector).unwrap().1.split_once('}').unwrap().0;
        inside.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let chosen = block(":root[data-theme=\"dark\"] {");
    assert!(chosen.contains("--ink:"));
    assert_eq!(chosen, block(":root:not([data-theme=\"light\"]) {"));
}

#[test]
fn sheets_use_colours_by_their_role() {
    let literal = |line: &&str| hex_colour(line);
    for (file, text) in files("style", ".css").iter().filter(|(file, _)| file != "style/tokens.css") {
        let lines: Vec<&str> = text.lines().filter(literal).collect();
        assert!(lines.is_empty(), "{file} names a colour instead of a token:\n{}", lines.join("\n"));
    }
}

/// Whether a declaration holds `#` and three to eight hexadecimal digits.
fn hex_colour(line: &str) -> bool {
    line.split('#').skip(1).any(|after| {
        let digits = after.chars().take_while(char::is_ascii_hexdigit).count();
        let ends = after.chars().nth(digits).is_none_or(|c| !c.is_alphanumeric() && c != '-' && c != '_');
        line.contains(':') && [3, 4, 6, 8].contains(&digits) && ends
    })
}
