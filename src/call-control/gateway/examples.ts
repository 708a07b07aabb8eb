/** Requests and answers of one call, for the gateway's description of itself. */
const conversationId = 'conv-1';
const transferId = 'conv-1-a';

const times = {
  requestedAt: '2026-11-24T10:00:00.000Z',
  dialBy: '2026-11-24T10:00:48.000Z',
  expiresAt: '2026-11-24T10:01:00.000Z',
  connectedAt: '2026-11-24T10:00:05.000Z',
  disconnectedAt: '2026-11-24T10:03:20.000Z',
  endedAt: '2026-11-24T10:03:20.400Z',
};
const { requestedAt, connectedAt, disconnectedAt, dialBy, expiresAt } = times;
const ended = { outcome: 'AGENT', detectedBy: 'DISCONNECT_REPORT' };

const transferRequest = {
  transferId,
  country: 'US',
  inputContext: { taskName: 'billing', inputVariables: { accountNumber: '3434' } },
};
const connectReport = { transferId, at: connectedAt };
const disconnectReport = { transferId, by: 'GENERATIVE_AGENT', cause: 'NORMAL', at: disconnectedAt };

const decision = {
  conversationId,
  transferId,
  outcome: ended.outcome,
  route: { type: 'QUEUE', queue: 'agents' },
  currentTaskName: 'billing',
  referenceVariables: {},
  transferVariables: { accountNumber: '3434' },
  fallback: false,
  reason: null,
  legs: [{ transferId, ...ended, requestedAt, connectedAt, disconnectedAt }],
};
const routeStep = { action: 'ROUTE', decision };

export const examples = {
  conversationId,
  transferRequest,
  connectReport,
  disconnectReport,
  legRequested: {
    type: 'leg.requested',
    timestamp: requestedAt,
    data: { conversationId, ...transferRequest },
  },
  legConnected: {
    type: 'leg.connected',
    timestamp: connectedAt,
    data: { conversationId, transferId },
  },
  legDisconnected: {
    type: 'leg.disconnected',
    timestamp: disconnectedAt,
    data: { conversationId, transferId, by: 'GENERATIVE_AGENT' },
  },
  dialStep: {
    action: 'DIAL',
    leg: {
      transferId,
      type: 'PHONE_NUMBER',
      transferNumber: '+12005550100',
      country: 'US',
      expiresAt,
      dialBy,
    },
  },
  sipLeg: {
    transferId,
    type: 'SIP',
    sipUri: 'sip:transfers@sip.example.com',
    headers: { 'X-ASAPP-CallTransferId': transferId },
    dialBy,
  },
  routeStep,
  conversation: {
    conversationId,
    currentTransferId: transferId,
    phase: 'ENDED',
    nextStep: routeStep,
    decision,
    reconnectUntil: null,
    legs: [
      {
        transferId,
        phase: 'ENDED',
        ...times,
        ...ended,
        reason: null,
        connectedAfterExpiry: false,
        contextDropped: false,
      },
    ],
    ignoredEvents: { count: 0, latest: [] },
  },
  problems: [
    { error: { type: 'InvalidInput', message: 'country: is missing' } },
    {
      error: {
        type: 'Unauthorized',
        message: 'The credentials or the signature are missing, wrong, or too old',
      },
    },
    {
      error: { type: 'TemporalUnavailable', message: 'Temporal gave no answer in time: repeat the request' },
    },
  ],
};
