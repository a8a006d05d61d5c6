/**
 * A network load balancer before a server: the gateway translates an address of its own to a server's (nft), and remembers every flow
 * (conntrack), so that a flow stays with its server whatever new ones get. That is how a server that is being replaced dies
 * slowly. A proxy program was refused: it would have to invent the flow table that makes the story.
 */
import { command, tryCommand } from './command.ts';
import { PARTNER_PORT } from './kea-pair.ts';
import type { Lab } from './lab.ts';

/** One balanced address, of one server at a time. */
export class Balancer {
  readonly address: string;
  readonly #namespace: string;
  readonly #table: string;

  /** `name` makes the table's; `address` is routed to the gateway by default routes and needs no interface. */
  constructor(lab: Lab, name: string, address: string) {
    this.address = address;
    this.#namespace = lab.network.gateway;
    this.#table = `balancer_${name}`;
  }

  /** New flows go to this address from now on: DHCP, and what a partner says. Old flows stay where they are. */
  target(address: string): void {
    const rules = [`udp dport 67`, `tcp dport ${PARTNER_PORT}`].map((what) => {
      return `ip daddr ${this.address} ${what} dnat to ${address}`;
    });
    const chain = ['type nat hook prerouting priority dstnat;', ...rules].join('\n  ');
    // One transaction: no packet finds the address untranslated.
    const text = `table ip ${this.#table}\ndelete table ip ${this.#table}\ntable ip ${this.#table} {\n chain to {\n  ${chain}\n }\n}\n`;
    command('ip', ['netns', 'exec', this.#namespace, 'nft', '-f', '-'], { input: text });
  }

  /** Forgets the DHCP flows of one client, as when its entry runs out; the next packet is a new flow. */
  forget(client: string): void {
    const flow = ['-D', '-p', 'udp', '-s', client, '-d', this.address];
    // Status 1 says that there was none.
    tryCommand('ip', ['netns', 'exec', this.#namespace, 'conntrack', ...flow]);
  }
}
