//! A forge's rule for a branch, recognised in what it says when it refuses a push.

/// Words by which GitHub, GitLab, Gitea and Forgejo name such a rule.
const WORDS: [&str; 7] =
    ["gh006", "gh013", "rule violations", "protected branch", "protected branches", "not allowed to push", "changes must be made through"];

/// What the forge said, and what to do where one of its own rules stands in the way.
pub fn explained(message: String) -> String {
    let said = message.to_lowercase();
    if !WORDS.iter().any(|word| said.contains(word)) {
        return message;
    }
    format!("{message}. A rule for this branch at the forge stands in the way; the cluster's page says how to let this one key through.")
}

#[cfg(test)]
mod tests {
    use super::explained;

    #[test]
    fn rules_are_recognised_and_other_refusals_stay_as_they_are() {
        for rule in [
            "push declined due to repository rule violations: GH013: Changes must be made through a pull request",
            "protected branch hook declined",
            "pre-receive hook declined: GitLab: You are not allowed to push code to protected branches on this project.",
            "pre-receive hook declined: Gitea: Not allowed to push to protected branch main",
        ] {
            let told = explained(rule.to_owned());
            assert!(told.starts_with(rule) && told.contains("the cluster's page"), "{told}");
        }
        for other in ["pre-receive hook declined: no deploys on Fridays", "unpacking the sent packfile failed"] {
            assert_eq!(explained(other.to_owned()), other);
        }
    }
}
