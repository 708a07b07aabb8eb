/** A user's own activities. */
export const usersActivities = {
  lookUp: (account: string): Promise<string> => Promise.resolve(`customer of ${account}`),
};
