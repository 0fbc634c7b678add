import { DescribeSourceServersCommand, DisconnectSourceServerCommand, type SourceServer } from '@aws-sdk/client-drs';
import { FLEET_DISCONNECTION } from '../../../lib/contract';
import { drs, handle, reset, serviceError, stackIs } from '../harness';

// In simulated time. DRS's rates are not published: whatever they are, a fleet must use them, and not live on refusals.

beforeEach(() => {
  reset();
  stackIs('DELETE_IN_PROGRESS');
});

/** Lets so many requests through in a second, and so many at once after a pause; counts. */
function bucket(perSecond: number, burst: number) {
  let [tokens, last] = [burst, Date.now()];
  const counted = { answered: 0, throttled: 0 };
  const take = () => {
    tokens = Math.min(burst, tokens + ((Date.now() - last) / 1000) * perSecond);
    last = Date.now();
    if (tokens < 1) {
      counted.throttled++;
      throw serviceError('ThrottlingException', 'slow down', 429);
    }
    tokens--;
    counted.answered++;
  };
  return { take, counted };
}

const latency = <T>(answer: T) => new Promise<T>((resolve) => setTimeout(() => resolve(answer), 100));

interface Asked {
  readonly nextToken?: string;
  readonly filters?: { readonly sourceServerIDs: readonly string[] };
}

async function tearDown(servers: number, listed: number, perSecond: number, burst: number) {
  const { take, counted } = bucket(perSecond, burst);
  const all = Array.from({ length: listed }, (_, index): SourceServer => ({
    sourceServerID: `s-${String(index).padStart(17, '0')}`,
    tags: index % Math.floor(listed / servers) === 0 ? { fleet: 'ours' } : {},
  }));
  let looks = 0;
  drs.on(DescribeSourceServersCommand).callsFake(({ nextToken = '0', filters }: Asked) => {
    take();
    if (filters) {
      looks++;
      return latency({ items: all.filter(({ sourceServerID = '' }) => filters.sourceServerIDs.includes(sourceServerID)) });
    }
    const next = Number(nextToken) + 25;
    return latency({ items: all.slice(Number(nextToken), next), nextToken: next < listed ? String(next) : undefined });
  });
  drs.on(DisconnectSourceServerCommand).callsFake(() => {
    take();
    return latency({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' }, stagingArea: { status: 'NOT_EXTENDED' } });
  });
  const properties = { Region: 'eu-central-1', All: undefined, Tags: { fleet: 'ours' } };
  const created = await handle({ type: 'Create', resourceType: FLEET_DISCONNECTION, properties });
  Object.assign(counted, { answered: 0, throttled: 0 });
  looks = 0;
  const begun = Date.now();
  const { response } = await handle({
    type: 'Delete',
    resourceType: FLEET_DISCONNECTION,
    properties,
    physicalId: created.response.PhysicalResourceId,
  });
  return { status: response.Status, seconds: (Date.now() - begun) / 1000, looks, ...counted };
}

test('a service that takes nothing for two minutes: what it takes then is used', async () => {
  const busy = Date.now() + 120_000;
  const all = Array.from({ length: 100 }, (_, index): SourceServer => ({
    sourceServerID: `s-${String(index).padStart(17, '0')}`,
    tags: { fleet: 'ours' },
  }));
  drs.on(DescribeSourceServersCommand).resolves({ items: all });
  drs.on(DisconnectSourceServerCommand).callsFake(() => {
    if (Date.now() < busy) {
      throw serviceError('ThrottlingException', 'slow down', 429);
    }
    return latency({ dataReplicationInfo: { dataReplicationState: 'DISCONNECTED' }, stagingArea: { status: 'NOT_EXTENDED' } });
  });
  const properties = { Region: 'eu-central-1', All: undefined, Tags: { fleet: 'ours' } };
  const created = await handle({ type: 'Create', resourceType: FLEET_DISCONNECTION, properties });
  const physicalId = created.response.PhysicalResourceId;
  const { response } = await handle({ type: 'Delete', resourceType: FLEET_DISCONNECTION, properties, physicalId });
  expect(response.Status).toBe('SUCCESS');
});

test('a service that takes a thousand requests a second: three hundred servers do not take as long as at ten', async () => {
  const { seconds, throttled } = await tearDown(300, 300, 1_000, 1_000);
  expect(throttled).toBe(0);
  expect(seconds).toBeLessThan(11);
});

test.each([
  [10, 10, 10, 10, 3],
  [300, 300, 10, 10, 38],
  [300, 4_000, 10, 10, 84],
  [300, 300, 10, 1, 42],
  [300, 300, 2, 2, 185],
  [1_000, 1_000, 2, 2, 600],
  [1_000, 1_000, 20, 100, 66],
  [300, 300, 50, 100, 12],
])(
  '%d servers of %d listed, at %d requests a second, %d at once: all in one run, in %d seconds, and few are throttled',
  async (servers, listed, perSecond, burst, most) => {
    const { status, seconds, looks, answered, throttled } = await tearDown(servers, listed, perSecond, burst);
    expect(status).toBe('SUCCESS');
    // Listed before, and twice more to see that nothing is left.
    // Those whose turn comes at about the same time are looked at together.
    expect(looks).toBeLessThanOrEqual(Math.ceil(servers / 8));
    expect(answered - looks).toBe(3 * Math.ceil(listed / 25) + Math.ceil(listed / Math.floor(listed / servers)));
    expect(throttled / (answered + throttled)).toBeLessThan(0.1);
    expect(seconds).toBeLessThan(most);
  },
);
