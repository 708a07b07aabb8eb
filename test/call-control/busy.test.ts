/** A gateway that gets more than it can carry: whoever waits gets the fallback route at once, and nobody an error. */
import { CallTransferClient, type NextStep } from '../../src';
import { twilio } from '../../src/call-control/phone-systems/twilio/index';
import { decisionIn, eventually } from '../support/calls';
import {
  phoneSystemSettings,
  problemIn,
  stepIn,
  withGateway,
  type GatewayUnderTest,
} from '../support/with-gateway';

import {
  answered,
  AUTH_TOKEN,
  dialEnded,
  incoming,
  signedForm,
} from './phone-systems/twilio/twilio-requests';

/** Temporal is asked for nothing. */
const refused = () => Promise.reject(new Error('Temporal was asked'));

/** Runs the body with a gateway that takes itself to be late, and what its Temporal is told. */
async function withBusyGateway(
  body: (gateway: GatewayUnderTest & { told: string[] }) => Promise<void>,
): Promise<void> {
  const told: string[] = [];
  class Client extends CallTransferClient {
    override requestTransfer = (): Promise<NextStep> => refused();
    override reportDisconnect = (): Promise<NextStep> => refused();
    override reportConnected = (): Promise<boolean> => refused();
    override signalDisconnected = (conversationId: string): Promise<boolean> => {
      told.push(conversationId);
      return Promise.resolve(true);
    };
  }
  const phoneSystems = [twilio({ ...phoneSystemSettings, authTokens: [AUTH_TOKEN] })];
  await withGateway({ client: new Client({} as never), phoneSystems, busyAfterMs: 0 }, (gateway) =>
    body({ ...gateway, told }),
  );
}

const fallback = { fallback: true, reason: 'GATEWAY_BUSY', route: phoneSystemSettings.fallbackRoute };
const data = { conversationId: 'conv-1', transferId: 'conv-1-a' };
const query = new URLSearchParams(data).toString();

test('a caller for whom a leg is wanted gets the fallback route', async () => {
  await withBusyGateway(async ({ api, legEvent, send }) => {
    const body = { transferId: data.transferId, country: 'US' };
    for (const answer of [
      await api(`/v1/conversations/${data.conversationId}/request-transfer`, body),
      await legEvent({ type: 'leg.requested', data: { ...data, country: 'US' } }),
    ]) {
      const decision = decisionIn(stepIn(answer));
      expect(decision).toMatchObject({ ...data, ...fallback, outcome: 'TRANSFER_UNAVAILABLE' });
    }
    const voice = await send('/twilio/voice', signedForm('/twilio/voice', incoming));
    expect([voice.status, voice.text]).toEqual([200, expect.stringContaining('<Enqueue>fallback</Enqueue>')]);
  });
});

test('a caller whose leg is over gets the fallback route, and the workflow is told', async () => {
  await withBusyGateway(async ({ legEvent, send, told }) => {
    const decision = decisionIn(stepIn(await legEvent({ type: 'leg.disconnected', data })));
    expect(decision).toMatchObject({ ...data, ...fallback, outcome: 'CONTEXT_UNAVAILABLE' });
    const dial = `/twilio/dial?${query}`;
    const ended = await send(dial, signedForm(dial, dialEnded));
    expect([ended.status, ended.text]).toEqual([200, expect.stringContaining('<Enqueue>fallback</Enqueue>')]);
    await eventually(() => Promise.resolve(told.length > 1 || undefined));
    expect(told).toEqual(['conv-1', 'conv-1']);
  });
});

test('whoever waits for no step is asked to send it again in a second', async () => {
  await withBusyGateway(async ({ api, legEvent, send }) => {
    const status = `/twilio/status?${query}`;
    for (const answer of [
      await api(`/v1/conversations/${data.conversationId}/report-connected`, { transferId: data.transferId }),
      await legEvent({ type: 'leg.connected', data }),
      await send(status, signedForm(status, answered)),
    ]) {
      expect(problemIn(answer)).toMatchObject({ status: 503, type: 'GatewayBusy' });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });
});
