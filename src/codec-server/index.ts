/** The entry point for those who serve the codec from a server of their own. */
export { createCodecServer, type CodecServerOptions } from './create-codec-server';
export { tokenCheck, TokenError, type TokenCheck, type TokenRules } from './token';
