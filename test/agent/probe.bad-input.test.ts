/** Places that are none, and flags that are wrong: each has a message that says what to do, and the right exit code. */
import t from 'tap';
import { command } from '../lab/command.ts';
import { networkSkipReason, ProbeNetwork, SERVER_ADDRESS } from './probe-network.ts';

const skip = networkSkipReason();

t.test('places that are none, and flags that are wrong', { skip }, async (t) => {
  const network = new ProbeNetwork();
  t.teardown(() => network.close());
  command('ip', ['-n', network.agent, 'route', 'add', 'default', 'via', SERVER_ADDRESS]);
  command('ip', ['-n', network.server, 'route', 'add', 'prohibit', '192.0.2.9/32']);
  command('ip', ['netns', 'exec', network.server, 'sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  // Alone: the router counts what it says to a host, and the name below is asked for through it too.
  const prohibited = await network.probe('192.0.2.9', '-n', '1', '-d', '0.5');
  t.equal(prohibited.code, 3);
  t.match(prohibited.stderr, /192\.0\.2\.9 cannot be reached: a router or this host said so by ICMP/);
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ['', 2, /the server is empty: give the IPv4 address or the name of one server/],
    ['0.0.0.0', 2, /0\.0\.0\.0 is no host's address/],
    ['255.255.255.255', 2, /no host's address .*broadcast/],
    ['224.0.0.1', 2, /no host's address .*multicast/],
    ['::1', 2, /::1 is an IPv6 address: only DHCPv4 is probed; give the IPv4 address/],
    ['[fe80::1]', 2, /is an IPv6 address/],
    ['10.71.0', 2, /10\.71\.0 is no IPv4 address/],
    ['10.71.0.2:67', 2, /the server's UDP port is set by -N/],
    ['10.71.0.255', 1, /no route to 10\.71\.0\.255 \(that is a network's broadcast address/],
    ['no-such-name.invalid', 1, /no-such-name\.invalid: no such server: give its IPv4 address or name/],
  ];
  const ran = await Promise.all(cases.map(([server]) => network.probe(server, '-n', '1', '-d', '0.5', '--json')));
  for (const [index, [server, code, said]] of cases.entries()) {
    t.equal(ran[index]?.code, code, server);
    t.match(ran[index]?.stderr, said);
    t.equal(ran[index]?.stdout, '', 'a document only for what was measured');
  }
  const flags = await Promise.all(
    [
      ['probe', SERVER_ADDRESS, '--bogus'],
      ['run'],
      ['run', '--collector', '::1', '--site', 'two words', '--state', ''],
      ['bogus'],
    ].map((args) => network.run(network.agent, 'agent/main.ts', args).ended),
  );
  const said = [
    /unknown option '--bogus'[\s\S]*probe --help lists the flags/,
    /not enrolled [\s\S]*needs --collector[\s\S]*run --help.? shows how/,
    /--collector takes HOST:PORT[\s\S]*--site takes a name[\s\S]*--state takes a directory[\s\S]*run --help/,
    /unknown command 'bogus'[\s\S]*dorawatch-agent --help shows how/,
  ];
  for (const [index, ended] of flags.entries()) {
    t.equal(ended.code, 2);
    t.match(ended.stderr, said[index]);
  }
});
