/** Looks a customer up by account number. */
export async function lookUpCustomer(accountNumber: string): Promise<string> {
  return `customer of account ${accountNumber}`;
}
