//! Counters: what this server did. Each server has its own, so tests side by side do not mix.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{Label, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusRecorder};

use crate::server::Server;

pub struct Metrics {
    recorder: PrometheusRecorder,
    in_flight: Arc<AtomicU64>,
}

/// A request on its way; it counts until it is answered or its connection is gone.
pub struct InFlight(Arc<AtomicU64>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics { recorder: PrometheusBuilder::new().build_recorder(), in_flight: Arc::default() }
    }
}

impl Metrics {
    /// Counts a request while it is held.
    pub fn enter(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self.in_flight.clone())
    }

    pub fn in_flight(&self) -> u64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// One answered request. `route` is the pattern, never the path, so that the number of series stays bounded.
    pub fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels =
            vec![Label::new("method", method.to_owned()), Label::new("route", route.to_owned()), Label::new("status", status.to_string())];
        with_local_recorder(&self.recorder, || {
            metrics::counter!("countersign_http_requests_total", labels.clone()).increment(1);
            metrics::histogram!("countersign_http_request_seconds", labels).record(took);
        });
    }

    /// Counts one of something: `countersign_<what>_total`.
    pub fn count(&self, name: &'static str) {
        with_local_recorder(&self.recorder, || metrics::counter!(name).increment(1));
    }

    pub fn render(&self, server: &Server) -> String {
        with_local_recorder(&self.recorder, || {
            metrics::counter!("countersign_store_commits_total").absolute(server.store.commits());
            metrics::gauge!("countersign_store_waiting").set(server.store.waiting() as f64);
            metrics::gauge!("countersign_http_requests_in_flight").set(self.in_flight() as f64);
        });
        self.recorder.handle().render()
    }
}
