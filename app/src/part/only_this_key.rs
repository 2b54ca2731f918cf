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

    fn steps(self) -> &'static [&'static str] {
        match self {
            Forge::GitHub => &[
                "Settings, Deploy keys: add the key with “Allow write access”. Remove every other deploy key that may write.",
                "Settings, Rules, Rulesets: a branch ruleset for this branch with “Restrict updates”, “Restrict deletions” and “Block force pushes”.",
                "In its bypass list put “Deploy keys” and nothing else, no administrators either.",
                "Leave “Require a pull request” and “Require status checks” out of it: a deploy is one push of one signed commit.",
            ],
            Forge::GitLab => &[
                "Settings, Repository, Deploy keys: add the key and grant it write permissions.",
                "Settings, Repository, Protected branches: protect this branch; “Allowed to push and merge” is this deploy key alone.",
                "“Allowed to merge” is no one, and “Allowed to force push” is off.",
            ],
            Forge::Gitea => &[
                "Settings, Deploy Keys: add the key with write access.",
                "Settings, Branches: a rule for this branch with push restricted to a whitelist; leave the list of people and teams empty.",
                "Tick “Whitelist deploy keys with write access to push”; leave force push off.",
            ],
            Forge::Ssh => &[
                "Give the key an account of its own that owns the repository; its line in authorized_keys begins with: restrict,command=\"git-shell -c \\\"$SSH_ORIGINAL_COMMAND\\\"\"",
                "Everybody else reads through another account without write permission on the files.",
                "In the repository: git config receive.denyNonFastForwards true, and git config receive.denyDeletes true.",
            ],
        }
    }
}

#[component]
pub fn OnlyThisKey(url: String, branch: String) -> AnyView {
    let fits = Forge::of(&url);
    let recipe = |forge: Forge| {
        let steps = forge.steps().iter().map(|step| view! { <li>{*step}</li> }).collect_view();
        view! { <details class="advanced" open=fits == Some(forge)><summary>{forge.name()}</summary><ol class="stack-y">{steps}</ol></details> }
    };
    view! {
        <div class="mt-lg stack-y">
            <p class="measure">"Only this key should be able to push to "<code>{branch}</code>": then nobody goes around a countersignature by accident. At the forge:"</p>
            {ALL.map(recipe).collect_view()}
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

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
