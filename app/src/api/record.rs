//! The record.

use domain::api::Page;
use domain::api::foreign::ForeignDiff;
use domain::api::record::Entry;
use domain::problem::Problem;

use super::{ApiClient, BoxFut, encode, query};

impl ApiClient {
    pub fn entry(&self, cluster: &str, number: u64) -> BoxFut<Result<Entry, Problem>> {
        self.get(format!("/record/{}/{number}", encode(cluster)))
    }

    /// Newest first; `after` is the `next` of the page before.
    pub fn record(&self, cluster: Option<&str>, stack: Option<&str>, after: Option<&str>) -> BoxFut<Result<Page<Entry>, Problem>> {
        self.get(format!("/record{}", query(&[("cluster", cluster), ("stack", stack), ("after", after)])))
    }

    /// A commit that is not ours, with its diff.
    pub fn foreign(&self, cluster: &str, commit: &str) -> BoxFut<Result<ForeignDiff, Problem>> {
        self.get(format!("/clusters/{}/foreign/{}", encode(cluster), encode(commit)))
    }
}
