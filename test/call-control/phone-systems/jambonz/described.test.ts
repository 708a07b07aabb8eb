import { jambonz } from '../../../../src/call-control/phone-systems/jambonz/index';
import { phoneSystemSettings } from '../../../support/with-gateway';
import { describedBy, published } from '../described';

const system = jambonz({ ...phoneSystemSettings, secrets: [] });

test.each(describedBy(system))('the webhook $path is described to others as it is', ({ path, said }) => {
  expect(published(path)).toEqual(said);
});

test('a webhook for which a caller waits is answered though nothing of it can be read', () => {
  const unread = Object.entries(system.hooks).map(([hook, known]) => [hook, known.unread]);

  expect(unread.filter(([, call]) => call !== undefined)).toEqual(
    ['call', 'dial'].map((hook) => [hook, { conversationId: '', tags: {} }]),
  );
});
