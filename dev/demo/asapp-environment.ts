/** Where a client of ASAPP finds it, and how it is known there. */
export interface AsappAccess {
  apiUrl: string;
  apiId: string;
  apiSecret: string;
}

/** The same as the environment of a worker. */
export const asappEnvironment = ({ apiUrl, apiId, apiSecret }: AsappAccess) => ({
  ASAPP_API_URL: apiUrl,
  ASAPP_API_ID: apiId,
  ASAPP_API_SECRET: apiSecret,
});
