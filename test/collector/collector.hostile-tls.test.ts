/**
 * An enrolled collector under load from honest agents, and attackers on its port, one kind after another, from a process of their own.
 * Printed for each: what got in (none may), what was said, and what it cost the honest: batches acknowledged a second before and
 * during, and how long a person with a new connection waited for the state. Asserted is that nothing got in and nobody was shut out.
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MethodDefinition } from '@grpc/grpc-js';
import t from 'tap';
import { issueMember, openSigner, readSigningRequest } from '../../collector/io/certificate-authority.ts';
import { afterUs } from '../../shared/core/units.ts';
import { createClock } from '../../shared/io/clock.ts';
import { opsService } from '../../shared/wire/ops-service.ts';
import { residentMegabytes } from '../bench/process-usage.ts';
import { TYPESCRIPT } from '../typescript.ts';
import { type Credentials, call, enrol, newKey, pem, tlsClient } from './enrolled.ts';
import { HonestAgent } from './hostile-agents.ts';
import { type Context, pause, type Tried } from './hostile-tls/attack.ts';
import { type CollectorProcess, run, startCollectorProcess } from './programs.ts';

const example = new URL('../../deploy/hot-standby.yaml', import.meta.url).pathname;
const ATTACKER = fileURLToPath(new URL('hostile-tls/attacker.ts', import.meta.url));
/** Each attack goes on for this long. */
const ATTACK_MS = 500;
const BEFORE_MS = 1_500;
/** A bomb that went off is 64 MB, and there are a thousand. */
const RESIDENT_MAX_MB = 1_000;
/** A person may wait this long, and an agent for its acknowledgement. */
const PATIENCE_MS = 5_000;
const HONEST = ['corsham', 'leeds'].flatMap((site) =>
  ['', '-2', '-3'].map((more) => ({ site, name: `honest-${site}${more}` })),
);

/** A collector with an admin. */
async function initialised(folder: string) {
  const state = `${folder}/state`;
  const config = `${folder}/collector.yaml`;
  writeFileSync(config, `${readFileSync(example, 'utf8')}  - { name: bath }\n  - { name: leeds }\n`);
  const made = await run('collector/main.ts', ['init', '--state', state, '--name', '127.0.0.1', '--admin', 'anna']);
  if (made.code !== 0) throw new Error(made.stderr);
  const [token = ''] = /dw1-\S+/.exec(made.stdout) ?? [];
  return { state, config, token, root: readFileSync(`${state}/tls/ca.crt`, 'utf8') };
}

/** A certificate that this CA gave an agent so many days ago. */
async function issued(state: string, agent: string, daysAgo: number): Promise<Credentials> {
  const [root = '', key = ''] = ['ca.crt', 'ca.key'].map((name) => readFileSync(`${state}/tls/${name}`, 'utf8'));
  const own = await newKey();
  const request = await readSigningRequest(own.request);
  if (typeof request === 'string') throw new Error(request);
  const identity = { kind: 'agent', site: 'corsham', name: agent } as const;
  const now = afterUs(createClock().wall(), -daysAgo * 86_400e6);
  const { der } = await issueMember(await openSigner(root, key, null), request, { identity, now });
  return { root, key: own.pem, certificate: pem(der) };
}

/** Asks as a person would, by a new connection. */
async function asked<Request, Reply>(
  { address }: CollectorProcess,
  anna: Credentials,
  method: MethodDefinition<Request, Reply>,
  request: Request,
): Promise<Reply> {
  const client = tlsClient(address, anna.root, anna);
  try {
    return await call(client, method, request);
  } finally {
    client.close();
  }
}

