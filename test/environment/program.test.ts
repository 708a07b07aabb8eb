import { missingPackage } from '../../src/environment/program';

test.each([
  ["Cannot find module 'twilio'", 'twilio'],
  ["Cannot find module 'twilio/lib/twiml/VoiceResponse'\nRequire stack:\n- /app/x.js", 'twilio'],
  ["Cannot find package '@fastify/cors' imported from /app/x.js", '@fastify/cors'],
  ["Cannot find module '@opentelemetry/sdk-trace-node/build/src'", '@opentelemetry/sdk-trace-node'],
])('%s says which package to install', (message, name) => {
  expect(missingPackage(new Error(message))).toBe(`needs the package ${name}: npm install ${name}`);
});

test.each(["Cannot find module './codec'", "Cannot find module '/app/lib/worker.js'", 'Something else'])(
  '%s is about no package',
  (message) => {
    expect(missingPackage(new Error(message))).toBeUndefined();
  },
);
