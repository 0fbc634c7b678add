import { RuntimeApi } from '../../../emulator/lambda/runtime-api';
import { send } from '../http/signed-request';

const listener = { ready: jest.fn(), answered: jest.fn() };
const api = new RuntimeApi(listener);
afterEach(() => api.stop());

test('a web page gets no event, and answers none', async () => {
  const host = await api.start();
  const [, port] = host.split(':');
  const pages: Record<string, string>[] = [
    { host: `evil.example:${port}` },
    { host, origin: 'http://evil.example' },
    { host, 'sec-fetch-site': 'cross-site' },
  ];
  for (const page of pages) {
    const response = { path: '/2018-06-01/runtime/invocation/1/response', headers: page };
    expect(await send(`http://${host}`, response)).toMatchObject({ status: 403 });
    const next = { method: 'GET', path: '/2018-06-01/runtime/invocation/next', headers: page };
    expect(await send(`http://${host}`, next)).toMatchObject({ status: 403, body: '' });
  }
  expect(listener.ready).not.toHaveBeenCalled();
  expect(listener.answered).not.toHaveBeenCalled();
  expect(await send(`http://${host}`, { path: '/2018-06-01/runtime/invocation/1/response' })).toMatchObject({ status: 202 });
  expect(listener.answered).toHaveBeenCalledWith('1', 'success');
});

test('an answer for an ID of no invocation, which can not be decoded, harms nobody', async () => {
  const host = await api.start();
  expect(await send(`http://${host}`, { path: '/2018-06-01/runtime/invocation/%E0/response' })).toMatchObject({ status: 202 });
  expect(listener.answered).toHaveBeenCalledWith('%E0', 'success');
});
