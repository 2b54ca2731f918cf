// Passkeys in the browser, without wasm: log in, enrol, and sign a challenge.

export const toBase64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

export const fromBase64url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

/** `message` is a sentence for people, `code` is stable and for pages. */
export class PasskeyError extends Error {
  constructor(code, message, hint) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** Why no passkey is possible here, or null. */
export function impossible() {
  if (/^[\d.]+$|:/.test(location.hostname))
    return 'Browsers offer no passkeys on an IP address. Open the server by its name over https, or as http://localhost on the machine itself.';
  if (!isSecureContext) return 'Browsers offer passkeys only over https, or on localhost. Open this page over https.';
  if (!globalThis.PublicKeyCredential) return 'This browser has no passkeys. Use a current Firefox, Chrome, Edge or Safari.';
  return null;
}

const REASONS = {
  NotAllowedError: ['passkey_cancelled', 'The key was not used: the prompt was closed, ran out of time, or no key of yours fits.'],
  AbortError: ['passkey_cancelled', 'The prompt was closed.'],
  InvalidStateError: ['key_known', 'This key is already enrolled.'],
  NotSupportedError: ['passkey_algorithm', 'This authenticator lacks ES256, which signing needs. Use another; nearly all phones, laptops and security keys have it.'],
  ConstraintError: ['passkey_user_not_verified', 'This authenticator cannot check who you are. Use one that asks for a fingerprint, a face or a PIN.'],
  SecurityError: ['passkey_origin', 'Browsers refuse passkeys at this address. Open the server at the address it was set up with.'],
};

async function ask(method, options) {
  const why = impossible();
  if (why) throw new PasskeyError('passkeys_impossible', why);
  try {
    return await navigator.credentials[method]({ publicKey: options });
  } catch (error) {
    throw new PasskeyError(...(REASONS[error.name] ?? ['passkey_failed', `The browser reports: ${error.message}`]));
  }
}

async function post(path, body) {
  const response = await fetch(`/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch(() => {
    throw new PasskeyError('offline', 'The server cannot be reached.', 'Try again in a moment.');
  });
  const answer = response.status === 204 ? null : await response.json().catch(() => null);
  if (!response.ok)
    throw new PasskeyError(answer?.code ?? 'failed', answer?.detail ?? `The server answers ${response.status}.`, answer?.hint);
  return answer;
}

const ids = (list) => list?.map((it) => ({ ...it, id: fromBase64url(it.id) }));

const get = (options) =>
  ask('get', { ...options, challenge: fromBase64url(options.challenge), allowCredentials: ids(options.allowCredentials) });

const create = (options) =>
  ask('create', {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: ids(options.excludeCredentials),
  });

/** A credential as JSON, every buffer in base64url. */
function written({ id, rawId, type, response }) {
  const fields = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'])
    if (response[name]) fields[name] = toBase64url(response[name]);
  return { id, rawId: toBase64url(rawId), type, response: fields, extensions: {} };
}

/** Logs in with any passkey of this site; the session cookie is set when it returns. */
export async function login() {
  const { ceremony, options } = await post('passkey/login/start', {});
  return post('passkey/login/finish', { ceremony, answer: written(await get(options)) });
}

/**
 * Enrols a key of the person who is logged in: with a one-time code, or with a yes from a key they have.
 * `step` is told 'confirm' and 'create' before each prompt. Gives the key and advice.
 */
export async function enrol({ code, name = '', step = () => {} } = {}) {
  const asked = await post('passkey/enrol/start', { code });
  let confirmed;
  if (asked.confirm) {
    step('confirm');
    confirmed = written(await get(asked.confirm));
  }
  step('create');
  const created = written(await create(asked.create));
  return post('passkey/enrol/finish', { ceremony: asked.ceremony, code, confirmed, created, name });
}

/** Opens a session in which a key can be enrolled with this code, and enrols it. */
export async function enrolWithCode(code, name, step) {
  await post('session/enrolment', { code });
  return enrol({ code, name, step });
}

/** A link and QR code for one's own other device, after a yes from a key one has. */
export async function deviceLink() {
  const { ceremony, options } = await post('passkey/device/start', {});
  return post('passkey/device/finish', { ceremony, answer: written(await get(options)) });
}

/** Signs a challenge of the page's own making: what an approval is sent as. */
export async function assert(challenge, allowCredentials, rpId) {
  const { rawId, response } = await ask('get', {
    challenge,
    rpId,
    allowCredentials: allowCredentials.map((id) => ({ type: 'public-key', id: fromBase64url(id) })),
    userVerification: 'required',
    timeout: 120_000,
  });
  return {
    by: 'passkey',
    credential_id: toBase64url(rawId),
    authenticator_data: toBase64url(response.authenticatorData),
    client_data_json: toBase64url(response.clientDataJSON),
    signature: toBase64url(response.signature),
  };
}
