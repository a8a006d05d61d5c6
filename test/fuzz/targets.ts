/** Every decoder that meets the network, or reads what somebody hands over. */
import type { Target } from './target.ts';
import { signingRequest } from './targets/certificates.ts';
import { answerMarks, dhcp4, messageText } from './targets/dhcp4.ts';
import { icmp, reply, udp } from './targets/packets.ts';
import { perfdhcp, yaml } from './targets/texts.ts';
import { agentMessage, batch, collectorMessage, enrolment } from './targets/wire.ts';

export const TARGETS: readonly Target[] = [
  dhcp4,
  answerMarks,
  messageText,
  udp,
  icmp,
  reply,
  batch,
  agentMessage,
  collectorMessage,
  enrolment,
  signingRequest,
  perfdhcp,
  yaml,
];
