import { Agent, request } from 'undici';

import type { FloorInput } from './floor-workflows';

/** ASAPP's two requests, and nothing around them. */
export function floorActivities({
  apiUrl,
  apiId,
  apiSecret,
}: {
  apiUrl: string;
  apiId: string;
  apiSecret: string;
}) {
  const dispatcher = new Agent();
  const url = `${apiUrl}/generativeagent/v1/call-transfers`;
  const headers = {
    'asapp-api-id': apiId,
    'asapp-api-secret': apiSecret,
    'content-type': 'application/json',
  };
  return {
    floorPost: async ({ conversationId, transferId, country }: FloorInput): Promise<object> => {
      const body = JSON.stringify({
        id: transferId,
        externalConversationId: conversationId,
        type: 'PHONE_NUMBER',
        phoneNumber: { country },
      });
      const response = await request(url, { method: 'POST', dispatcher, headers, body });
      return (await response.body.json()) as object;
    },
    floorGet: async (transferId: string): Promise<object> => {
      const response = await request(`${url}/${transferId}`, { dispatcher, headers });
      return (await response.body.json()) as object;
    },
  };
}
