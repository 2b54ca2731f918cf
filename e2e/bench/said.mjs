// Numbers as they are printed, and the product's own part of a measurement.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import os from "node:os";
import { promisify } from "node:util";

const ROOT = new URL("../../", import.meta.url).pathname;

export const quantile = (list, share) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
export const median = (list) => quantile(list, 0.5);

export function table(title, head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at].length)));
  console.log(`\n${title}`);
  for (const row of all) console.log(`| ${row.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`);
}

/** The machine, and what else it did: a figure without it says nothing. */
export function machine() {
  const pressure = () => readFileSync("/proc/pressure/cpu", "utf8").match(/some avg10=(\S+)/)?.[1] ?? "?";
  return `${os.cpus().length} × ${os.cpus()[0].model.trim()}, node ${process.version}, load ${os.loadavg()[0].toFixed(1)}, waiting for a CPU ${pressure()} % of the last 10 s`;
}

let binary = process.env.COUNTERSIGN_BENCH;

/** `benches/beside.rs` of the domain, built for release once. */
function built() {
  const said = execFileSync("cargo", ["bench", "-q", "-p", "domain", "--bench", "beside", "--no-run", "--message-format=json"], { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
  return said.trim().split("\n").map((line) => JSON.parse(line)).find((one) => one.executable)?.executable;
}

export async function ours(args) {
  binary ??= built();
  const { stdout } = await promisify(execFile)(binary, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}
