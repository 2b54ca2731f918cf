// Makes objects.json.gz from the OpenAPI document of Kubernetes: node compact.mjs SWAGGER.JSON (see README.md).
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** The API groups that people write objects of. */
const GROUPS = new Set([
  "", "apps", "batch", "autoscaling", "policy", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io",
  "scheduling.k8s.io", "apiextensions.k8s.io", "admissionregistration.k8s.io", "coordination.k8s.io", "node.k8s.io",
]);
/** What is sent to a server or comes from it, and nobody keeps in a repository. */
const NOT_KEPT = /^(Binding|Eviction|Event|Node|Scale|TokenRequest|ComponentStatus|DeleteOptions|WatchEvent|Status|CSINode|VolumeAttachment)$|List$/;
/** The document calls these strings; the server takes numbers too. */
const LOOSE = {
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { "x-kubernetes-int-or-string": true },
  "io.k8s.apimachinery.pkg.api.resource.Quantity": { "x-kubernetes-int-or-string": true, title: "quantity" },
};

const source = JSON.parse(readFileSync(process.argv[2], "utf8"));
const definitions = {};
const kinds = {};

for (const [name, one] of Object.entries(source.definitions)) {
  for (const { group, version, kind } of one["x-kubernetes-group-version-kind"] ?? []) {
    if (!GROUPS.has(group) || !/^v\d+$/.test(version) || NOT_KEPT.test(kind) || !one.properties?.metadata) continue;
    kinds[group ? `${group}/${version}/${kind}` : `${version}/${kind}`] = short(name);
    take(name);
  }
}

function short(name) {
  return name.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis|apimachinery\.pkg|apiextensions-apiserver\.pkg\.apis)\./, "");
}

function take(name) {
  if (definitions[short(name)]) return;
  definitions[short(name)] = {};
  definitions[short(name)] = LOOSE[name] ?? compact(source.definitions[name], true);
}

function compact(schema, atTop = false) {
  const out = {};
  if (schema.$ref) {
    const name = schema.$ref.replace("#/definitions/", "");
    take(name);
    out.$ref = `#/definitions/${short(name)}`;
  }
  for (const key of ["description", "type", "enum", "required", "default"]) if (schema[key] !== undefined) out[key] = schema[key];
  // What the server fills in, and what only makes sense when asked for with a field of its own.
  if (out.description) out.description = out.description.replace(/ More info: https?:\/\/\S+/g, "").trim();
  if (schema.items) out.items = compact(schema.items);
  if (schema.additionalProperties) out.additionalProperties = compact(schema.additionalProperties);
  if (schema.properties) {
    const entries = Object.entries(schema.properties).filter(([key]) => key !== "managedFields");
    out.properties = Object.fromEntries(entries.map(([key, one]) => [key, key === "status" && atTop ? { type: "object" } : compact(one)]));
    // The server refuses a field that it does not know.
    out.additionalProperties ??= false;
  }
  return out;
}

const whole = JSON.stringify({ version: source.info.version, kinds, definitions });
const packed = gzipSync(whole, { level: 9 });
writeFileSync(new URL("objects.json.gz", import.meta.url), packed);
console.log(`${source.info.version}: ${Object.keys(kinds).length} kinds, ${Object.keys(definitions).length} definitions, ${whole.length} bytes, ${packed.length} packed`);
