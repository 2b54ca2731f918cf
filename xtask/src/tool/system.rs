//! Programs of the operating system that tests talk to: a browser, an SSH server, a web server.

use crate::shell;

/// A program and the Debian package that brings it.
const NEEDED: &[(&str, &str)] = &[
    ("git", "git"),
    ("ssh-keygen", "openssh-client"),
    ("sshd", "openssh-server"),
    ("nginx", "nginx-light"),
    ("fcgiwrap", "fcgiwrap"),
    ("chromium", "chromium"),
];

/// Installs what is missing where that is possible without asking; gives what is still missing.
pub fn install() -> anyhow::Result<Vec<&'static str>> {
    let packages = missing().map(|(_, package)| package).collect::<Vec<_>>();
    if packages.is_empty() {
        return Ok(packages);
    }
    if is_root() && shell::find("apt-get").is_some() {
        let installed = shell::timed(&format!("packages: {}", packages.join(" ")), || {
            let apt = || {
                let mut apt = shell::command("apt-get");
                apt.env("DEBIAN_FRONTEND", "noninteractive");
                apt
            };
            shell::quietly("apt-get update", apt().arg("update"))?;
            shell::quietly("apt-get install", apt().args(["install", "--yes", "--no-install-recommends"]).args(&packages))
        });
        if let Err(error) = installed {
            eprintln!("{error:#}");
        }
    }
    Ok(missing().map(|(program, _)| program).collect())
}

/// What a person types to get the programs that are missing.
pub fn advice(programs: &[&str]) -> String {
    let packages = NEEDED.iter().filter(|(program, _)| programs.contains(program)).map(|(_, package)| *package);
    format!("sudo apt-get install {}", packages.collect::<Vec<_>>().join(" "))
}

fn missing() -> impl Iterator<Item = (&'static str, &'static str)> {
    NEEDED.iter().copied().filter(|(program, _)| shell::find(program).is_none())
}

fn is_root() -> bool {
    shell::command("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n")
}
