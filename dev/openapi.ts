/** Writes the gateway's description of itself, with all phone systems, as `schemas/openapi.json`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createGateway, type PhoneSystemSettings } from '../src/call-control';
import { jambonz } from '../src/call-control/phone-systems/jambonz/index';
import { telnyx } from '../src/call-control/phone-systems/telnyx/index';
import { twilio } from '../src/call-control/phone-systems/twilio/index';
import { CallTransferClient } from '../src/client';

const settings: PhoneSystemSettings = {
  publicUrl: 'https://calls.example.com',
  transport: { type: 'PHONE_NUMBER', country: 'US' },
  fallbackRoute: { type: 'QUEUE', queue: 'agents' },
};

/** Of the gateway that is described. It is never called. */
export const describedGateway = {
  ...settings,
  client: new CallTransferClient({} as never),
  phoneSystems: [
    twilio({ ...settings, authTokens: ['token'] }),
    jambonz({ ...settings, secrets: ['secret'] }),
    telnyx({ ...settings, publicKeys: [Buffer.alloc(32, 1).toString('base64')], apiKey: 'key' }),
  ],
};

/** Where it is written. */
export const descriptionFile = join(__dirname, '..', 'schemas', 'openapi.json');

/** The file's text, of what a gateway answers with. */
export const descriptionText = (answer: unknown): string => `${JSON.stringify(answer, null, 2)}\n`;

async function writeDescription(): Promise<void> {
  const gateway = await createGateway({ ...describedGateway, isReady: () => Promise.resolve(true) });
  writeFileSync(descriptionFile, descriptionText((await gateway.inject('/openapi.json')).json()));
  await gateway.close();
}

if (require.main === module) {
  writeDescription().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
