// One browser test: a fresh server, a fresh person, and on failure a picture and what the server said.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { closeBrowser, newPage } from "./browser.mjs";
import { addAuthenticator } from "./passkey.mjs";
import { picture } from "./picture.mjs";
import { startServer } from "./server.mjs";

after(closeBrowser);

/**
 * scene("name", async ({ server, page, authenticator, another }) => { … }, { serve, page, timeout })
 *
 * `another(options)` is one more person at one more computer: { page, authenticator }. Whatever goes wrong in any page
 * (an error in the console, a refused load, a violated policy) fails the scene; a test that provokes one takes it out
 * of `page.problems`.
 */
export function scene(name, body, { serve, page: pageOptions, timeout = 120_000 } = {}) {
  test(name, { timeout }, async () => {
    const server = await startServer(serve);
    const people = [];
    const another = async (options) => {
      const page = await newPage(server.url, options);
      const person = { page, authenticator: await addAuthenticator(page) };
      people.push(person);
      return person;
    };
    try {
      const { page, authenticator } = await another(pageOptions);
      await body({ server, page, authenticator, another });
      for (const person of people) assert.deepEqual(person.page.problems, []);
    } catch (error) {
      const pictures = await Promise.all(people.map(({ page }, at) => picture(page, `failed ${name} ${at}`).catch(() => "no picture")));
      const problems = people.flatMap(({ page }) => page.problems);
      console.error(`${pictures.join("\n")}\n${problems.join("\n")}\n${server.log()}`);
      throw error;
    } finally {
      await Promise.all(people.map(({ page }) => page.context().close()));
      await server.stop();
    }
  });
}