t.test('what gets in, and what it costs the honest', { timeout: 240_000 }, async (t) => {
  const folder = t.testdir({ other: {} });
  const { state, config, token, root } = await initialised(folder);
  const collector = await startCollectorProcess(config, state);
  t.teardown(() => collector.kill('SIGKILL'));
  const { address } = collector;
  const anna = await enrol({ address, root }, token, null);
  const tokenFor = async (site: string, ttl_ms = 3_600_000): Promise<string> => {
    const made = await asked(collector, anna, opsService.CreateToken, {
      site,
      ttl_ms,
      uses: 1,
      approval: false,
    });
    return made.token;
  };
  const joined = async (agent: string, site: string) => enrol({ address, root }, await tokenFor(site), agent);
  const used = await tokenFor('bath');
  const over = await tokenFor('bath', 1_000);
  const context: Context = {
    address,
    root,
    used,
    over,
    member: await enrol({ address, root }, used, 'bath-1'),
    revoked: await joined('revoked-1', 'corsham'),
    expired: await issued(state, 'expired-1', 40),
    foreign: await issued((await initialised(`${folder}/other`)).state, 'honest-corsham', 0),
  };
  await asked(collector, anna, opsService.RevokeAgent, { agent: 'revoked-1' });
  const honest: HonestAgent[] = [];
  for (const { name, site } of HONEST) {
    const client = tlsClient(address, root, await joined(name, site));
    honest.push(new HonestAgent(address, name, site, { client }));
  }
  t.teardown(() => {
    for (const agent of honest) agent.close();
  });

  const attacker = spawn(process.execPath, [TYPESCRIPT, ATTACKER, String(ATTACK_MS)], {
    env: { ...process.env, CONTEXT: JSON.stringify(context) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => attacker.kill('SIGKILL'));

  /** Acknowledged a second since it was last asked, and how long the worst took. */
  let since = performance.now();
  let residentMost = 0;
  const taken = () => {
    const latencies = honest.flatMap((agent) => agent.take()).sort((a, b) => a - b);
    const seconds = (performance.now() - since) / 1_000;
    since = performance.now();
    residentMost = Math.max(residentMost, residentMegabytes(collector.pid));
    const at = (share: number) => (latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN).toFixed(1);
    return {
      rate: latencies.length / seconds,
      worst: latencies.at(-1) ?? 0,
      text: `p50 ${at(0.5)} ms, worst ${at(1)} ms`,
    };
  };
  await pause(BEFORE_MS);
  taken();
  await pause(BEFORE_MS);
  const before = taken();
  const residentBefore = residentMost;
  t.comment(`before: ${before.rate.toFixed(1)} batches/s acknowledged, ${before.text}`);

  for await (const line of createInterface({ input: attacker.stdout })) {
    const story = JSON.parse(line) as { readonly next?: string; readonly attack?: string } & Tried;
    if (story.attack !== undefined) {
      const { rate, worst, text } = taken();
      t.ok(story.tried > 0, `${story.attack}: was tried`);
      t.equal(story.gotIn, 0, `${story.attack}: ${story.gotIn} of ${story.tried} got in (${story.said.slice(0, 110)})`);
      t.ok(
        worst < PATIENCE_MS,
        `${story.attack}: honest ${rate.toFixed(1)}/s for ${before.rate.toFixed(1)}/s before, ${text}`,
      );
      continue;
    }
    taken();
    attacker.stdin.write('go\n');
    await pause(ATTACK_MS / 2);
    const began = performance.now();
    await asked(collector, anna, opsService.State, { group: null });
    const waited = performance.now() - began;
    t.ok(waited < PATIENCE_MS, `${story.next}: a person had the state in ${waited.toFixed(0)} ms, by a new connection`);
  }
  await pause(500);
  for (const [index, agent] of honest.entries()) {
    t.equal(agent.failure, null, `${HONEST[index]?.name} was never cut off`);
    t.ok(agent.unacked <= 2, `${agent.sent} sent, ${agent.unacked} on their way`);
  }
  const { agents } = await asked(collector, anna, opsService.Agents, {});
  const known = agents.map(({ id }) => id).filter((id) => id !== 'bath-1');
  t.same(known.sort(), HONEST.map(({ name }) => name).sort(), 'nobody else is known as an agent');
  t.comment(`the collector's memory: ${residentBefore.toFixed(0)} MB before, ${residentMost.toFixed(0)} MB at most`);
  t.ok(residentMost < RESIDENT_MAX_MB, 'what attackers send is not kept');
  const journal = readFileSync(`${state}/access/journal.jsonl`, 'utf8');
  t.match(journal, /"act":"agent-refused","agent":"bath-1"/, 'who spoke for another site stands in the journal');
});
