import { randomUUID } from 'node:crypto';

import { isPlainHttp } from '../environment/read-environment';

import { Check } from './finding';

const LIMIT_MS = 3000;

interface GatewayToCheck {
  publicUrl: string;
  apiKeys?: readonly string[];
}

/** Looks at a running gateway from outside, at the address that phone systems know. */
export async function checkGateway({ publicUrl, apiKeys = [] }: GatewayToCheck): Promise<Check> {
  const check = new Check('gateway');
  const get = (path: string, headers = {}) =>
    fetch(publicUrl + path, { headers, redirect: 'manual', signal: AbortSignal.timeout(LIMIT_MS) });
  try {
    const ready = await get('/health/ready');
    const text = (await ready.text()).slice(0, 300);
    if (ready.status === 503) {
      check.problem(`${publicUrl} is not ready: ${text}`, 'See what it says about Temporal');
    } else if (ready.status !== 200 || !text.startsWith('{')) {
      check.problem(
        `${publicUrl}/health/ready answers ${ready.status}, and not as the gateway does`,
        'GATEWAY_PUBLIC_URL: it must lead to the gateway, with every path behind it',
      );
    } else check.ok(`${publicUrl} is ready`);
    const [key] = apiKeys;
    if (ready.status === 200 && key !== undefined) {
      const path = `/v1/conversations/doctor-${randomUUID()}`;
      const { status } = await get(path, { authorization: `Bearer ${key}` });
      if (status === 401) {
        check.problem(
          'it refuses the key of GATEWAY_API_KEYS',
          'Give the gateway and its clients the same keys',
        );
      }
    }
  } catch (error) {
    const { cause } = error as Error;
    const why = cause instanceof Error ? cause.message : (error as Error).message;
    check.problem(
      `${publicUrl} cannot be reached: ${why}`,
      'GATEWAY_PUBLIC_URL: start the gateway, and check name, port and certificate',
    );
  }
  if (isPlainHttp(publicUrl)) {
    check.warning('it is reached by http: callers’ numbers can be read on the way', 'Put TLS before it');
  }
  return check;
}
