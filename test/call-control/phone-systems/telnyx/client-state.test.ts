import {
  decodeClientState,
  encodeClientState,
} from '../../../../src/call-control/phone-systems/telnyx/client-state';

import { CALLER, ids, SESSION } from './telnyx-requests';

const base64 = (text: string) => Buffer.from(text).toString('base64');

test.each([
  { role: 'customer', ...ids },
  { role: 'generativeAgent', ...ids, customer: CALLER },
  { role: 'routed', ...ids },
  { role: 'customer', callId: SESSION, ...ids },
  { role: 'generativeAgent', callId: SESSION, ...ids, customer: CALLER },
  { role: 'routed', callId: SESSION, ...ids },
  { role: 'desk', callId: SESSION, ...ids, customer: CALLER, dialled: 'ROUTE' },
  { role: 'customer', conversationId: 'Zoë’s-call-Ŵ', transferId: '🙂' },
] as const)('a state comes back as it was: %j', (state) => {
  expect(decodeClientState(encodeClientState(state))).toEqual({ callTransfer: 1, ...state });
});

test('the longest ids make a state of less than 1 kB', () => {
  const id = 'x'.repeat(200);
  const state = {
    role: 'generativeAgent',
    callId: SESSION,
    conversationId: id,
    transferId: id,
    customer: CALLER,
  } as const;
  expect(encodeClientState(state).length).toBeLessThan(1024);
});

test.each<[string, string | undefined]>([
  ['none', undefined],
  ['an empty one', ''],
  ['plain text in base64', 'aGF2ZSBhIG5pY2UgZGF5ID1d'],
  ['no base64', '%%%'],
  ['JSON of another application', base64('{"role":"customer","conversationId":"c","transferId":"t"}')],
  ['JSON that is no object', base64('null')],
  ['another version', base64(JSON.stringify({ callTransfer: 2, role: 'customer', ...ids }))],
  ['another role', base64(JSON.stringify({ callTransfer: 1, role: 'nobody', ...ids }))],
  ['no ids', base64(JSON.stringify({ callTransfer: 1, role: 'customer' }))],
  [
    'an id that is none',
    base64(JSON.stringify({ callTransfer: 1, role: 'customer', ...ids, conversationId: 'a/b' })),
  ],
  [
    'an empty id of a call',
    base64(JSON.stringify({ callTransfer: 1, role: 'customer', ...ids, callId: '' })),
  ],
  [
    'a call whose id is no text',
    base64(JSON.stringify({ callTransfer: 1, role: 'customer', ...ids, callId: 7 })),
  ],
  ['no call to steer', base64(JSON.stringify({ callTransfer: 1, role: 'generativeAgent', ...ids }))],
])('a state that is not the gateway’s own is no state: %s', (_what, text) => {
  expect(decodeClientState(text)).toBeUndefined();
});
