// Passkeys without a hand on a key: Chromium's virtual authenticator.

/** A platform authenticator that holds ES256 keys and says yes; `options` are those of the protocol. */
export async function addAuthenticator(page, options = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  const send = (method, more = {}) => session.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  return {
    /** Every key it holds: { credentialId, rpId, userHandle, signCount, … }, base64. */
    credentials: async () => (await send("getCredentials")).credentials,
    /** Whether the person passes the fingerprint or the PIN from now on. */
    verifies: (yes) => send("setUserVerified", { isUserVerified: yes }),
    /** Whether somebody touches the key when asked. */
    present: (yes) => send("setAutomaticPresenceSimulation", { enabled: yes }),
    /** Takes in a key of another authenticator: the same person at another computer. */
    add: (credential) => send("addCredential", { credential }),
    /** What it gets wrong from now on: isBogusSignature, isBadUV, isBadUP. */
    lies: (bits) => send("setResponseOverrideBits", bits),
    clear: () => send("clearCredentials"),
    remove: () => send("removeVirtualAuthenticator"),
  };
}
