/** Who gets into which room, fault by fault; and that a certificate which was thrown out stays out whatever the book has forgotten. */
import t from 'tap';
import { bookAfter, EMPTY_BOOK } from '../../../../collector/core/access/access-book.ts';
import { COLLECTOR } from '../../../../collector/core/access/journal-entry.ts';
import { judgePeer, type ShownCertificate } from '../../../../collector/core/access/peer.ts';
import { unixMicros } from '../../../../shared/core/units.ts';

const us = (seconds: number) => unixMicros(seconds * 1e6);
const shown: ShownCertificate = {
  serial: '01',
  uris: ['urn:dorawatch:agent:corsham:corsham-1'],
  issuedAt: us(100),
  until: us(200),
  signedBy: 'own',
  isAuthority: false,
  isForClients: true,
};
const room = (change: Partial<ShownCertificate>, at = 150, book = EMPTY_BOOK): string => {
  const verdict = judgePeer({ ...shown, ...change }, book, us(at));
  return verdict.room === 'lobby' ? `${verdict.why}${verdict.expired === null ? '' : ', may ask'}` : verdict.room;
};

t.test('each fault by itself', async (t) => {
  t.equal(judgePeer(null, EMPTY_BOOK, us(150)).room, 'lobby');
  t.equal(room({}), 'agents');
  t.equal(room({ uris: ['urn:dorawatch:person:admin:anna'] }), 'people');
  t.equal(room({ signedBy: 'other' }), 'agents');
  t.equal(room({ signedBy: null }), 'foreign');
  t.equal(room({}, 99), 'early');
  t.equal(room({}, 200), 'expired, may ask');
  t.equal(room({ uris: ['urn:dorawatch:person:admin:anna'] }, 200), 'expired');
  t.equal(room({ signedBy: null }, 200), 'foreign', 'an expired certificate with another signature is no expired one');
  for (const fault of [
    { isAuthority: true },
    { isForClients: false },
    { uris: [] },
    { uris: [...shown.uris, 'urn:dorawatch:person:admin:anna'] },
    { uris: ['urn:dorawatch:person:root:anna'] },
    { uris: ['urn:dorawatch:agent:corsham'] },
    { uris: ['urn:dorawatch:agent:corsham:a:b'] },
    { uris: ['urn:dorawatch:agent:corsham:-x'] },
  ])
    t.equal(room(fault), 'misshapen', JSON.stringify(fault));
});

t.test('thrown out', async (t) => {
  const book = bookAfter(EMPTY_BOOK, { at: us(150), ...COLLECTOR, act: 'agent-revoked', agent: 'corsham-1' });
  t.equal(room({}, 160, book), 'revoked, may ask');
  t.equal(room({}, 300, book), 'revoked, may ask', 'also when it is over');
  t.equal(room({ uris: ['urn:dorawatch:agent:corsham:corsham-2'] }, 160, book), 'agents', 'its neighbour is not');
  t.equal(room({ uris: ['urn:dorawatch:person:viewer:corsham-1'] }, 160, book), 'people', 'nor a person of that name');
  t.equal(room({ issuedAt: us(155) }, 160, book), 'agents', 'a later certificate is another');
  const given = { serial: '02', key: 'k', until: us(200) };
  const joined = { act: 'agent-joined', agent: 'corsham-1', site: 'corsham', token: 't', ...given } as const;
  const again = bookAfter(book, { at: us(150.5), ...COLLECTOR, ...joined });
  t.equal(room({ serial: '02', issuedAt: us(150) }, 160, again), 'agents', 'given in the same second');
  t.equal(room({ issuedAt: us(150) }, 160, again), 'revoked, may ask', 'but not the older one');
});
