/**
 * The page in a real Chromium, on a real collector with a recorded failover: what is seen is asserted, with a mouse, with keys
 * alone and on a phone, and the browser has nothing to complain of. DORAWATCH_PICTURES=1 writes the README's pictures.
 */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import t from 'tap';
import { overflowOf, startBrowser } from './browser.ts';
import { RecordedPair, type TrueMoment } from './recorded-pair.ts';

const PICTURES = fileURLToPath(new URL('../../../collector/web/pictures/', import.meta.url));
const VIEWS = ['now', 'timeline', 'latency', 'sites', 'report'];
const PATIENCE_MS = 20_000;

async function picture(page: Page, name: string): Promise<void> {
  if (process.env['DORAWATCH_PICTURES'] !== '1') return;
  await page.screenshot({ path: `${PICTURES}${name}.png`, animations: 'disabled' });
}

const seen = (page: Page, text: string | RegExp): Promise<void> =>
  page.getByText(text).first().waitFor({ state: 'visible', timeout: PATIENCE_MS });

const pair = new RecordedPair(t);
await pair.start();
await pair.mark('Primary server taken down', 'killed', 'primary');
await pair.mark('Primary is re-enabled', 'started', 'primary');
pair.keepTelling();
const desktop = await startBrowser();
t.teardown(() => desktop.close());

/** "55.3s" and what a tenth more or less makes of it: what the agents' own exchanges leave open. */
const lengthLike = (seconds: number): string =>
  `(${[-3, -2, -1, 0, 1, 2, 3].map((tenths) => (seconds + tenths / 10).toFixed(1).replace('.', '\\.')).join('|')})s`;
const [gap = 0] = pair.gapsS;

/** Whether a bracket that the page tells ("between 2026-…Z and 2026-…Z") holds the moment of a deed. */
function holds(told: string | null, { afterMs, beforeMs }: TrueMoment): boolean {
  const [earliest = Number.NaN, latest = Number.NaN] = [...(told ?? '').matchAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g)]
    .slice(-2)
    .map(([moment]) => Date.parse(moment));
  // Microseconds are cut off by Date.parse.
  return earliest <= beforeMs && afterMs <= latest + 1;
}

const story = `group=corsham-dhcp&since=${pair.at(-30)}&until=${pair.at(130)}`;

