// What most scenes begin with: a server that is set up, and its first administrator logged in with a passkey.

/** Set-up through the page, as a newcomer does it. Ends on the page that offers a second key. */
export async function setUp(page, server, { organisation = "Nordhavn Logistics", name = "maren", fullName = "Maren Solberg" } = {}) {
  await page.goto("/");
  await page.getByLabel("Set-up code").fill(server.code);
  await page.getByLabel("Organisation").fill(organisation);
  await page.getByLabel("Your login name").fill(name);
  await page.getByLabel("Your name").fill(fullName);
  await page.getByRole("button", { name: "Set up and register a passkey" }).click();
  await page.getByText("Your passkey is registered.").waitFor();
}

/** Goes to a page and waits until its wasm or its script runs: what is pressed before would be lost. */
export async function open(page, path) {
  await page.goto(path);
  await hydrated(page);
}

export async function hydrated(page) {
  await page.locator("html[data-alive]").waitFor({ state: "attached" });
}

/** A cluster on the embedded repository, by the API. */
export async function addCluster(page, name = "nl-dev-1", environment = "dev") {
  const pair = await call(page, "POST", "clusters/key-pair", {});
  return call(page, "POST", "clusters", { name, environment, repository: { kind: "embedded" }, recipients: [pair.recipient] });
}

/** A request as the page's own person. */
export function call(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const response = await fetch(`/api/v1/${path}`, {
        method,
        headers: body === undefined ? {} : { "content-type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text ? JSON.parse(text) : null;
    },
    [method, path, body],
  );
}
