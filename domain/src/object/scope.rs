//! Which kinds live in a namespace: known for Kubernetes itself and for what people commonly install.

/// Whether objects of a kind live in a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Namespaced,
    Cluster,
    /// Not among the kinds known here.
    Unknown,
}

pub fn of(group: &str, kind: &str) -> Scope {
    let listed = |table: &[(&str, &[&str])]| table.iter().any(|(g, kinds)| *g == group && kinds.contains(&kind));
    if listed(CLUSTER) {
        Scope::Cluster
    } else if listed(NAMESPACED) {
        Scope::Namespaced
    } else {
        Scope::Unknown
    }
}

const CLUSTER: &[(&str, &[&str])] = &[
    ("", &["Namespace", "Node", "PersistentVolume"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("networking.k8s.io", &["IngressClass", "IPAddress", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    ("storage.k8s.io", &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("cert-manager.io", &["ClusterIssuer"]),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterSecretStore"]),
    ("kyverno.io", &["ClusterPolicy", "ClusterCleanupPolicy"]),
    ("cilium.io", &["CiliumClusterwideNetworkPolicy", "CiliumLoadBalancerIPPool", "CiliumNode", "CiliumIdentity"]),
    ("postgresql.cnpg.io", &["ClusterImageCatalog"]),
    ("trust.cert-manager.io", &["Bundle"]),
];

const NAMESPACED: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
        ],
    ),
    ("apps", &["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]),
    ("autoscaling", &["HorizontalPodAutoscaler"]),
    ("autoscaling.k8s.io", &["VerticalPodAutoscaler"]),
    ("batch", &["CronJob", "Job"]),
    ("coordination.k8s.io", &["Lease"]),
    ("discovery.k8s.io", &["EndpointSlice"]),
    ("networking.k8s.io", &["Ingress", "NetworkPolicy"]),
    ("policy", &["PodDisruptionBudget"]),
    ("rbac.authorization.k8s.io", &["Role", "RoleBinding"]),
    ("resource.k8s.io", &["ResourceClaim", "ResourceClaimTemplate"]),
    ("storage.k8s.io", &["CSIStorageCapacity"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshot"]),
    (
        "gateway.networking.k8s.io",
        &["Gateway", "GRPCRoute", "HTTPRoute", "ReferenceGrant", "TCPRoute", "TLSRoute", "UDPRoute", "BackendTLSPolicy"],
    ),
    ("cert-manager.io", &["Certificate", "CertificateRequest", "Issuer"]),
    ("acme.cert-manager.io", &["Challenge", "Order"]),
    (
        "monitoring.coreos.com",
        &[
            "Alertmanager",
            "AlertmanagerConfig",
            "PodMonitor",
            "Probe",
            "Prometheus",
            "PrometheusAgent",
            "PrometheusRule",
            "ScrapeConfig",
            "ServiceMonitor",
            "ThanosRuler",
        ],
    ),
    ("metallb.io", &["BFDProfile", "BGPAdvertisement", "BGPPeer", "Community", "IPAddressPool", "L2Advertisement", "ServiceL2Status"]),
    ("postgresql.cnpg.io", &["Backup", "Cluster", "Database", "ImageCatalog", "Pooler", "Publication", "ScheduledBackup", "Subscription"]),
    (
        "longhorn.io",
        &["BackingImage", "Backup", "BackupTarget", "Engine", "Node", "RecurringJob", "Replica", "Setting", "Snapshot", "Volume"],
    ),
    ("external-secrets.io", &["ExternalSecret", "PushSecret", "SecretStore"]),
    ("externaldns.k8s.io", &["DNSEndpoint"]),
    ("bitnami.com", &["SealedSecret"]),
    (
        "traefik.io",
        &[
            "IngressRoute",
            "IngressRouteTCP",
            "IngressRouteUDP",
            "Middleware",
            "MiddlewareTCP",
            "ServersTransport",
            "TLSOption",
            "TLSStore",
            "TraefikService",
        ],
    ),
    ("cilium.io", &["CiliumNetworkPolicy", "CiliumEndpoint"]),
    ("kyverno.io", &["CleanupPolicy", "Policy", "PolicyException"]),
    (
        "grafana.integreatly.org",
        &["Grafana", "GrafanaAlertRuleGroup", "GrafanaContactPoint", "GrafanaDashboard", "GrafanaDatasource", "GrafanaFolder"],
    ),
    ("loki.grafana.com", &["AlertingRule", "LokiStack", "RecordingRule", "RulerConfig"]),
    ("keda.sh", &["ScaledJob", "ScaledObject", "TriggerAuthentication"]),
    (
        "argoproj.io",
        &[
            "AnalysisRun",
            "AnalysisTemplate",
            "Application",
            "ApplicationSet",
            "AppProject",
            "Experiment",
            "Rollout",
            "Workflow",
            "WorkflowTemplate",
            "CronWorkflow",
        ],
    ),
    ("source.toolkit.fluxcd.io", &["Bucket", "ExternalArtifact", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"]),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"]),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"]),
    ("notification.toolkit.fluxcd.io", &["Alert", "Provider", "Receiver"]),
    ("image.toolkit.fluxcd.io", &["ImagePolicy", "ImageRepository", "ImageUpdateAutomation"]),
    ("velero.io", &["Backup", "BackupStorageLocation", "Restore", "Schedule", "VolumeSnapshotLocation"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_stands_in_both_tables() {
        for (group, kinds) in CLUSTER {
            for kind in *kinds {
                let namespaced = NAMESPACED.iter().any(|(g, k)| g == group && k.contains(kind));
                assert!(!namespaced, "{group} {kind}");
            }
        }
        assert_eq!(of("cert-manager.io", "ClusterIssuer"), Scope::Cluster);
        assert_eq!(of("metallb.io", "IPAddressPool"), Scope::Namespaced);
        assert_eq!(of("example.com", "Widget"), Scope::Unknown);
    }
}
