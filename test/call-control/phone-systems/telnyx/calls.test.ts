import { decodeClientState } from '../../../../src/call-control/phone-systems/telnyx/client-state';
import { unhurried } from '../../../support/unhurried';
import { uniqueId } from '../../../support/unique-id';
import {
  callTransferForFile,
  withCallTransfer,
  type CallTransferSetup,
  type CallTransferUnderTest,
} from '../../../support/with-call-transfer';
import { withGateway, type Answer } from '../../../support/with-gateway';
import { withRealServer } from '../../../support/with-temporal';

import {
  agentAnswered,
  agentBridged,
  agentHungUp,
  callerAnswered,
  callerBridged,
  callerHungUp,
  incoming,
  keyPair,
  signed,
  webhook,
} from './telnyx-requests';
import { refusal, withTelnyxApi, type TelnyxApi } from './with-telnyx-api';

const { publicKey, privateKey } = keyPair();

interface TelnyxUnderTest extends CallTransferUnderTest, TelnyxApi {
  /** The conversation of the call. */
  session: string;
  /** A webhook as Telnyx sends it. */
  post: (event: unknown, key?: typeof privateKey) => Promise<Answer>;
  /** The call comes in and is answered; what Telnyx was told then. */
  arrive: () => Promise<Told>;
  /** The last command. */
  told: () => Told;
}

interface Told extends Record<string, unknown> {
  action: string;
  client_state: string;
  target_leg_client_state: string;
  transferId: string;
}

const callTransfer = callTransferForFile();

/** A call of its own, with Telnyx's API and a gateway of its own, on the worker of the file unless another is given. */
const withTelnyx = <T>(
  body: (underTest: TelnyxUnderTest) => Promise<T>,
  given: CallTransferUnderTest = callTransfer(),
) =>
  withTelnyxApi((api) => {
    const phoneSystems = [api.system({ publicKeys: [publicKey] })];
    return withGateway({ client: given.client, phoneSystems, ...unhurried.gateway }, ({ send }) => {
      const session = uniqueId('session');
      const post: TelnyxUnderTest['post'] = (event, key = privateKey) => {
        const { body: bytes } = webhook(event);
        const headers = {
          'content-type': 'application/json',
          ...signed(bytes, Math.floor(Date.now() / 1000), key),
        };
        return send('/telnyx/events', { method: 'POST', headers, body: new Uint8Array(bytes) });
      };
      const told = () => toldIn(api);
      const arrive = async () => {
        const { status } = await post(incoming({ call_session_id: session, call_leg_id: `${session}-a` }));
        expect(status).toBe(200);
        const { client_state } = told();
        expect((await post(callerAnswered({ client_state }))).status).toBe(200);
        return told();
      };
      return body({ ...given, ...api, session, post, told, arrive });
    });
  });

/** The same with a worker of another setup. */
const withOtherTelnyx = <T>(setup: CallTransferSetup, body: (underTest: TelnyxUnderTest) => Promise<T>) =>
  withRealServer({}, (env) => withCallTransfer(env, setup, (underTest) => withTelnyx(body, underTest)));

function toldIn({ received }: TelnyxApi): Told {
  const last = received.at(-1);
  if (last === undefined) throw new Error('Nothing was told');
  const told = { action: last.path.split('/').at(-1), ...last.body } as Told;
  return { ...told, transferId: decodeClientState(told.client_state)?.transferId ?? '' };
}

test('a call is answered, dialled, connected, and queued for an agent when GenerativeAgent hangs up', async () => {
  await withTelnyx(async ({ post, told, arrive, received, sandbox, client, session }) => {
    const { action, to, transferId, client_state, target_leg_client_state } = await arrive();
    expect([action, transferId]).toEqual(['transfer', `${session}.1`]);
    sandbox.exchange.callArrives(to as string);
    for (const event of [
      agentAnswered({ client_state: target_leg_client_state }),
      agentBridged({ client_state: target_leg_client_state }),
      callerBridged({ client_state }),
    ])
      expect((await post(event)).status).toBe(200);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    expect((await post(agentHungUp({ client_state: target_leg_client_state }))).status).toBe(200);
    expect(told()).toMatchObject({ action: 'enqueue', queue_name: 'agents' });
    expect((await client.result(session)).legs).toMatchObject([{ transferId, outcome: 'AGENT' }]);

    // With the agent the call goes on, and ends, without us.
    const routed = { client_state: told().client_state };
    expect((await post(callerBridged(routed))).status).toBe(200);
    expect((await post(callerHungUp(routed))).status).toBe(200);
    expect(received.map(({ path }) => path.split('/').at(-1))).toEqual(['answer', 'transfer', 'enqueue']);
  });
});

/** The actions that Telnyx was told, in their order. */
const actionsIn = ({ received }: TelnyxApi) => received.map(({ path }) => path.split('/').at(-1));

