import { handOverOf } from '../../../src/contract/hand-over';
import type { NextStep, RoutingDecision } from '../../../src/index';

/** At 10:00:00 there are 48 s left. */
const DIAL_BY = '2026-11-24T10:00:48Z';

export const dialNumber = (dialBy = DIAL_BY, transferId = 'conv-1-a'): NextStep => ({
  action: 'DIAL',
  leg: {
    transferId,
    type: 'PHONE_NUMBER',
    transferNumber: '+12005550100',
    country: 'US',
    expiresAt: '2026-11-24T10:01:00Z',
    dialBy,
  },
});

export const dialSip = (transferId = 'conv-1-a'): NextStep => ({
  action: 'DIAL',
  leg: {
    transferId,
    type: 'SIP',
    sipUri: 'sip:transfers@sip.example.com;transport=tls',
    headers: { 'X-ASAPP-CallTransferId': transferId },
    dialBy: DIAL_BY,
  },
});

/** A decision on `conv-1-a`, as the workflow makes it. */
export function routeTo(route: RoutingDecision['route'], more: Partial<RoutingDecision> = {}): NextStep {
  const decision: RoutingDecision = {
    conversationId: 'conv-1',
    transferId: 'conv-1-a',
    outcome: 'AGENT',
    route,
    currentTaskName: 'billing',
    referenceVariables: { customer: 'A & B' },
    transferVariables: { reason: '<refund>' },
    fallback: false,
    reason: null,
    legs: [],
    ...more,
  };
  const handOver = handOverOf(decision);
  return { action: 'ROUTE', decision: { ...decision, ...(handOver && { handOver }) } };
}

/** What `handOver: ['reason', 'customer']` puts into headers of a call over SIP. */
export const handedOver = {
  'X-reason': '<refund>',
  'X-customer': 'A & B',
  'User-to-User': `${Buffer.from('{"reason":"<refund>","customer":"A & B"}').toString('hex')};encoding=hex`,
};
