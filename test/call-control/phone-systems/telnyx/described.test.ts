import { telnyx } from '../../../../src/call-control/phone-systems/telnyx/index';
import { phoneSystemSettings } from '../../../support/with-gateway';
import { describedBy, published } from '../described';

const system = telnyx({ ...phoneSystemSettings, publicKeys: [], apiKey: 'none' });

test.each(describedBy(system))('the webhook $path is described to others as it is', ({ path, said }) => {
  expect(published(path)).toEqual(said);
});