t.test('now: state in words, who serves, and what is silent or late', async (t) => {
  const page = await desktop.open(`${pair.url}#/now`);
  await page.getByRole('heading', { level: 1, name: 'corsham-dhcp: normal' }).waitFor({ timeout: PATIENCE_MS });
  const group = page.getByRole('region', { name: 'corsham-dhcp' });
  t.match(await group.textContent(), /primary serves, since .*2 of 3 sites served, 1 unknown/s);
  t.match(await group.getByRole('row', { name: /^primary/ }).textContent(), /serving.*ms/s);
  t.match(await group.getByRole('row', { name: /^standby/ }).textContent(), /standing by/);
  await seen(page, 'Site london is silent');
  await seen(page, /^nothing is known of it since \d\d:\d\d:\d\d, \d+[ms] ago$/);
  await seen(page, '40 batches wait at its agent');
  await seen(page, 'Fail-back from standby to primary');
  const alerts = page.getByRole('region', { name: 'Alerts' });
  await alerts.getByText(/^(none|\d+ (open|held|more).*)$/).waitFor({ timeout: PATIENCE_MS });
  t.match(await page.title(), /corsham-dhcp: normal/, 'the tab says it, too');
  await picture(page, 'now');
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('timeline: lanes say state, bracket and reason to the mouse and to keys', async (t) => {
  const page = await desktop.open(`${pair.url}#/timeline?${story}`);
  const lane = page.getByRole('slider', { name: 'primary', exact: true });
  await lane.waitFor({ timeout: PATIENCE_MS });
  await page.getByRole('button', { name: /^Primary is re-enabled/ }).waitFor();
  await page.getByRole('button', { name: new RegExp(`^No server serves leases, ${lengthLike(gap)}, `) }).waitFor();
  await page
    .getByRole('button', {
      name: new RegExp(`^Failover from primary to standby, ${lengthLike(gap)} without service, `),
    })
    .waitFor();
  await lane.focus();
  await page.keyboard.press('ArrowLeft');
  t.match(
    await lane.getAttribute('aria-valuetext'),
    /primary: not serving\. from \d\d:\d\d:\d\d\.\d ± 0\.\d+s, for 1m 49s\. its port refuses \(ICMP\)/,
  );
  await seen(page, /the host lives, the daemon does not/);
  t.ok(
    holds(await page.locator('.span-card').textContent(), pair.deed('killed', 'primary')),
    'the kill is in its bracket',
  );
  const box = await lane.boundingBox();
  if (box === null) throw new Error('the lane has no box');
  const over = (share: number, lower = 0): Promise<void> =>
    page.mouse.move(box.x + box.width * share, box.y + box.height / 2 + lower);
  await over(0.4);
  await seen(page, /primary: not serving/);
  await lane.blur();
  await over(0.55, 34);
  await seen(page, /standby: serving/);
  await picture(page, 'timeline');
  await over(0.4);

  await page.mouse.down();
  await over(0.6);
  await page.mouse.up();
  await page.waitForURL((url) => !url.hash.includes(pair.at(-30)), { timeout: PATIENCE_MS });
  t.match(page.url(), /since=.*until=/, 'dragging zooms, and the link says so');
  await page.goBack();
  t.match(page.url(), new RegExp(pair.at(-30)), 'and the way back leads back');

  await page.getByRole('button', { name: 'Sites of primary' }).click();
  await page.getByRole('slider', { name: 'primary at london' }).waitFor({ timeout: PATIENCE_MS });
  t.match(page.url(), /server=primary/);
  await page.getByRole('button', { name: 'The last 30 days' }).click();
  await page.waitForURL(/since=-30d/);
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('latency: a plot a server, and its figures', async (t) => {
  const page = await desktop.open(`${pair.url}#/latency?group=corsham-dhcp&since=-1h`);
  await page.locator('.u-over').first().waitFor({ timeout: PATIENCE_MS });
  await page.getByText('Figures').first().click();
  const row = page
    .getByRole('table', { name: 'Latency of primary in figures' })
    .getByRole('row', { name: /OFFER p50/ });
  t.match(await row.textContent(), /\d+ ms/);
  await page.getByLabel('Seen from').selectOption('bath');
  await seen(page, /from bath, a point every/);
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('sites: who serves each, and how its agent is', async (t) => {
  const page = await desktop.open(`${pair.url}#/sites`);
  const london = page.getByRole('row', { name: /^london/ });
  await london.waitFor({ timeout: PATIENCE_MS });
  t.match(await london.textContent(), /unknown.*agent-3/s);
  t.match(
    await page.getByRole('row', { name: /^bath/ }).textContent(),
    /served by primary.*agent-2.*connected.*± \d+ ms.*40.*0\.1\.0/s,
  );
  await page.getByLabel('Find').fill('bath');
  await seen(page, '1 of 3 rows');
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('report: a failover is one click away, and is taken along', async (t) => {
  const page = await desktop.open(`${pair.url}#/report`);
  await page.getByRole('link', { name: 'Failover from primary to standby' }).click();
  const row = page.getByRole('row', { name: /Primary stops serving leases/ });
  await row.waitFor({ timeout: PATIENCE_MS });
  t.match(
    await page.getByRole('row', { name: new RegExp(`^gap: no server serving for ${lengthLike(gap)}`) }).textContent(),
    /± 0\.\d\ds/,
  );
  for (const [name, type] of [
    ['Markdown', /text\/markdown/],
    ['JSON', /application\/json/],
    ['HTML', /text\/html/],
  ] as const) {
    const link = await page.getByRole('link', { name, exact: true }).getAttribute('href');
    const answer = await fetch(new URL(link ?? '', pair.url));
    t.match(answer.headers.get('content-type'), type);
    t.match(answer.headers.get('content-disposition'), /attachment/);
  }
  await picture(page, 'report');
  await page.emulateMedia({ media: 'print' });
  t.notOk(await page.getByRole('banner').isVisible(), 'on paper there is no bar');
  t.ok(await row.isVisible(), 'and there is the table');
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('a mark added on one page is seen on another, and what is wrong with one at its field', async (t) => {
  const [page, other] = [await desktop.open(`${pair.url}#/now`), await desktop.open(`${pair.url}#/now`)];
  await seen(other, 'live');
  await page.getByRole('button', { name: 'Add a mark' }).click();
  const form = page.getByRole('dialog', { name: 'Add a mark' });
  await form.getByLabel('What was done').fill('Firmware of the core switch');
  await form.getByLabel(/^When/).fill('half past eleven');
  await form.getByRole('button', { name: 'Add the mark' }).click();
  t.match(await form.locator('#mark-at-wrong').textContent(), /is not a time; expected/);
  t.equal(await page.evaluate('document.activeElement.id'), 'mark-at', 'and the field has the focus');
  await form.getByLabel(/^When/).fill('');
  await form.getByLabel('Who').fill('ada');
  await form.getByLabel('Change number').fill('CHG0012');
  await form.getByRole('button', { name: 'Add the mark' }).click();
  await form.waitFor({ state: 'detached', timeout: PATIENCE_MS });
  await seen(other, 'Firmware of the core switch');
  t.same(desktop.complaints(), []);
  await Promise.all([page.close(), other.close()]);
});

t.test('keys alone: from the bar into a view, and past the bar', async (t) => {
  const page = await desktop.open(`${pair.url}#/now`);
  await seen(page, 'corsham-dhcp: normal');
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'Skip to the view');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate('document.activeElement.id'), 'main');
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'Timeline', 'the first link of the first group');
  await page.keyboard.press('Enter');
  await page.getByRole('slider', { name: 'primary', exact: true }).waitFor({ timeout: PATIENCE_MS });
  t.match(page.url(), /#\/timeline\?group=corsham-dhcp/);
  await page.getByRole('button', { name: /^Colours/ }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  t.equal(await focused(), 'Add a mark');
  t.equal(await page.evaluate('document.documentElement.dataset.scheme'), 'dark');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.evaluate('localStorage.clear()');
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('a phone, in the dark: everything is within 360 px', async (t) => {
  const phone = await startBrowser({ width: 360, height: 740, colorScheme: 'dark' });
  t.teardown(() => phone.close());
  const page = await phone.open(`${pair.url}#/now`);
  for (const view of VIEWS) {
    await page.goto(`${pair.url}#/${view}?${story}`);
    await page.getByRole('link', { name: view, exact: false }).first().waitFor();
    await page.getByText('Waiting for').first().waitFor({ state: 'hidden', timeout: PATIENCE_MS });
    t.ok((await overflowOf(page)) <= 0, `${view} fits`);
  }
  await page.goto(`${pair.url}#/now`);
  await seen(page, 'corsham-dhcp: normal');
  await picture(page, 'phone-dark');
  t.same(phone.complaints(), []);
});

t.test('after a laptop’s sleep the stream is asked for anew at once', async (t) => {
  const page = await desktop.open('about:blank');
  await page.clock.install();
  await page.goto(`${pair.url}#/now`);
  await seen(page, 'corsham-dhcp: normal');
  const again = page.waitForRequest(/api\/v1\/stream/, { timeout: PATIENCE_MS });
  await page.clock.fastForward('45:00');
  await again;
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor({ timeout: PATIENCE_MS });
  t.same(desktop.complaints(), []);
  await page.close();
});

t.test('when the collector is away the page says so, and comes back by itself', async (t) => {
  const page = await desktop.open(`${pair.url}#/now`);
  await seen(page, 'corsham-dhcp: normal');
  t.same(desktop.complaints(), []);
  await pair.kill();
  await seen(page, /^not live since \d\d:\d\d:\d\d, trying again$/);
  t.match(await page.title(), /^not live/);
  await pair.start();
  pair.keepTelling();
  await page
    .getByRole('status')
    .filter({ hasText: /^live$/ })
    .waitFor({ timeout: PATIENCE_MS });
  await seen(page, 'corsham-dhcp: normal');
  desktop.complaints();
  await page.reload();
  await seen(page, 'corsham-dhcp: normal');
  t.same(desktop.complaints(), [], 'what it complained of was the collector’s absence');
});
