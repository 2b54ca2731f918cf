//! Finds the stock `sops` and `age` that tests compare with.

use std::process::Command;

#[path = "../../tests/suite/support/machine.rs"]
mod machine;

/// The command, without what could help whoever runs the tests; `None` where it is missing.
pub(super) fn stock(name: &str) -> Option<Command> {
    let mut command = Command::new(machine::program(name)?);
    // No key and no configuration of whoever runs the tests may help.
    for variable in ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD", "SOPS_AGE_RECIPIENTS", "SOPS_CONFIG"] {
        command.env_remove(variable);
    }
    command.env("SOPS_DISABLE_VERSION_CHECK", "1").env("HOME", "/nonexistent").env("XDG_CONFIG_HOME", "/nonexistent");
    Some(command)
}
