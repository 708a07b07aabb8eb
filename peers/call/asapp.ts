/** ASAPP's two requests, as every peer sends them: one attempt each, since the repeating is the engine's. */
import { Agent, request } from 'undici';

import type { Leg, Transfer } from './call';

/** An answer that is no transfer. */
export class AsappError extends Error {
  override readonly name = 'AsappError';
  constructor(readonly status: number) {
    super(`ASAPP answers with ${status}`);
  }
}

/** Whether another attempt may help: not after a refusal. A cut connection has no status, and passes. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof AsappError) || error.status >= 500 || error.status === 429;

interface Resource {
  status: string;
  phoneNumber: { transferNumber: string; expireAt: string };
  outputContext?: { transferType: string };
}

export interface Asapp {
  /**
   * Asks for a number. An id that ASAPP knows already has got one: then that is read.
   *
   * @param withinMs - how long to wait for the answer
   */
  post: (leg: Leg, withinMs: number) => Promise<Transfer>;
  get: (leg: Leg, withinMs: number) => Promise<Transfer>;
}

/** With the address and the credentials of the environment, named as this package's worker names them. */
export function asappFromEnvironment(): Asapp {
  const { ASAPP_API_URL = '', ASAPP_API_ID = '', ASAPP_API_SECRET = '' } = process.env;
  const dispatcher = new Agent();
  const url = `${ASAPP_API_URL}/generativeagent/v1/call-transfers`;
  const headers = {
    'asapp-api-id': ASAPP_API_ID,
    'asapp-api-secret': ASAPP_API_SECRET,
    'content-type': 'application/json',
  };
  const send = async (path: string, withinMs: number, body?: object): Promise<Transfer> => {
    const response = await request(url + path, {
      dispatcher,
      headers,
      signal: AbortSignal.timeout(Math.max(1, withinMs)),
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new AsappError(response.statusCode);
    }
    const { status, phoneNumber, outputContext } = (await response.body.json()) as Resource;
    return {
      status,
      transferNumber: phoneNumber.transferNumber,
      expiresAt: Date.parse(phoneNumber.expireAt),
      transferType: outputContext?.transferType ?? null,
    };
  };
  const get: Asapp['get'] = ({ transferId }, withinMs) => send(`/${transferId}`, withinMs);
  return {
    get,
    post: async (leg, withinMs) => {
      const body = {
        id: leg.transferId,
        externalConversationId: leg.conversationId,
        type: 'PHONE_NUMBER',
        phoneNumber: { country: 'US' },
      };
      try {
        return await send('', withinMs, body);
      } catch (error) {
        if (error instanceof AsappError && error.status === 409) return await get(leg, withinMs);
        throw error;
      }
    },
  };
}
