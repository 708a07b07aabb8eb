import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { q850Cause } from '../../../../src/call-control/phone-systems/jambonz/who-and-why';
import { phoneSystemSettings } from '../../../support/with-gateway';

import { dialEnded, ids, SECRET, webhook } from './jambonz-requests';

const system = jambonz({ ...phoneSystemSettings, secrets: [SECRET] });

/** Who and why, as the webhook with these fields says. */
const whoAndWhy = (fields: Record<string, unknown>) => {
  const { dial_call_status: _status, dial_sip_status: _sip, ...rest } = dialEnded;
  const query = new URLSearchParams(ids).toString();
  const { event } = system.read(webhook('dial', { ...rest, ...fields }, { query }));
  return event?.data;
};

// The caller's own leg, the dialled leg and its SIP status: who ended it, and why.
test.each([
  ['in-progress', 'completed', 200, 'GENERATIVE_AGENT', 'NORMAL'],
  ['in-progress', 'completed', undefined, 'GENERATIVE_AGENT', 'NORMAL'],
  ['early-media', 'completed', 200, 'GENERATIVE_AGENT', 'NORMAL'],
  ['in-progress', 'busy', 486, 'GENERATIVE_AGENT', 'BUSY'],
  ['in-progress', 'busy', 600, 'GENERATIVE_AGENT', 'BUSY'],
  ['early-media', 'busy', 486, 'GENERATIVE_AGENT', 'BUSY'],
  ['in-progress', 'no-answer', 487, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['ringing', 'no-answer', 487, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['trying', 'no-answer', undefined, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['in-progress', 'failed', 403, 'GENERATIVE_AGENT', 'REJECTED'],
  ['in-progress', 'failed', 603, 'GENERATIVE_AGENT', 'REJECTED'],
  ['in-progress', 'failed', 486, 'GENERATIVE_AGENT', 'BUSY'],
  ['in-progress', 'failed', 600, 'GENERATIVE_AGENT', 'BUSY'],
  ['in-progress', 'failed', 408, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['in-progress', 'failed', 480, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['in-progress', 'failed', 487, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['in-progress', 'failed', 404, 'GENERATIVE_AGENT', 'FAILED'],
  ['in-progress', 'failed', 500, 'GENERATIVE_AGENT', 'FAILED'],
  ['in-progress', 'failed', 503, 'GENERATIVE_AGENT', 'FAILED'],
  ['in-progress', 'failed', undefined, 'GENERATIVE_AGENT', 'FAILED'],
  // The time to ring is up, and the dialled leg has not said yet that it is over.
  ['in-progress', 'trying', 100, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['in-progress', 'ringing', 180, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  ['early-media', 'early-media', 183, 'GENERATIVE_AGENT', 'NO_ANSWER'],
  // Answered, and gone before the caller was connected: whether there was a conversation, ASAPP knows.
  ['in-progress', 'in-progress', 200, 'GENERATIVE_AGENT', 'FAILED'],
  ['in-progress', 'completed', 487, 'GENERATIVE_AGENT', 'FAILED'],
  // Nothing was dialled.
  ['in-progress', undefined, undefined, 'GENERATIVE_AGENT', 'FAILED'],
  ['in-progress', null, null, 'GENERATIVE_AGENT', 'FAILED'],
  // Words that jambonz does not have today.
  ['in-progress', 'a-new-word', 200, 'GENERATIVE_AGENT', 'FAILED'],
  ['a-new-word', 'completed', 200, 'GENERATIVE_AGENT', 'NORMAL'],
  ['queued', 'completed', 200, 'GENERATIVE_AGENT', 'NORMAL'],
  // The caller has gone.
  ['completed', 'completed', 200, 'CUSTOMER', 'NORMAL'],
  ['failed', 'completed', 200, 'CUSTOMER', 'NORMAL'],
  ['completed', 'in-progress', 200, 'CUSTOMER', 'NORMAL'],
  ['completed', 'no-answer', 487, 'CUSTOMER', 'CANCELLED'],
  ['completed', 'ringing', 180, 'CUSTOMER', 'CANCELLED'],
  ['completed', 'busy', 486, 'CUSTOMER', 'CANCELLED'],
  ['completed', 'failed', 503, 'CUSTOMER', 'CANCELLED'],
  ['completed', undefined, undefined, 'CUSTOMER', 'CANCELLED'],
  ['no-answer', 'no-answer', 487, 'CUSTOMER', 'CANCELLED'],
  ['no-answer', 'early-media', 183, 'CUSTOMER', 'CANCELLED'],
  ['busy', 'no-answer', 487, 'CUSTOMER', 'CANCELLED'],
  ['failed', 'failed', 500, 'CUSTOMER', 'CANCELLED'],
])(
  'caller %s, dialled leg %s, SIP %s: %s, %s',
  (call_status, dial_call_status, dial_sip_status, by, cause) => {
    expect(whoAndWhy({ call_status, dial_call_status, dial_sip_status })).toEqual({ ...ids, by, cause });
  },
);

test.each([
  ['Q.850;cause=17', 503, 'BUSY'],
  ['Q.850;cause=18', 503, 'NO_ANSWER'],
  ['Q.850;cause=19;text="No answer"', 500, 'NO_ANSWER'],
  ['Q.850;cause=21', 480, 'REJECTED'],
  ['Q.850;cause=38', 503, 'FAILED'],
  ['Q.850;cause=31', 486, 'BUSY'],
  ['SIP;cause=17', 503, 'FAILED'],
  ['no reason at all', 403, 'REJECTED'],
])('a failed call with the reason %s and SIP %i: %s', (sip_reason_header, dial_sip_status, cause) => {
  const failed = { dial_call_status: 'failed', dial_sip_status, sip_reason_header };
  expect(whoAndWhy(failed)).toEqual({ ...ids, by: 'GENERATIVE_AGENT', cause });
});

test('a word that jambonz adds later is a failure, whatever the SIP status', () => {
  expect(whoAndWhy({ dial_call_status: 'a new word', dial_sip_status: 486 })).toMatchObject({
    cause: 'FAILED',
  });
});

test('a reason says nothing more of a leg that did not fail', () => {
  const reason = { sip_reason_header: 'Q.850;cause=21' };
  expect(whoAndWhy({ ...reason, dial_call_status: 'busy' })).toMatchObject({ cause: 'BUSY' });
  expect(whoAndWhy({ ...reason, dial_call_status: 'completed', dial_sip_status: 200 })).toMatchObject({
    cause: 'NORMAL',
  });
});

test.each([
  ['Q.850;cause=17', 17],
  ['Q.850 ; cause = 17 ; text="User busy"', 17],
  ['q.850;CAUSE=16', 16],
  ['Q.850;text="a, b;cause=1";cause=18', 18],
  ['Q.850;text="say \\"Q.850;cause=1\\"";cause=18', 18],
  ['SIP;cause=486;text="Busy, really", Q.850;cause=17', 17],
  ['Q.850, Q.850;cause=19', 19],
  ['SIP;cause=486', undefined],
  ['XQ.850;cause=17', undefined],
  ['Q.850;cause=busy', undefined],
  ['Q.850;text="unclosed;cause=17', 17],
  ['Q.850;cause=17;text="ends with a stroke\\', 17],
  [`SIP;text=${'"'.repeat(5001)};cause=1, Q.850;cause=17`, undefined],
  ['', undefined],
])('the Q.850 cause of %j is %s', (header, cause) => {
  expect(q850Cause(header)).toBe(cause);
});
