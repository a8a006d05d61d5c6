/** A real Chromium for the page's tests: nothing in it but what the test opens, and everything that it complains of noted. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export interface Browser {
  open(url: string): Promise<Page>;
  /** Console errors, exceptions, failed requests and answers from 400 on, since the last time; asking forgets them. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

export async function startBrowser(options: BrowserOptions = {}): Promise<Browser> {
  const { width = 1280, height = 800, colorScheme = 'light' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'dorawatch-chromium-'));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    headless: true,
    args: QUIET,
    viewport: { width, height },
    colorScheme,
    timezoneId: 'Europe/London',
    locale: 'en-GB',
  });
  let noted: string[] = [];
  return {
    open: (url) => open(context, url, (complaint) => noted.push(complaint)),
    complaints: () => {
      const said = noted;
      noted = [];
      return said;
    },
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function open(context: BrowserContext, url: string, note: (complaint: string) => void): Promise<Page> {
  const page = await context.newPage();
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') note(`console: ${said.text()}`);
  });
  page.on('pageerror', (error) => note(`exception: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A question that was answered too late to be wanted is let go by the page itself, and a stream ends with its page.
    if (why !== 'net::ERR_ABORTED') note(`request: ${request.url()} ${why}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) note(`answer: ${response.url()} ${response.status()}`);
  });
  await page.goto(url);
  return page;
}

/** How much wider than its window a page is, px. */
export const overflowOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
