// Import this before anything of lambda/, emulator/ or the SDK: no socket is opened and no file is read, so that time may be simulated.

type Network = typeof import('./network');
type InvocationModule = typeof import('./invocation');

const mockWithoutSockets = (name: string) => {
  const { withoutSockets } = jest.requireActual<Network>('./network');
  return withoutSockets(jest.requireActual<object>(name));
};

jest.mock('http', () => mockWithoutSockets('http'));
jest.mock('https', () => mockWithoutSockets('https'));
jest.mock('node:http', () => mockWithoutSockets('http'));
jest.mock('node:https', () => mockWithoutSockets('https'));

jest.mock('@smithy/shared-ini-file-loader', () => ({
  ...jest.requireActual<object>('@smithy/shared-ini-file-loader'),
  loadSharedConfigFiles: () => Promise.resolve({ configFile: {}, credentialsFile: {} }),
}));

// Each process of Lambda has the credentials of its function's role in its environment; here they share one process.
jest.mock('@aws-sdk/credential-provider-node', () => ({
  defaultProvider: () => () => {
    const { runningInvocation } = jest.requireActual<InvocationModule>('./invocation');
    return Promise.resolve(runningInvocation()!.credentials);
  },
}));

export {};
