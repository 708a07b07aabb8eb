/**
 * Writes what the servers say of themselves: the gateway, with all phone systems, as `schemas/openapi.json`, and the codec server
 * as `schemas/codec-server-openapi.json`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { createGateway, type PhoneSystemSettings } from '../src/call-control';
import { jambonz } from '../src/call-control/phone-systems/jambonz/index';
import { telnyx } from '../src/call-control/phone-systems/telnyx/index';
import { twilio } from '../src/call-control/phone-systems/twilio/index';
import { CallTransferClient } from '../src/client';
import { createCodecServer, type CodecServerOptions } from '../src/codec-server';

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

/** Of the codec server that is described. It is never called, either. */
export const describedCodecServer: CodecServerOptions = {
  codec: { encode: () => Promise.resolve([]), decode: () => Promise.resolve([]) },
  checkToken: () => Promise.resolve(''),
  uiOrigins: [],
};

/** Where they are written. */
export const descriptionFiles = {
  gateway: join(__dirname, '..', 'schemas', 'openapi.json'),
  codecServer: join(__dirname, '..', 'schemas', 'codec-server-openapi.json'),
};

/** A file's text, of what a server answers with. */
export const descriptionText = (answer: unknown): string => `${JSON.stringify(answer, null, 2)}\n`;

async function writeDescriptions(): Promise<void> {
  const servers = {
    gateway: await createGateway({ ...describedGateway, isReady: () => Promise.resolve(true) }),
    codecServer: await createCodecServer(describedCodecServer),
  };
  for (const name of ['gateway', 'codecServer'] as const) {
    const server = servers[name];
    writeFileSync(descriptionFiles[name], descriptionText((await server.inject('/openapi.json')).json()));
    await server.close();
  }
}

if (require.main === module) {
  writeDescriptions().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
