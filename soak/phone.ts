/** How a phone system reaches the conversations: as a client of Temporal's, or through the gateway. */
import { request } from 'undici';

import {
  ConversationNotFoundError,
  conversationViewSchema,
  NoAnswerError,
  nextStepSchema,
  type CallTransferClient,
  type NextStep,
} from '../src/index';

/** What it requests and reports; a `CallTransferClient` is one. */
export type Phone = Pick<
  CallTransferClient,
  'requestTransfer' | 'reportConnected' | 'reportDisconnect' | 'signalDisconnected' | 'conversation'
>;

/** Longer than the gateway may take for an answer, as a phone system waits for a webhook's, milliseconds. */
const ANSWER_MS = 15_000;

/** The gateway said no, for good. */
class RefusedError extends Error {
  override readonly name = 'ApplicationFailure';
}

/** The gateway's API for services with a key. */
export function phoneOverHttp(gatewayUrl: () => string, apiKey: string): Phone {
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const ask = async (conversationId: string, what: string, body?: object): Promise<unknown> => {
    const answer = await request(`${gatewayUrl()}/v1/conversations/${conversationId}${what}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headersTimeout: ANSWER_MS,
      bodyTimeout: ANSWER_MS,
    }).catch((cause: unknown) => {
      throw new NoAnswerError('The gateway did not answer', { cause });
    });
    const text = await answer.body.text();
    if (answer.statusCode === 404) throw new ConversationNotFoundError(conversationId);
    if (answer.statusCode === 503) throw new NoAnswerError(text);
    if (answer.statusCode !== 200) throw new RefusedError(`${answer.statusCode} ${text}`);
    return JSON.parse(text);
  };
  const reported = (conversationId: string, report: object) =>
    ask(conversationId, '/report-disconnect', report);
  return {
    requestTransfer: async ({ conversationId, ...wanted }) =>
      nextStepSchema.parse(await ask(conversationId, '/request-transfer', wanted)),
    reportConnected: async (conversationId, report) => {
      await ask(conversationId, '/report-connected', report);
      return true;
    },
    reportDisconnect: async (conversationId, report) =>
      nextStepSchema.parse(await reported(conversationId, report)),
    signalDisconnected: async (conversationId, report) => {
      // The gateway has one way to report a disconnect; who signals reads of the answer only whether it was passed on.
      try {
        return !isOfTheGateway(nextStepSchema.parse(await reported(conversationId, report)));
      } catch (error) {
        if (error instanceof ConversationNotFoundError) return false;
        throw error;
      }
    },
    conversation: async (conversationId) => conversationViewSchema.parse(await ask(conversationId, '')),
  };
}

const reasonsOfTheGateway: readonly (string | null)[] = ['TEMPORAL_UNAVAILABLE', 'GATEWAY_BUSY'];

/** The gateway had no answer of the conversation's in time, or no room, and routes the caller by itself. */
export const isOfTheGateway = (step: NextStep): boolean =>
  step.action === 'ROUTE' && reasonsOfTheGateway.includes(step.decision.reason);
