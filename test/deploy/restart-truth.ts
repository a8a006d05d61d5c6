/** What a restart cost, from sides that share no code with the agent: packets on the servers' wire, systemd's clock, the collector's count. */
import type { DebianMachine } from './debian-machine.ts';

/** Longer than this without a packet is no jitter at a hundred a second. */
const PAUSE_S = 0.2;

/** Moments, in seconds since 1970, of what tcpdump -tt saw on its way to an address. */
export function packetsTo(capture: string, address: string): readonly number[] {
  return capture
    .split('\n')
    .filter((line) => line.includes(`> ${address}.67:`))
    .map((line) => Number.parseFloat(line));
}

/** The pauses in a steady stream of packets, and how many packets lack in them. */
export function pausesIn(moments: readonly number[], rate: number) {
  const steps = moments.slice(1).map((moment, index) => moment - (moments[index] ?? 0));
  const pausesS = steps.filter((step) => step > PAUSE_S);
  return { pausesS, missing: pausesS.reduce((sum, pause) => sum + Math.round(pause * rate) - 1, 0) };
}

/** When systemd started the agent's process, in seconds since 1970. */
export function startOf(machine: DebianMachine): number {
  const line = ['show', '--timestamp=us+utc', '--value', '-p', 'ExecMainStartTimestamp', 'dorawatch-agent'];
  const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)/.exec(machine.run('systemctl', ...line)) ?? [];
  return Date.parse(`${day}T${time}Z`) / 1000;
}

/** What the collector counted of exchanges with a server that the agent came too late for: restarts are that, and stalls. */
export function unsentOf(machine: DebianMachine, server: string): number {
  const script = `fetch('http://127.0.0.1:6768/metrics').then((answer) => answer.text()).then(console.log)`;
  return machine
    .run('/usr/lib/dorawatch-collector/node', '-e', script)
    .split('\n')
    .filter(
      (line) =>
        line.startsWith('dorawatch_exchanges_unsent_total{') && line.includes(`server="${server}",cause="stalled"`),
    )
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
