//! The catalog: charts that teams really run, what each is for, what it brings, and where its well-known values sit.

pub mod known;
pub mod search;
pub mod source;
pub mod version;

use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::stack;
use crate::yaml::path::ValuePath;

/// One file of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = CatalogChart))]
pub struct Chart {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub name: Name,
    /// One sentence: what somebody gets who adds it.
    pub purpose: String,
    pub category: Category,
    /// What people also search for.
    #[serde(default)]
    pub words: Vec<String>,
    /// A version that is known to exist and to install.
    pub chart: stack::Chart,
    /// Where it is usually installed.
    pub namespace: String,
    /// What somebody should know before they choose it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default)]
    pub crds: Vec<Kinds>,
    #[serde(default)]
    pub gives: Vec<Capability>,
    /// Without these it does not work.
    #[serde(default)]
    pub needs: Vec<Capability>,
    /// It does more where these are there.
    #[serde(default)]
    pub uses: Vec<Capability>,
    #[serde(default)]
    pub fields: WellKnown,
}

impl Chart {
    /// Whether a component of this chart brings the custom resource.
    pub fn brings(&self, group: &str, kind: &str) -> bool {
        self.crds.iter().any(|crds| crds.group == group && crds.kinds.iter().any(|known| known == kind))
    }
}

/// The custom resources of one API group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kinds {
    pub group: String,
    pub kinds: Vec<String>,
}

/// Where the fields that most people set sit in the values: paths to a scalar, or to the list or map that holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WellKnown {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<ValuePath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<ValuePath>,
    #[serde(default, rename = "storageClasses", skip_serializing_if = "Vec::is_empty")]
    pub storage_classes: Vec<ValuePath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<ValuePath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ValuePath>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<ValuePath>,
    /// One of these must be true for its custom resources to come; where none is named, they always come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crds: Vec<ValuePath>,
}

/// A closed list of words with their written form.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($variant,)+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// The word, or which words there are.
            pub fn parse(text: &str) -> Result<$name, String> {
                let known = || $name::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
                $name::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| format!("one of these belongs here: {}", known()))
            }
        }
    };
}

words! {
    /// The shelf that a chart stands on.
    Category {
        Applications = "applications",
        Certificates = "certificates",
        Databases = "databases",
        Delivery = "delivery",
        Identity = "identity",
        Messaging = "messaging",
        Networking = "networking",
        Observability = "observability",
        Operations = "operations",
        Secrets = "secrets",
        Security = "security",
        Storage = "storage",
    }
}

words! {
    /// What one component can give to others.
    Capability {
        Autoscaling = "autoscaling",
        Backup = "backup",
        Cache = "cache",
        Certificates = "certificates",
        Ci = "ci",
        Dashboards = "dashboards",
        Database = "database",
        Dns = "dns",
        Gitops = "gitops",
        Ingress = "ingress",
        LoadBalancer = "load-balancer",
        Logs = "logs",
        Mesh = "mesh",
        Messaging = "messaging",
        Metrics = "metrics",
        Network = "network",
        ObjectStorage = "object-storage",
        Policy = "policy",
        Registry = "registry",
        ResourceMetrics = "resource-metrics",
        Search = "search",
        Secrets = "secrets",
        Security = "security",
        Sso = "sso",
        Storage = "storage",
        Traces = "traces",
    }
}
