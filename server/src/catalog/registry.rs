//! An OCI registry, as far as charts in it are concerned: versions are tags, and a chart is the one layer of its kind.

use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, StatusCode};
use domain::text::hex;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

use super::archive::MAX_PACKED;
use super::source::Source;
use super::trouble::Trouble;
use crate::egress::{Ask, Client, Credential, Fetched};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const LAYER: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// What a registry says about charts is small.
const MAX_ANSWER: usize = 4 << 20;
const MAX_PAGES: usize = 20;
const MAX_TAGS: usize = 5_000;

pub struct Registry<'a> {
    client: &'a Client,
    source: &'a Source,
    /// The registry's root, as `https://ghcr.io`.
    root: Url,
    /// The parent of its charts: `stefanprodan/charts`.
    parent: String,
    token: Option<Credential>,
}

#[derive(Deserialize)]
struct Tags {
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: String,
}

#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

impl<'a> Registry<'a> {
    pub fn new(client: &'a Client, source: &'a Source) -> Result<Registry<'a>, Trouble> {
        let address = source.url()?;
        let mut root = address.clone();
        root.set_path("/");
        Ok(Registry { client, source, root, parent: address.path().trim_matches('/').to_owned(), token: None })
    }

    /// Whether a registry answers here at all, and takes the credentials.
    pub async fn greet(&mut self) -> Result<(), Trouble> {
        let answer = self.ask("v2/", None, MAX_ANSWER, &|_, _| ()).await?;
        match answer.status {
            StatusCode::OK => Ok(()),
            status => Err(refused(status)),
        }
    }

    /// Every tag that could be a version; `_` stands in tags for the `+` that they cannot hold.
    pub async fn versions(&mut self, chart: &str) -> Result<Vec<String>, Trouble> {
        let mut versions = Vec::new();
        let mut path = format!("v2/{}/tags/list?n=1000", self.place(chart));
        for _ in 0..MAX_PAGES {
            let answer = self.ask(&path, None, MAX_ANSWER, &|_, _| ()).await?;
            if answer.status != StatusCode::OK {
                return Err(refused(answer.status));
            }
            let tags: Tags =
                serde_json::from_slice(&answer.body).map_err(|_| Trouble::Registry("the registry's list of tags cannot be read"))?;
            versions.extend(tags.tags.unwrap_or_default().into_iter().map(|tag| tag.replace('_', "+")));
            match next(&answer.headers) {
                Some(next) if versions.len() < MAX_TAGS => path = next,
                _ => break,
            }
        }
        versions.truncate(MAX_TAGS);
        Ok(versions)
    }

    /// The archive of one version, with the digest that its manifest states.
    pub async fn archive(&mut self, chart: &str, version: &str) -> Result<Vec<u8>, Trouble> {
        let place = self.place(chart);
        let manifest =
            self.ask(&format!("v2/{place}/manifests/{}", version.replace('+', "_")), Some(MANIFEST), MAX_ANSWER, &|_, _| ()).await?;
        if manifest.status != StatusCode::OK {
            return Err(refused(manifest.status));
        }
        let unreadable = Trouble::Registry("the registry's manifest of this version is none of a chart");
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&manifest.body) else { return Err(unreadable) };
        let Some(layer) = manifest.layers.into_iter().find(|layer| layer.media_type == LAYER) else { return Err(unreadable) };
        let digest =
            layer.digest.strip_prefix("sha256:").filter(|digest| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(digest) = digest else { return Err(unreadable) };
        let blob = self.ask(&format!("v2/{place}/blobs/sha256:{digest}"), None, MAX_PACKED, &|_, _| ()).await?;
        if blob.status != StatusCode::OK {
            return Err(refused(blob.status));
        }
        if hex(&Sha256::digest(&blob.body)) != digest.to_ascii_lowercase() {
            return Err(Trouble::archive("it is not the one that the registry's manifest names"));
        }
        Ok(blob.body)
    }

    fn place(&self, chart: &str) -> String {
        if self.parent.is_empty() { chart.to_owned() } else { format!("{}/{chart}", self.parent) }
    }

    /// Asks, and once more with what the registry wants to see first.
    async fn ask(
        &mut self,
        path: &str,
        accept: Option<&'static str>,
        limit: usize,
        heard: &(dyn Fn(usize, Option<usize>) + Sync),
    ) -> Result<Fetched, Trouble> {
        let url = self.root.join(path).map_err(|_| Trouble::Registry("the registry sends on to what is no address"))?;
        if url.origin() != self.root.origin() {
            return Err(Trouble::Registry("the registry sends on to another host"));
        }
        let first = self.client.get(&url, &Ask { accept, credential: self.token.clone(), limit }, heard).await?;
        if first.status != StatusCode::UNAUTHORIZED {
            return Ok(first);
        }
        self.token = Some(self.prove(&first.headers).await?);
        Ok(self.client.get(&url, &Ask { accept, credential: self.token.clone(), limit }, heard).await?)
    }

    /// What the registry asks for in `WWW-Authenticate`: the user and password, or a token that somebody gives for them.
    async fn prove(&self, headers: &HeaderMap) -> Result<Credential, Trouble> {
        let challenge = headers.get(WWW_AUTHENTICATE).and_then(|value| value.to_str().ok()).ok_or(Trouble::Credentials)?;
        let basic = self.source.basic();
        let (scheme, rest) = challenge.split_once(' ').unwrap_or((challenge, ""));
        if scheme.eq_ignore_ascii_case("basic") {
            return basic.ok_or(Trouble::Credentials);
        }
        let unreadable = Trouble::Registry("the registry does not say where tokens are given");
        let Some(realm) = parameter(rest, "realm") else { return Err(unreadable) };
        let Ok(mut realm) = Url::parse(&realm) else { return Err(unreadable) };
        if realm.scheme() != "https" && self.root.scheme() == "https" {
            return Err(Trouble::Registry("the registry sends to plain http for tokens"));
        }
        for key in ["service", "scope"] {
            if let Some(value) = parameter(rest, key) {
                realm.query_pairs_mut().append_pair(key, &value);
            }
        }
        let answer = self.client.get(&realm, &Ask { accept: None, credential: basic, limit: MAX_ANSWER }, &|_, _| ()).await?;
        if answer.status != StatusCode::OK {
            return Err(refused(answer.status));
        }
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| Trouble::Registry("the registry's token cannot be read"))?;
        let token = token.token.or(token.access_token).ok_or(Trouble::Credentials)?;
        Credential::bearer(&token).ok_or(Trouble::Credentials)
    }
}

/// `key="value"` in a challenge.
fn parameter(text: &str, key: &str) -> Option<String> {
    let start = text.find(&format!("{key}=\""))? + key.len() + 2;
    let value = text[start..].split('"').next()?;
    (value.len() <= 2048).then(|| value.to_owned())
}

/// The path of the next page: `</v2/…>; rel="next"`.
fn next(headers: &HeaderMap) -> Option<String> {
    let link = headers.get("link")?.to_str().ok()?;
    let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
    rest.contains("rel=\"next\"").then(|| target.to_owned())
}

pub(super) fn refused(status: StatusCode) -> Trouble {
    match status.as_u16() {
        401 | 403 => Trouble::Credentials,
        404 => Trouble::Missing("the repository has no such chart or version"),
        other => Trouble::Status(other),
    }
}
