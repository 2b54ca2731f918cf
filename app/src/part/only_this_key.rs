//! How a forge is told that only our key may push: a recipe for each, of which the one that fits the address stands open.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forge {
    GitHub,
    GitLab,
    Gitea,
    Ssh,
}

const ALL: [Forge; 4] = [Forge::GitHub, Forge::GitLab, Forge::Gitea, Forge::Ssh];

impl Forge {
    /// By the host's name; a forge of one's own under another name is not known by it.
    fn of(url: &str) -> Option<Forge> {
        let (scheme, rest) = url.split_once("://")?;
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default().to_ascii_lowercase();
        let has = |name: &str| host.split('.').any(|label| label == name);
        match () {
            () if has("github") => Some(Forge::GitHub),
            () if has("gitlab") => Some(Forge::GitLab),
            () if has("gitea") || has("forgejo") || has("codeberg") => Some(Forge::Gitea),
            () if scheme == "ssh" && !authority.starts_with("git@") => Some(Forge::Ssh),
            () => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Forge::GitHub => "GitHub",
            Forge::GitLab => "GitLab",
            Forge::Gitea => "Gitea and Forgejo",
            Forge::Ssh => "A plain ssh server",
        }
    }

    /// Sentences, each with what is to be typed or pasted as it stands there.
    fn steps(self, key: Option<&str>, branch: &str) -> Vec<(&'static str, Option<String>)> {
        let (key, branch) = (key.map(str::to_owned), Some(branch.to_owned()));
        match self {
            Forge::GitHub => vec![
                ("Settings, Deploy keys: add the key with “Allow write access”. Remove every other deploy key that may write.", key),
                (
                    "Settings, Rules, Rulesets: a branch ruleset with “Restrict updates”, “Restrict deletions” and “Block force pushes” for",
                    branch,
                ),
                ("In its bypass list put “Deploy keys” and nothing else, no administrators either.", None),
                ("Leave “Require a pull request” and “Require status checks” out of it: a deploy is one push of one signed commit.", None),
            ],
            Forge::GitLab => vec![
                ("Settings, Repository, Deploy keys: add the key and grant it write permissions.", key),
                ("Settings, Repository, Protected branches: “Allowed to push and merge” is this deploy key alone for", branch),
                ("“Allowed to merge” is no one, and “Allowed to force push” is off.", None),
            ],
            Forge::Gitea => vec![
                ("Settings, Deploy Keys: add the key with write access.", key),
                ("Settings, Branches: push restricted to a whitelist, with the list of people and teams left empty, in a rule for", branch),
                ("Tick “Whitelist deploy keys with write access to push”; leave force push off.", None),
            ],
            Forge::Ssh => {
                let line = format!(r#"restrict,command="git-shell -c \"$SSH_ORIGINAL_COMMAND\"" {}"#, key.unwrap_or_default());
                vec![
                    ("Give the key an account of its own that owns the repository; in authorized_keys:", Some(line.trim_end().to_owned())),
                    ("Everybody else reads through another account, without write permission on the files that hold", branch),
                    (
                        "In the repository:",
                        Some(String::from("git config receive.denyNonFastForwards true && git config receive.denyDeletes true")),
                    ),
                ]
            }
        }
    }
}

/// `key`: the public half of the deploy key, where the way in is one.
#[component]
pub fn OnlyThisKey(url: String, branch: String, key: Option<String>) -> AnyView {
    let fits = Forge::of(&url);
    let recipe = |forge: Forge| {
        let steps = forge.steps(key.as_deref(), &branch).into_iter().map(|(step, typed)| {
            let typed = typed.map(|typed| view! { " "<code class="wrap">{typed}</code> });
            view! { <li>{step}{typed}</li> }
        });
        let steps = steps.collect_view();
        view! { <details class="advanced" open=fits == Some(forge)><summary>{forge.name()}</summary><ol class="stack-y">{steps}</ol></details> }
    };
    let recipes = ALL.map(recipe).collect_view();
    view! {
        <div class="mt-lg stack-y">
            <p class="measure">"Only this key should be able to push to "<code>{branch.clone()}</code>": then nobody goes around a countersignature by accident. At the forge:"</p>
            {recipes}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipe_names_the_very_key_and_the_very_branch() {
        let key = "ssh-ed25519 AAAA countersign nl";
        for forge in ALL {
            let typed: Vec<String> = forge.steps(Some(key), "clusters/nl").into_iter().filter_map(|(_, typed)| typed).collect();
            assert!(typed.iter().any(|typed| typed.ends_with(key)), "{forge:?}: {typed:?}");
            assert!(typed.iter().any(|typed| typed == "clusters/nl"), "{forge:?}: {typed:?}");
        }
    }

    #[test]
    fn a_forge_is_known_by_its_host_and_never_by_a_path() {
        assert_eq!(Forge::of("ssh://git@github.com/ops/a.git"), Some(Forge::GitHub));
        assert_eq!(Forge::of("https://gitlab.example.com/ops/a.git"), Some(Forge::GitLab));
        assert_eq!(Forge::of("ssh://git@codeberg.org:22/ops/a.git"), Some(Forge::Gitea));
        assert_eq!(Forge::of("ssh://deploy@host.example.com/srv/git/a.git"), Some(Forge::Ssh));
        assert_eq!(Forge::of("ssh://git@git.example.com/github/a.git"), None);
        assert_eq!(Forge::of("https://notgithub.example.com/a.git"), None);
    }
}
