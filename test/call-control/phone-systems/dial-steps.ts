import type { NextStep } from '../../../src/index';

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
