//! `countersign serve`: opens what is there, makes what is missing, listens until it is told to stop.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::api::health;
use crate::clock::{Clock, MINUTE};
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::git::Timeouts;
use crate::ids;
use crate::router;
use crate::server::{Server, Shared};
use crate::store;

/// How often an unclear push is asked after.
const RESUME: Duration = Duration::from_secs(5);

/// How long open requests may take to finish once the server is asked to stop. A deploy that is cut short goes on at the
/// next start.
const GRACE: Duration = Duration::from_secs(10);

/// How long the database may take to close after that.
const CLOSE: Duration = Duration::from_secs(2);

/// A server that listens. Tests start the same one.
pub struct Serving {
    pub server: Shared,
    pub address: SocketAddr,
    /// Present until set-up is done.
    pub set_up_code: Option<String>,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    /// Nobody else works on the data folder.
    _alone: DataLock,
}

pub async fn serve(config: Config) -> anyhow::Result<()> {
    // Listened for from the beginning: whoever asks it to stop as soon as it says that it runs finds it stopping.
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut asked_to_stop = std::pin::pin!(async {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    });
    let serving = tokio::select! {
        started = start(config, Clock::default()) => started?,
        () = &mut asked_to_stop => return Ok(()),
    };
    announce(&serving)?;
    asked_to_stop.await;
    tracing::info!("Stopping: finishing what is under way");
    serving.stop().await;
    Ok(())
}

/// Opens the data folder, listens, and starts the jobs.
pub async fn start(mut config: Config, clock: Clock) -> anyhow::Result<Serving> {
    let alone = DataLock::take(&config.data)?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| format!("listening on {}", config.listen))?;
    let address = listener.local_addr()?;
    // Port 0 asks for any free port; the public URL must name the one that was given.
    config.listen = address;
    let metrics_listener = match config.metrics_listen {
        Some(metrics) => Some(TcpListener::bind(metrics).await.with_context(|| format!("listening on {metrics} for metrics"))?),
        None => None,
    };
    git_timeouts(&config).set();
    let server = Arc::new(Server::open(config, clock).await?);
    let set_up_code = expect_set_up(&server).await?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![
        listen(listener, router::all(&server), stopped.clone()),
        tokio::spawn(tidy_up(server.clone(), stopped.clone())),
        tokio::spawn(go_on(server.clone(), stopped.clone())),
        tokio::spawn(look_around(server.clone(), stopped.clone())),
    ];
    if let Some(listener) = metrics_listener {
        let metrics = Router::new()
            .route("/metrics", get(async |state: axum::extract::State<Shared>| health::text(&state.0)))
            .with_state(server.clone());
        tasks.push(listen(listener, metrics, stopped));
    }
    Ok(Serving { server, address, set_up_code, stop, tasks, _alone: alone })
}

impl Serving {
    /// Takes no new connection, finishes what is under way, and folds the database's log into its file.
    pub async fn stop(self) {
        self.stop_within(GRACE).await;
    }

    /// The same with another limit: what is not finished by then is left, and said so.
    pub async fn stop_within(mut self, grace: Duration) {
        let _ = self.stop.send(true);
        // Streams have no end of their own.
        self.server.together.close();
        let finish = async {
            for task in &mut self.tasks {
                let _ = task.await;
            }
        };
        if tokio::time::timeout(grace, finish).await.is_err() {
            let requests = self.server.metrics.in_flight();
            tracing::warn!(requests, seconds = grace.as_secs(), "Stopping without waiting any longer for what is under way");
            self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
        }
        if tokio::time::timeout(CLOSE, tell_left_out(&self.server, true)).await.is_err() {
            tracing::warn!("How many refusals were counted could not be logged in time");
        }
        // A request that was left may still hold a connection.
        if tokio::time::timeout(CLOSE, self.server.store.close()).await.is_err() {
            tracing::warn!("The database was not closed in time; what was acknowledged is stored all the same");
        }
    }
}

async fn tell_left_out(server: &Server, all: bool) {
    if let Err(problem) = crate::audit::tell_left_out(server, all).await {
        tracing::warn!(detail = %problem.detail, "Could not log how many refusals were counted");
    }
}

/// A fresh set-up code for this start; the one of the start before is void.
async fn expect_set_up(server: &Server) -> anyhow::Result<Option<String>> {
    if server.settings().is_set_up {
        return Ok(None);
    }
    let code = ids::code();
    store::organisation::expect_set_up(&server.store, &ids::hash(&code)).await?;
    Ok(Some(code))
}

/// On standard output, in a form that scripts may rely on, and in one write: whoever read the address has read the code.
fn announce(serving: &Serving) -> anyhow::Result<()> {
    let origin = serving.server.settings().public_url.origin();
    let code = serving.set_up_code.as_ref().map(|code| format!("Set-up code: {code}\n")).unwrap_or_default();
    let text = format!("Countersign {} listens on {}\nOpen: {origin}\n{code}", env!("CARGO_PKG_VERSION"), serving.address);
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn listen(listener: TcpListener, router: Router, mut stopped: watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        // Without this every streamed page waits 40 ms for an acknowledgement.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let shutdown = async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(shutdown).await {
            tracing::error!(%error, "The listener failed");
        }
    })
}

/// Takes up deployments whose outcome is not known: at the start, and every few seconds.
async fn go_on(server: Shared, mut stopped: watch::Receiver<bool>) {
    let mut under_way = tokio::task::JoinSet::new();
    crate::deploy::push::resume(&server, &mut under_way).await;
    // After what was under way is known to have arrived or not.
    let survey = async {
        while under_way.join_next().await.is_some() {}
        crate::deploy::standing::survey(&server).await;
    };
    tokio::select! {
        () = survey => {}
        _ = stopped.wait_for(|stop| *stop) => return,
    }
    loop {
        crate::deploy::push::resume(&server, &mut under_way).await;
        tokio::select! {
            _ = tokio::time::sleep(RESUME) => {}
            _ = stopped.wait_for(|stop| *stop) => break,
        }
        while under_way.try_join_next().is_some() {}
    }
    while under_way.join_next().await.is_some() {}
}

/// libgit2 keeps one setting for the whole process.
fn git_timeouts(config: &Config) -> Timeouts {
    let silence = std::time::Duration::from_secs(u64::from(config.git_timeout));
    Timeouts { connect: silence.min(Timeouts::default().connect), silence }
}

/// Looks for what others commit to our branches.
async fn look_around(server: Shared, mut stopped: watch::Receiver<bool>) {
    let every = Duration::from_secs(server.config.fetch_every);
    // A branch that takes its time must not hold up the end: what is looked at then is left.
    let mut lookout = crate::action::around::lookout::Lookout::default();
    loop {
        tokio::select! {
            _ = tokio::time::sleep(every) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
        lookout.round(&server).await;
    }
}

/// Forgets sessions that are over.
async fn tidy_up(server: Shared, mut stopped: watch::Receiver<bool>) {
    let every = Duration::from_micros((10 * MINUTE).unsigned_abs());
    loop {
        if let Err(error) = store::session::delete_expired(&server.store, server.clock.now()).await {
            tracing::warn!(%error, "Could not forget old sessions");
        }
        tell_left_out(&server, false).await;
        tokio::select! {
            _ = tokio::time::sleep(every) => {}
            _ = stopped.wait_for(|stop| *stop) => return,
        }
    }
}
