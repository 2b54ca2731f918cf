// Makes the site folder: every file named by its content, with .br and .gz beside it, and a manifest.
//
//   node site.mjs SITE BINDGEN NPM PROGRAM… [--release]
//
// SITE is replaced as a whole. BINDGEN holds what wasm-bindgen wrote, a folder per program. NPM is a node_modules folder.
// The manifest has one line per file: logical name, file name, media type, digest; tab separated.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import zlib from "node:zlib";

const [site, bindgen, npm] = process.argv.slice(2, 5).map((one) => path.resolve(one));
const programs = process.argv.slice(5).filter((one) => !one.startsWith("--"));
const release = process.argv.includes("--release");
const root = fileURLToPath(new URL("../..", import.meta.url));
const esbuild = createRequire(path.join(npm, "site.cjs"))("esbuild");

const MEDIA = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".html": "text/html; charset=utf-8",
};

const brotli = promisify(zlib.brotliCompress);
const gzip = promisify(zlib.gzip);
const quality = release ? zlib.constants.BROTLI_MAX_QUALITY : 4;

async function bundle(entry, format) {
  const built = await esbuild.build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    write: false,
    format,
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    nodePaths: [npm],
    loader: { ".svg": "dataurl" },
    logLevel: "warning",
  });
  return Buffer.from(built.outputFiles[0].contents);
}

/** Logical name → bytes, for everything the pages load. */
async function collect() {
  const files = new Map();
  files.set("countersign.css", await bundle("style/index.css"));
  for (const program of programs) {
    files.set(`${program}.js`, await bundle(path.join(bindgen, program, `${program}.js`), "esm"));
    files.set(`${program}.wasm`, await readFile(path.join(bindgen, program, `${program}_bg.wasm`)));
  }
  for (const name of (await readdir(path.join(root, "public"))).sort()) {
    const source = path.join(root, "public", name);
    if (name.startsWith("_") || name.startsWith(".") || !(await stat(source)).isFile()) continue;
    if (!(path.extname(name) in MEDIA)) throw new Error(`public/${name}: no media type is known for it`);
    if (files.has(name)) throw new Error(`public/${name}: the name is taken by a built file`);
    files.set(name, name.endsWith(".js") ? await bundle(source, "esm") : await readFile(source));
  }
  return files;
}

/** Writes one file and its compressed forms; a form that saves nothing is left out. */
async function put(folder, logical, bytes) {
  const digest = createHash("sha256").update(bytes).digest("hex");
  const { name, ext } = path.parse(logical);
  const file = `${name}.${digest.slice(0, 16)}${ext}`;
  const br = await brotli(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: quality, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  const gz = await gzip(bytes, { level: release ? 9 : 4 });
  await writeFile(path.join(folder, file), bytes);
  if (br.length < bytes.length) await writeFile(path.join(folder, `${file}.br`), br);
  if (gz.length < bytes.length) await writeFile(path.join(folder, `${file}.gz`), gz);
  return { line: [logical, file, MEDIA[ext], digest].join("\t"), sizes: [logical, bytes.length, gz.length, br.length] };
}

const next = `${site}.next`;
await rm(next, { recursive: true, force: true });
await mkdir(next, { recursive: true });
const written = await Promise.all(Array.from(await collect(), ([logical, bytes]) => put(next, logical, bytes)));
await writeFile(path.join(next, "manifest.tsv"), written.map((one) => `${one.line}\n`).join(""));
await rm(site, { recursive: true, force: true });
await rename(next, site);

if (release) {
  const kb = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
  console.log(`  ${"KB".padEnd(24)}      raw       gz       br`);
  for (const [logical, ...sizes] of written.map((one) => one.sizes)) console.log(`  ${logical.padEnd(24)}${sizes.map(kb).join("")}`);
}
