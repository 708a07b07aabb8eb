import type { Sandbox } from '../../src/sandbox';

/** An answer of the sandbox. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A request to the sandbox as any HTTP client sends it; text is sent as it is, anything else as JSON. */
export async function send(
  { asapp }: Pick<Sandbox, 'asapp'>,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'asapp-api-id': asapp.apiId, 'asapp-api-secret': asapp.apiSecret },
): Promise<RawAnswer> {
  const response = await fetch(`${asapp.apiUrl}${path}`, {
    method,
    headers,
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
}

export const PATH = '/generativeagent/v1/call-transfers';

/** The body of a POST to ASAPP. */
export const newTransfer = (id: string, externalConversationId = `conversation of ${id}`) => ({
  id,
  externalConversationId,
  type: 'PHONE_NUMBER',
  phoneNumber: { country: 'US' },
});

/** A control request: without credentials. */
export const control = (sandbox: Pick<Sandbox, 'asapp'>, name: string, body?: unknown) =>
  send(sandbox, 'POST', `/_sandbox/${name}`, body, {});
