/** Calls of Twilio's for tests, through a gateway and a worker. */
import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { uniqueId } from '../../../support/unique-id';
import type { CallTransferUnderTest } from '../../../support/with-call-transfer';
import {
  phoneSystemSettings,
  PUBLIC_URL,
  type Answer,
  type GatewayUnderTest,
} from '../../../support/with-gateway';

import { AUTH_TOKEN, signedForm } from './twilio-requests';

export interface TwilioUnderTest extends CallTransferUnderTest, GatewayUnderTest {
  callSid: string;
  /** A webhook as Twilio sends it. */
  post: (path: string, parameters: Record<string, string>, idempotencyToken?: string) => Promise<Answer>;
}

export const twilioSystem = () => twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] });

/** A call of its own. */
export async function withTwilioCall<T>(
  given: CallTransferUnderTest & GatewayUnderTest,
  body: (underTest: TwilioUnderTest) => Promise<T>,
): Promise<T> {
  const callSid = uniqueId('CA');
  const post: TwilioUnderTest['post'] = (path, parameters, idempotencyToken) => {
    const request = signedForm(
      path,
      { ...parameters, CallSid: callSid },
      idempotencyToken === undefined ? {} : { idempotencyToken },
    );
    return given.send(path, request);
  };
  return await body({ ...given, callSid, post });
}

/** What TwiML says to dial, and where Twilio calls back. */
export function dialIn({ status, type, text }: Answer) {
  expect([status, type]).toEqual([200, 'text/xml']);
  const [, number = ''] = /<Number[^>]*>([^<]+)<\/Number>/.exec(text) ?? [];
  const path = (attribute: string) =>
    (new RegExp(`${attribute}="([^"]*)"`).exec(text)?.[1] ?? '')
      .replaceAll('&amp;', '&')
      .replace(PUBLIC_URL, '');
  const action = path('action');
  const transferId = new URLSearchParams(action.split('?')[1]).get('transferId') ?? '';
  return { number, action, statusCallback: path('statusCallback'), transferId };
}
