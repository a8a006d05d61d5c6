/** The enrolment messages both ways, alone and in a session, and what is none of them. */
import t from 'tap';
import { decodeAgentMessage, encodeAgentMessage } from '../../../shared/wire/agent-message.ts';
import { decodeCollectorMessage, encodeCollectorMessage } from '../../../shared/wire/collector-message.ts';
import { isDecodeError } from '../../../shared/wire/decode-error.ts';
import { type CertificateReply, encodeJoinReply } from '../../../shared/wire/enrolment-codec.ts';
import { enrolmentService } from '../../../shared/wire/enrolment-service.ts';

const { Join, Renew } = enrolmentService;
const octets = (length: number): Buffer => Buffer.alloc(length, 7);
const request = {
  secret: octets(16),
  signingRequest: octets(300),
  agent: 'agent-1',
  version: '0.1.0',
  host: 'cafe',
} as const;
const certificate: CertificateReply = {
  kind: 'certificate',
  chain: [octets(600)],
  roots: [octets(400), octets(401)],
  site: 'corsham',
  name: 'agent-1',
};

t.test('what one end says, the other hears', async (t) => {
  t.match(Join.requestDeserialize(Join.requestSerialize(request)), request);
  t.match(Join.requestDeserialize(Join.requestSerialize({ ...request, agent: null })), { agent: null });
  t.match(Join.responseDeserialize(Join.responseSerialize(certificate)), certificate);
  t.match(Join.responseDeserialize(Join.responseSerialize({ ...certificate, chain: [], site: null })), {
    chain: [],
    site: null,
  });
  const pending = { kind: 'pending', retryMs: 10_000, id: 'agent-1' } as const;
  t.same(Join.responseDeserialize(Join.responseSerialize(pending)), pending);
  t.match(Renew.requestDeserialize(Renew.requestSerialize(request)), { signingRequest: request.signingRequest });
});

t.test('in a session too', async (t) => {
  const renewal = { kind: 'renewal', signingRequest: octets(300) } as const;
  t.match(decodeAgentMessage(encodeAgentMessage(renewal)), renewal);
  t.match(decodeCollectorMessage(encodeCollectorMessage(certificate)), certificate);
});

t.test('what is wrong is named', async (t) => {
  const faults = [
    Join.requestDeserialize(Join.requestSerialize({ ...request, secret: octets(0) })),
    Join.requestDeserialize(Join.requestSerialize({ ...request, secret: octets(65) })),
    Join.requestDeserialize(Join.requestSerialize({ ...request, signingRequest: octets(4097) })),
    Join.requestDeserialize(Join.requestSerialize({ ...request, agent: 'x'.repeat(129) })),
    Join.requestDeserialize(octets(40)),
    Join.responseDeserialize(Buffer.from(encodeJoinReply({ ...certificate, roots: [] }))),
    Join.responseDeserialize(Buffer.alloc(0)),
  ].map((value) => (isDecodeError(value) ? `${value.field} ${value.reason}` : value));
  t.strictSame(faults.slice(0, 4), [
    'secret is missing',
    'secret has 65 octets, more than 64',
    'signing_request has 4097 octets, more than 4096',
    'agent is longer than 128 bytes',
  ]);
  t.match(faults[4], /^join_request /);
  t.equal(faults[5], 'certificate.roots is missing');
  t.equal(faults[6], 'join_reply has neither a certificate nor a word to wait');
});
