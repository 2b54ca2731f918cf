//! What a kubelet would bring about: workloads roll out, unless they are held back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Api;

/// A workload with this annotation, whatever its value, never becomes ready.
pub const HOLD: &str = "lab.countersign.dev/hold";

/// Reports Deployments, StatefulSets and DaemonSets as rolled out until it is dropped.
pub struct Workloads {
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Workloads {
    pub fn start(api: Api) -> Workloads {
        let over = Arc::new(AtomicBool::new(false));
        let ended = over.clone();
        let thread = std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                roll_out(&api);
                std::thread::sleep(Duration::from_millis(250));
            }
        });
        Workloads { over, thread: Some(thread) }
    }
}

impl Drop for Workloads {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One round. What fails, because an object went away or the server is busy, is tried again in the next.
fn roll_out(api: &Api) {
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        for workload in api.list(kind).unwrap_or_default() {
            let status = rolled_out(kind, &workload);
            let is_held = workload["metadata"]["annotations"].get(HOLD).is_some();
            let is_due = workload["metadata"]["generation"] != workload["status"]["observedGeneration"];
            if let (true, false, Some(namespace), Some(name)) =
                (is_due, is_held, workload["metadata"]["namespace"].as_str(), workload["metadata"]["name"].as_str())
            {
                let _ = api.patch(kind, namespace, name, "/status", &json!({ "status": status }));
            }
        }
    }
}

/// The status of a workload whose pods all run the newest template.
fn rolled_out(kind: &str, workload: &Value) -> Value {
    let generation = &workload["metadata"]["generation"];
    let replicas = workload["spec"]["replicas"].as_i64().unwrap_or(1);
    match kind {
        "Deployment" => json!({
            "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas,
            "conditions": [
                {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
                {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
            ],
        }),
        "StatefulSet" => json!({
            "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas, "currentReplicas": replicas, "currentRevision": "newest", "updateRevision": "newest",
        }),
        _ => json!({
            "observedGeneration": generation, "currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberReady": 1,
            "numberAvailable": 1, "updatedNumberScheduled": 1, "numberMisscheduled": 0,
        }),
    }
}
