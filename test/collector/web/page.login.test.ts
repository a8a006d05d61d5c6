/**
 * The page's login in a real Chromium, on a real collector that lets nobody in unknown: a form and nothing else, a cookie that no script
 * sees, other sites' pages that can do nothing with it, and a live page that goes dark when its token is taken back.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import t from 'tap';
import { startEnrolled } from '../enrolled-process.ts';
import { startBrowser } from './browser.ts';

const PATIENCE_MS = 20_000;
const collector = await startEnrolled(t);
const [ben, vera] = await Promise.all([collector.bearer('ben', 'operator'), collector.bearer('vera', 'viewer')]);
const browser = await startBrowser();
t.teardown(() => browser.close());
const url = (): string => `${collector.process.http}/`;

async function logIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Log in' }).click();
}

const headline = (page: Page): Promise<void> =>
  page.getByRole('heading', { level: 1, name: /^corsham-dhcp: / }).waitFor({ timeout: PATIENCE_MS });

t.test('a stranger sees a form, and a wrong token is told at its field', async (t) => {
  const page = await browser.open(url());
  await page.getByRole('heading', { name: 'dorawatch: log in' }).waitFor({ timeout: PATIENCE_MS });
  t.notMatch(await page.content(), /corsham/, 'and nothing of what the collector knows');
  await logIn(page, 'dwb1-nonsense');
  await page.locator('#login-token-wrong').waitFor({ timeout: PATIENCE_MS });
  t.match(await page.locator('#login-token-wrong').textContent(), /this token is not known/);
  t.equal(await page.evaluate('document.activeElement.id'), 'login-token', 'which has the focus');
  await page.close();
});

t.test('a viewer sees the state, cannot mark, and its cookie is for no script', async (t) => {
  const page = await browser.open(url());
  await logIn(page, vera);
  await headline(page);
  t.equal(await page.getByRole('button', { name: 'Add a mark' }).count(), 0);
  const [cookie] = await page.context().cookies();
  t.match(cookie, { name: 'dorawatch', httpOnly: true, sameSite: 'Strict', path: '/', secure: false });
  t.not(cookie?.value, vera, 'an identifier of its own');
  t.equal(await page.evaluate('document.cookie'), '');
  t.notMatch(await page.evaluate<string>('JSON.stringify({ ...localStorage, ...sessionStorage })'), /dwb1-/);
  await page.reload();
  await headline(page);
  await collector.restart();
  await page.reload();
  await headline(page);
  t.pass('and survives a restart of the collector');
  await page.getByRole('button', { name: 'Log out vera' }).click();
  await page.getByRole('heading', { name: 'dorawatch: log in' }).waitFor({ timeout: PATIENCE_MS });
  t.strictSame(await page.context().cookies(), []);
  await page.close();
});

t.test('an operator marks under the own name', async (t) => {
  const page = await browser.open(url());
  await logIn(page, ben);
  await headline(page);
  await page.getByRole('button', { name: 'Add a mark' }).click();
  const form = page.getByRole('dialog', { name: 'Add a mark' });
  t.equal(await form.getByLabel('Who').count(), 0, 'who is known is not asked');
  await form.getByLabel('What was done').fill('Firmware of the core switch');
  await form.getByRole('button', { name: 'Add the mark' }).click();
  await form.waitFor({ state: 'detached', timeout: PATIENCE_MS });
  const { events } = (await (
    await fetch(`${url()}api/v1/events`, { headers: { authorization: `Bearer ${ben}` } })
  ).json()) as { events: readonly { readonly text: string; readonly actor: string }[] };
  t.match(
    events.find(({ text }) => text === 'Firmware of the core switch'),
    { actor: 'ben' },
  );
  await page.close();
});

t.test('a page of another site can do nothing, though the browser is logged in', async (t) => {
  const evil = createServer((_request, response) => response.end('<!doctype html><title>evil</title>'));
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void evil.close());
  // Another port of the same host is the same site to a cookie, and another origin: the worst case.
  const page = await browser.open(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
  const statusOf = (path: string, init: object): Promise<number | string> =>
    page.evaluate(
      `fetch(${JSON.stringify(`${url()}api/v1/${path}`)}, { credentials: 'include', mode: 'no-cors', ...${JSON.stringify(init)} }).then((answer) => answer.type + answer.status, String)`,
    );
  const before = await (await fetch(`${url()}api/v1/events`, { headers: { authorization: `Bearer ${ben}` } })).text();
  const plain = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"text":"forged"}' };
  t.match(await statusOf('marks', plain), /TypeError/, 'what comes back it cannot even read');
  await statusOf('login', { ...plain, body: JSON.stringify({ token: vera }) });
  await statusOf('logout', plain);
  t.match(
    await statusOf('marks', { ...plain, mode: 'cors', headers: { 'content-type': 'application/json' } }),
    /TypeError/,
  );
  t.match(await statusOf('status', { mode: 'cors' }), /TypeError/, 'nor read what the cookie would show');
  const after = await (await fetch(`${url()}api/v1/events`, { headers: { authorization: `Bearer ${ben}` } })).text();
  t.equal(after, before, 'no mark');
  await page.goto(url());
  await headline(page);
  t.equal(await page.getByRole('button', { name: 'Log out ben' }).count(), 1, 'and still logged in, as before');
  await page.close();
});

t.test('a live page goes dark within five seconds of a revocation', async (t) => {
  const page = await browser.open(url());
  await headline(page);
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor({ timeout: PATIENCE_MS });
  t.equal((await collector.as('anna', 'people', 'revoke', 'ben')).code, 0);
  const began = performance.now();
  await page.getByText('You are no longer logged in').waitFor({ timeout: PATIENCE_MS });
  t.comment(`dark ${Math.round(performance.now() - began)} ms after the revocation was confirmed`);
  t.ok(performance.now() - began < 5000);
  t.notMatch(await page.content(), /corsham/);
  await page.close();
});
