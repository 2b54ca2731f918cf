// A whole Countersign on a free port, with a data folder of its own that goes when the test does.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

const BINARY = process.env.COUNTERSIGN_BINARY;
const START_MS = 30_000;

/** Starts `countersign serve`; gives { url, code, data, log, kill, restart, stop }. */
export async function startServer({ binary = BINARY, cwd, data, args = [], env = {} } = {}) {
  if (!binary) throw new Error("COUNTERSIGN_BINARY names the binary to test: run these tests by `cargo xtask test`");
  const own = data ?? (await mkdtemp(path.join(tmpdir(), "countersign-e2e-")));
  const server = { data: own, lines: [], log: () => server.lines.join("\n") };

  async function run(listen) {
    const child = spawn(binary, ["serve", "--data", own, "--listen", listen, ...args], {
      cwd,
      // Charts of these tests lie at addresses that nobody should ask; a test of rendering names its Helm.
      env: { ...process.env, COUNTERSIGN_HELM: "none", ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(signal ?? code)));
    server.child = child;
    server.ended = ended;
    const { url, code } = await announced(child, ended, server);
    server.url = url;
    server.code = code;
  }

  server.kill = async () => {
    server.child.kill("SIGKILL");
    await server.ended;
  };
  /** The same data folder, the same port: passkeys belong to an origin. */
  server.restart = async () => {
    server.child.kill("SIGTERM");
    await server.ended;
    await run(`127.0.0.1:${new URL(server.url).port}`);
  };
  server.stop = async () => {
    server.child.kill("SIGTERM");
    await server.ended;
    if (!data) await rm(own, { recursive: true, force: true });
  };
  await run("127.0.0.1:0");
  return server;
}

/** Reads the address and the set-up code that the server prints for scripts. */
function announced(child, ended, server) {
  return new Promise((resolve, reject) => {
    const found = {};
    const fail = (why) => reject(new Error(`the server ${why}\n${server.log()}`));
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      fail(`said nothing of its address in ${START_MS / 1000} s`);
    }, START_MS);
    ended.then((how) => {
      clearTimeout(late);
      fail(`ended with ${how}`);
    });
    let expected = 2; // address and code, until the server says that it has been set up
    const settle = () => {
      if (!found.url || Object.keys(found).length < expected) return;
      clearTimeout(late);
      resolve(found);
    };
    const heard = (line) => {
      server.lines.push(line);
      const address = line.match(/listens on (\S+)/)?.[1];
      if (address) isSetUp(address).then((yes) => ((expected = yes ? 1 : 2), settle()), () => {});
      const [, url] = line.match(/^Open: (\S+)/) ?? [];
      if (url) found.url = url.replace(/\/$/, "");
      const [, code] = line.match(/^Set-up code: (\S+)/) ?? [];
      if (code) found.code = code;
    };
    eachLine(child.stderr, (line) => server.lines.push(line));
    eachLine(child.stdout, (line) => {
      heard(line);
      settle();
    });
  });
}

/** A server that has been set up prints no code. */
async function isSetUp(address) {
  return (await (await fetch(`http://${address}/api/v1/setup`)).json()).is_set_up;
}

function eachLine(stream, tell) {
  let rest = "";
  stream.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    lines.forEach(tell);
  });
}
