/** Holds port 67 of the agent's host, as a relay there would. */
import { createSocket } from 'node:dgram';
import { AGENT_ADDRESS } from './probe-network.ts';

createSocket('udp4').bind(67, AGENT_ADDRESS, () => console.log('holding'));
