//! Changes: the typed operations of which every edit of a draft consists, a person's or a machine's.

pub mod apply;
pub mod between;
pub mod carry;
pub mod rebase;
pub mod touch;
pub mod words;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::name::Name;
use crate::stack::{Component, Point};
use crate::variable::{Declaration, VariableType};
use crate::yaml::path::ValuePath;

/// One operation on a draft. Components are meant by their immutable id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    AddComponent {
        component: Component,
    },
    RemoveComponent {
        component: Name,
    },
    /// It leaves the stack and runs on in the cluster as it is: what a removal would uninstall, this does not.
    LetGo {
        component: Name,
    },
    RenameComponent {
        component: Name,
        name: Name,
    },
    /// The whole text as typed; may be broken YAML.
    SetValuesText {
        component: Name,
        text: String,
    },
    SetManifestText {
        component: Name,
        text: String,
    },
    /// Refused while the text is broken YAML. Comments and quoting elsewhere stay.
    SetValue {
        component: Name,
        path: ValuePath,
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        value: Value,
    },
    UnsetValue {
        component: Name,
        path: ValuePath,
    },
    SetNamespace {
        component: Name,
        namespace: Option<String>,
    },
    SetChartSource {
        component: Name,
        repository: String,
        name: String,
    },
    SetChartVersion {
        component: Name,
        version: String,
    },
    /// `None`: back to the component's id.
    SetReleaseName {
        component: Name,
        release_name: Option<String>,
    },
    SetTimeout {
        component: Name,
        timeout: Option<String>,
    },
    /// `component` waits for `on`.
    Connect {
        component: Name,
        on: Name,
    },
    Disconnect {
        component: Name,
        on: Name,
    },
    DeclareVariable {
        declaration: Declaration,
    },
    RetypeVariable {
        name: String,
        kind: VariableType,
    },
    UndeclareVariable {
        name: String,
    },
    SetDescription {
        description: Option<String>,
    },
    RenameStack {
        name: Name,
    },
    SetStackDependsOn {
        depends_on: Vec<Name>,
    },
    /// `None`: back to where the layout puts it.
    SetLayout {
        component: Name,
        layout: Option<Point>,
    },
}
