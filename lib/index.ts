export * from './recovery-instance-policy';
export * from './source-server';
export * from './source-server-disconnection';
export * from './teardown-function';
