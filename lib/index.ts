export * from './source-server';
export * from './source-server-disconnection';
export * from './teardown-function';
