// One field of a values file: our edit beside npm `yaml`, which keeps comments too.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseDocument } from "yaml";
import { ours, quantile, table } from "./said.mjs";

/** A values file as people write them: comments, quotes, a map in one line, a block of text; ten lines a part. */
function values(lines) {
  const part = (at) => `# part ${at}: what it is for
part${at}:
  enabled: true # for now
  replicas: 2
  image: {repository: "registry.example.com/part-${at}", tag: "1.${at}.0"}
  host: part-${at}.example.com
  motd: |
    welcome
    to part ${at}
  resources: {requests: {cpu: 100m, memory: 128Mi}}
`;
  return Array.from({ length: lines / 10 }, (_, at) => part(at)).join("");
}

const FIELD = "part10.host";
const WARM = 60;

export async function yaml({ rounds, folder }) {
  for (const lines of [200, 5000]) {
    const text = values(lines);
    const file = path.join(folder, `values-${lines}.yaml`);
    await writeFile(file, text);
    const theirs = () => {
      const document = parseDocument(text);
      document.setIn(FIELD.split("."), "other.example.com");
      return String(document);
    };
    const [own, other] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      const made = await ours(["yaml", file, FIELD, "other.example.com", `${WARM}`]);
      assert.equal(made.text, text.replace("part-10.example.com", "other.example.com"), "nothing but the field differs");
      own.push(...made.ms.slice(1));
      for (let warm = 0; warm < (lines > 1000 ? 6 : WARM); warm += 1) {
        const begun = performance.now();
        const edited = theirs();
        if (round + warm > 0) other.push(performance.now() - begun);
        assert.equal(parseDocument(edited).getIn(FIELD.split(".")), "other.example.com");
      }
    }
    const rows = [["ours, native", own], ["npm yaml: parse, set, print", other]].map(([name, ms]) => [name, quantile(ms, 0.5).toFixed(3), quantile(ms, 0.95).toFixed(3)]);
    table(`One field of ${lines} lines of values: ms; ours takes ${(quantile(own, 0.5) / quantile(other, 0.5)).toFixed(4)} of the time`, ["", "p50", "p95"], rows);
    console.log(`npm yaml leaves every other byte as it was: ${theirs() === text.replace("part-10.example.com", "other.example.com")}`);
  }
}
