/** Where everything lives unless a caller says otherwise. Other files name no account, Region or partition. */
export const defaultAccountId = '111122223333';
export const defaultRegion = 'eu-central-1';
export const partition = 'aws';
