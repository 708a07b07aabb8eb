import { withSandbox } from '../support/with-sandbox';

import { describeCallTransfers, type Address, type ConformanceSubject, type Phone } from './conformance';
import { withClient } from './with-asapp';

async function withClientsOf(
  address: Address,
  phone: Phone | undefined,
  body: (subject: ConformanceSubject) => Promise<void>,
): Promise<void> {
  await withClient(address, (asapp) =>
    withClient({ ...address, apiSecret: 'wrong' }, (asappWithWrongSecret) =>
      body({ asapp, asappWithWrongSecret, ...(phone === undefined ? {} : { phone }) }),
    ),
  );
}

describeCallTransfers(
  'the stand-in',
  (body) => withSandbox({}, (sandbox) => withClientsOf(sandbox.asapp, sandbox.exchange, body)),
  true,
);

/** ASAPP's own sandbox, where there is access to it. Each run costs some 20 requests of its daily quota. */
const {
  ASAPP_API_URL: apiUrl = '',
  ASAPP_API_ID: apiId = '',
  ASAPP_API_SECRET: apiSecret = '',
} = process.env;

if (apiUrl !== '' && apiId !== '' && apiSecret !== '') {
  describeCallTransfers(
    'ASAPP itself, as ASAPP_API_URL says',
    (body) => withClientsOf({ apiUrl, apiId, apiSecret }, undefined, body),
    false,
  );
}
