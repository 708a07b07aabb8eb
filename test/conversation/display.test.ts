import { outcomeAttribute, phaseAttribute, reasonAttribute } from '../../src/contract/search-attributes';
import { newConversation } from '../../src/conversation/conversation-state';
import { attributesOf, detailsOf } from '../../src/conversation/display';
import {
  after,
  begun,
  begunConversation,
  decideNewest,
  escalatedTo,
  INPUT,
  legRequested,
  newest,
  onLeg,
} from '../support/conversations';
import { assigned, at, connected, disconnected, escalated } from '../support/legs';

const LATER = 'conv-1-b';

const dialling = after(begunConversation({ searchAttributes: true }), onLeg(assigned(1)));
const up = after(dialling, onLeg(connected(5)));
const escalatedCall = after(up, onLeg(escalated(30, 'AGENT')));
const decided = decideNewest(escalatedCall, { searchAttributes: true });
const ended = [
  { key: phaseAttribute, value: 'ENDED' },
  { key: outcomeAttribute, value: 'AGENT' },
];

describe('the search attributes', () => {
  it('are there once the first leg is connected, and with each decision', () => {
    expect(attributesOf(dialling)).toEqual([]);
    expect(attributesOf(up)).toEqual([{ key: phaseAttribute, value: 'CONNECTED' }]);
    expect(attributesOf(escalatedCall)).toEqual([]);
    expect(attributesOf(decided)).toEqual(ended);
  });

  it('say why a customer fell back', () => {
    const failed = after(dialling, onLeg(disconnected(9, { by: 'UNKNOWN', cause: 'BUSY' })));
    expect(attributesOf(decideNewest(failed, { searchAttributes: true }))).toEqual([
      { key: phaseAttribute, value: 'ENDED' },
      { key: outcomeAttribute, value: 'DIAL_FAILED' },
      { key: reasonAttribute, value: 'DIAL_BUSY' },
    ]);
  });

  it('are not there on a server that had none with the number, or has none any more with the decision', () => {
    const lacking = after(begunConversation({ searchAttributes: false }), onLeg(assigned(1)));
    expect(attributesOf(after(lacking, onLeg(connected(5))))).toEqual([]);
    expect(attributesOf(decideNewest(escalatedCall, { searchAttributes: false }))).toEqual([]);
  });

  it('stay as they were while a later leg is up: nothing has brought what the server has since', () => {
    const later = after(decided, legRequested(LATER, 40), onLeg(assigned(41), LATER));
    const laterUp = after(later, onLeg(connected(42), LATER));
    expect(newest(laterUp).state.phase).toBe('CONNECTED');
    expect(attributesOf(laterUp)).toEqual([]);
    expect(attributesOf(escalatedTo(later))).toEqual([]);
  });

  it('come with the settings, and not before', () => {
    for (const event of begun({ searchAttributes: true })) {
      expect(attributesOf(after(newConversation(INPUT), event))).toEqual([]);
    }
    expect(attributesOf(newConversation(INPUT))).toEqual([]);
  });
});

describe('the details', () => {
  it('are empty before the first leg', () => {
    expect(detailsOf(newConversation(INPUT))).toBe('');
  });

  it('name a later leg, and say how long a conversation stays open', () => {
    expect(detailsOf(up)).toBe('**GenerativeAgent is on the call** `conv-1-a` since 13:38:05');
    expect(detailsOf(after(decided, legRequested(LATER, 60)))).toMatch(/^Leg 2: /);
    const waiting = after(decided, { type: 'reconnectionAwaited', until: at(90) });
    expect(detailsOf(waiting)).toMatch(/Open for a reconnection until 13:39:30/);
  });
});