test('a webhook that comes twice has no second effect, at whatever moment', async () => {
  await withTelnyx(async (underTest) => {
    const { post, arrive, sandbox, client, session } = underTest;
    const { to, transferId, client_state, target_leg_client_state } = await arrive();
    const begin = [incoming({ call_session_id: session }), callerAnswered({ client_state })];
    const repeat = async (...events: unknown[]) => {
      const answers = await Promise.all(events.map((event) => post(event)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    };
    await repeat(...begin);
    sandbox.exchange.callArrives(to as string);
    await repeat(agentAnswered({ client_state: target_leg_client_state }));
    // While they talk.
    await repeat(...begin, callerAnswered({ client_state }));
    expect(actionsIn(underTest)).toEqual(['answer', 'transfer']);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    const end = agentHungUp({ client_state: target_leg_client_state });
    await repeat(end, end);
    // With an agent.
    await repeat(...begin, end);
    expect(actionsIn(underTest)).toEqual(['answer', 'transfer', 'enqueue']);
    expect(sandbox.requestsFor(transferId).filter((method) => method === 'POST')).toHaveLength(1);
    expect((await client.result(session)).legs).toHaveLength(1);
  });
});

test('a webhook whose command Telnyx did not take has it sent once more', async () => {
  await withTelnyx(async (underTest) => {
    const { post, arrive, sandbox, reactions } = underTest;
    const { to, transferId, target_leg_client_state } = await arrive();
    sandbox.exchange.callArrives(to as string);
    sandbox.exchange.aiEnds(transferId, { transferType: 'AGENT' });
    reactions.push(refusal(422, '10015', 'Refused'));
    const end = agentHungUp({ client_state: target_leg_client_state });
    expect((await post(end)).status).toBe(502);
    expect((await post(end)).status).toBe(200);
    expect(actionsIn(underTest).slice(2)).toEqual(['enqueue', 'enqueue']);
  });
});

test('a caller who hangs up before the call is answered, and a call that was answered before', async () => {
  await withTelnyx(async ({ post, told, reactions, session }) => {
    reactions.push(refusal(422, '90034', 'Call has already been answered'));
    expect((await post(incoming({ call_session_id: session }))).status).toBe(200);
    const { client_state } = told();
    expect((await post(callerHungUp({ client_state }))).status).toBe(200);
  });
});

test('a busy number is dialled once more where the policy says so, and then the caller is queued', async () => {
  const routing = () => ({ route: { type: 'QUEUE', queue: 'sorry' }, redial: true });
  await withOtherTelnyx({ routing }, async ({ post, told, arrive }) => {
    const busy = { hangup_cause: 'user_busy', sip_hangup_cause: '486' };
    const first = await arrive();
    await post(agentHungUp({ ...busy, client_state: first.target_leg_client_state }));
    const second = told();
    expect(second.action).toBe('transfer');
    expect(second.transferId).not.toBe(first.transferId);
    await post(agentHungUp({ ...busy, client_state: second.target_leg_client_state }));
    expect(told()).toMatchObject({ action: 'enqueue', queue_name: 'sorry' });
  });
});

test('a number that Telnyx refuses to dial is a failed dial, and the caller is queued', async () => {
  await withTelnyx(async ({ post, told, reactions, session, client }) => {
    await post(incoming({ call_session_id: session, call_leg_id: `${session}-a` }));
    const { client_state } = told();
    reactions.push(refusal(422, '10016', 'Phone number must be in +E.164 format'));
    expect((await post(callerAnswered({ client_state }))).status).toBe(200);
    expect(told()).toMatchObject({ action: 'enqueue', queue_name: 'agents' });
    expect((await client.conversation(session)).decision?.outcome).toBe('DIAL_FAILED');
  });
});

test('a caller who hangs up while it rings is not routed anywhere, and the ended call is no error', async () => {
  await withTelnyx(async ({ post, arrive, reactions, client, session }) => {
    const { client_state, target_leg_client_state } = await arrive();
    reactions.push(refusal(422, '90018', 'Call has already ended'));
    const cancelled = { hangup_cause: 'originator_cancel', hangup_source: 'caller', sip_hangup_cause: '487' };
    const ends = [
      callerHungUp({ client_state }),
      agentHungUp({ ...cancelled, client_state: target_leg_client_state }),
    ];
    for (const end of ends) expect((await post(end)).status).toBe(200);
    expect((await client.conversation(session)).decision?.outcome).toBe('CUSTOMER_HUNG_UP');
  });
});

test('a wrong signature gets 401, and nothing is done', async () => {
  await withTelnyx(async ({ post, received }) => {
    expect((await post(incoming(), keyPair().privateKey)).status).toBe(401);
    expect(received).toEqual([]);
  });
});

test('a payload that does not fit gets 400 with the field’s name, and an unknown event is taken', async () => {
  await withTelnyx(async ({ post }) => {
    const refused = await post(incoming({ call_session_id: 'a b' }));
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('call_session_id')]);
    expect((await post({ data: { event_type: 'something.new' } })).status).toBe(200);
  });
});
