// Asks the server about a text. Nobody waits for it: where no answer comes there is none, and the editor goes on.

/** Pauses between asking again for what is being fetched, in ms. */
const AGAIN = [400, 800, 1500, 2500, 4000, 6000, 10_000];

/** `ask(what, body, signal)` gives the answer or null. Nothing is sent until the server is known to have the component. */
export function asking(address, request = (...of) => fetch(...of)) {
  let reachable = false;
  const ask = async (what, body, signal) => {
    if (!reachable) return null;
    try {
      const headers = { "content-type": "application/json" };
      const response = await request(`/api/v1/${address}/${what}`, { method: "POST", headers, body: JSON.stringify(body), signal });
      return response.ok ? await response.json() : null;
    } catch {
      return null;
    }
  };
  ask.reachable = (yes) => (reachable = yes);
  return ask;
}

/** Runs `work(signal)` once nothing was asked for `wait` ms; the run before it is given up. */
export function latest(wait, work) {
  let timer;
  let running = new AbortController();
  const soon = () => {
    soon.stop();
    running = new AbortController();
    timer = setTimeout(() => work(running.signal), wait);
  };
  soon.stop = () => {
    clearTimeout(timer);
    running.abort();
  };
  return soon;
}

/** Tells each answer, and asks again a few times while what it needs is being fetched. */
export async function untilKnown(ask, signal, tell, pauses = AGAIN) {
  for (const pause of [...pauses, undefined]) {
    const answer = await ask();
    if (!answer || signal.aborted) return;
    tell(answer);
    if (answer.known?.state !== "loading" || pause === undefined) return;
    await new Promise((done) => setTimeout(done, pause));
    if (signal.aborted) return;
  }
}

/** Line and column from 1, as the server counts. */
export function placeOf(doc, pos) {
  const line = doc.lineAt(pos);
  return { line: line.number, column: pos - line.from + 1 };
}
