import { twilio } from '../../../../src/call-control/phone-systems/twilio/index';
import { phoneSystemSettings } from '../../../support/with-gateway';
import { describedBy, published } from '../described';

const system = twilio({ ...phoneSystemSettings, authTokens: [] });

test.each(describedBy(system))('the webhook $path is described to others as it is', ({ path, said }) => {
  expect(published(path)).toEqual(said);
});

test('a webhook for which a caller waits is answered though nothing of it can be read', () => {
  const unread = Object.entries(system.hooks).map(([hook, known]) => [hook, known.unread]);

  expect(unread.filter(([, call]) => call !== undefined)).toEqual(
    ['voice', 'dial', 'routed'].map((hook) => [hook, { conversationId: '' }]),
  );
});
