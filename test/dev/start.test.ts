import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');

test('the demonstration ends with 0, and each of its calls with the decision that it should', async () => {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const { stdout } = await promisify(execFile)(tsx, [join(root, 'dev', 'start.ts'), '--once'], {
    cwd: root,
    timeout: 150_000,
    env: {
      ...process.env,
      TEMPORAL_ADDRESS: undefined,
      ASAPP_API_ID: undefined,
      ASAPP_API_SECRET: undefined,
    },
  });
  for (const decided of [
    /agent-escalation-\w+ +is decided: AGENT/,
    /system-transfer-\w+ +is decided: SYSTEM/,
    /reconnection-\w+ +is decided: CUSTOMER_HUNG_UP/,
    /reconnection-\w+ +is decided: AGENT/,
    /over-sip-\w+ +is decided: AGENT/,
    /number-expires-\w+ +is decided: NUMBER_EXPIRED/,
    /asapp-outage-\w+ +is decided: TRANSFER_UNAVAILABLE/,
  ]) {
    expect(stdout).toMatch(decided);
  }
}, 180_000);
