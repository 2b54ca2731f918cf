// What a signature is about, computed here: digests, and the bytes that the passkey signs.

const encoder = new TextEncoder();
const MAGIC = "SSHSIG";
const NAMESPACE = "countersign-deploy@v1";

/** A string as SSH writes it: its length in four bytes, then itself. */
function string(value) {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  const out = new Uint8Array(4 + bytes.length);
  new DataView(out.buffer).setUint32(0, bytes.length);
  out.set(bytes, 4);
  return out;
}

function join(parts) {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The blob that `ssh-keygen -Y sign -n countersign-deploy@v1` would have a key sign over these bytes. */
export async function challenge(plan) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", plan));
  return join([encoder.encode(MAGIC), string(NAMESPACE), string(""), string("sha512"), string(digest)]);
}

export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** Whether every word is typed, each in its own field. Spaces around it do no harm. */
export const allTyped = (words, typed) => words.every((word, at) => typed[at]?.trim() === word);

/** The words that a plan asks for, each once. */
export const wordsOf = (plan) => [...new Set(plan.findings.map((finding) => finding.confirm).filter(Boolean))];

export const sameWords = (a, b) => a.length === b.length && a.every((word) => b.includes(word));
