/** The door for whoever runs the gateway in a program of their own, or writes a phone system for it. */
export { checked, jsonIn } from './checked';
export { createGateway, type GatewayOptions } from './gateway/create-gateway';
export {
  legEventSchema,
  type LegConnected,
  type LegDisconnected,
  type LegEvent,
  type LegRequested,
} from './leg-events';
export {
  WebhookError,
  type Hook,
  type PhoneSystem,
  type PhoneSystemModule,
  type PhoneSystemSettings,
  type Reading,
  type WebhookAnswer,
  type WebhookRequest,
} from './phone-system';
export {
  callQuerySchema,
  legInQuery,
  legQuerySchema,
  requestInQuery,
  type CallDefaults,
} from './request-in-query';
export { RING_SECONDS, ringSeconds } from './ring-time';
export { knownRoute, routeOf, routeSchema, type Route, type RouteSettings } from './routes';
