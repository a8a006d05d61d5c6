/** The page's files are served, with headers that let a browser keep what never changes, and nothing beside them is. */
import { pathToFileURL } from 'node:url';
import { fastify } from 'fastify';
import t, { type Test } from 'tap';
import { answerProblems } from '../../../collector/http/failures.ts';
import { servePage } from '../../../collector/http/static-page.ts';
import { createLogger } from '../../../shared/io/logger.ts';

async function served(t: Test, folder: string) {
  const server = fastify();
  answerProblems(server, { logger: createLogger('test', 'silent'), paths: [] });
  await servePage(server, pathToFileURL(`${folder}/`));
  t.teardown(() => server.close());
  return (url: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') => server.inject({ method, url });
}

t.test('a page that is built', async (t) => {
  const folder = t.testdir({
    'secret.txt': 'secret',
    web: { 'index.html': '<!doctype html>', '.env': 'secret', assets: { 'page-1a2b.js': 'export {};' } },
  });
  const ask = await served(t, `${folder}/web`);
  t.match(await ask('/'), { statusCode: 200, body: '<!doctype html>', headers: { 'cache-control': 'no-cache' } });
  const asset = await ask('/assets/page-1a2b.js');
  t.match(asset, { statusCode: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
  t.match(asset.headers['content-type'], /javascript/);
  t.match(await ask('/assets/page-1a2b.js', 'HEAD'), { statusCode: 200, body: '' });
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.env',
    '/assets/',
  ]) {
    const { statusCode, body } = await ask(path);
    t.ok(statusCode >= 400 && statusCode < 500, `${path}: ${statusCode}`);
    t.notMatch(body, /^secret/);
  }
  t.match(await ask('/missing.js'), { statusCode: 404, headers: { 'content-type': /problem\+json/ } });
  t.match(await ask('/', 'POST'), { statusCode: 404 });
});

t.test('a page that is not built says how to build it', async (t) => {
  const ask = await served(t, t.testdir({}));
  t.match((await ask('/')).json(), { status: 404, detail: /"npm run build" builds it/ });
});
