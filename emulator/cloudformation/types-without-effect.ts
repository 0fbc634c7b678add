import { randomUUID } from 'node:crypto';
import { randomHex } from '../control/random';
import { partition } from '../defaults';
import { physicalName } from '../physical-name';
import { CreatedResource, ResourceProvider, ResourceProviders, ResourceRequest } from '../resource-provider';
import { changesFixed } from './properties';

/** A resource type that does nothing here but has the right Ref and attributes. */
interface TypeWithoutEffect {
  /** Properties that can't be changed. */
  readonly fixed: readonly string[];
  readonly create: (request: ResourceRequest) => CreatedResource;
}

const types: Readonly<Record<string, TypeWithoutEffect>> = {
  'AWS::CloudWatch::Alarm': {
    fixed: ['AlarmName'],
    create(request) {
      const name = (request.properties.AlarmName as string | undefined) ?? physicalName(request, 255);
      return { physicalId: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`, request) } };
    },
  },
  'AWS::EC2::EIP': {
    fixed: ['Domain'],
    create() {
      // Of the addresses that nobody has.
      const publicIp = `198.18.${randomByte()}.${randomByte()}`;
      return { physicalId: publicIp, attributes: { PublicIp: publicIp, AllocationId: `eipalloc-${randomHex(17)}` } };
    },
  },
  'AWS::EC2::FlowLog': {
    fixed: ['ResourceId', 'ResourceType', 'TrafficType', 'LogDestination', 'LogDestinationType', 'LogGroupName'],
    create() {
      const id = `fl-${randomHex(17)}`;
      return { physicalId: id, attributes: { Id: id } };
    },
  },
  'AWS::SNS::Subscription': {
    fixed: ['Endpoint', 'Protocol', 'TopicArn'],
    create({ properties }) {
      const Arn = `${String(properties.TopicArn)}:${randomUUID()}`;
      return { physicalId: Arn, attributes: { Arn } };
    },
  },
  'AWS::SNS::Topic': {
    fixed: ['TopicName', 'FifoTopic'],
    create(request) {
      const TopicName = (request.properties.TopicName as string | undefined) ?? physicalName(request, 256);
      const TopicArn = arn('sns', TopicName, request);
      return { physicalId: TopicArn, attributes: { TopicName, TopicArn } };
    },
  },
  'AWS::SNS::TopicPolicy': {
    fixed: [],
    create(request) {
      const id = physicalName(request, 255);
      return { physicalId: id, attributes: { Id: id } };
    },
  },
};

export function providersWithoutEffect(): ResourceProviders {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, providerWithoutEffect(type)]));
}

function providerWithoutEffect({ fixed, create }: TypeWithoutEffect): ResourceProvider {
  const resources = new Map<string, CreatedResource>();
  const add = (request: ResourceRequest): CreatedResource => {
    const resource = create(request);
    resources.set(resource.physicalId, resource);
    return resource;
  };
  return {
    create: async (request) => add(request),
    async update({ physicalId, oldProperties, ...request }) {
      const existing = changesFixed(fixed, request.properties, oldProperties) ? undefined : resources.get(physicalId);
      return existing ?? add(request);
    },
    async delete({ physicalId }) {
      resources.delete(physicalId);
    },
  };
}

function randomByte(): number {
  return parseInt(randomHex(2), 16);
}

function arn(service: string, resource: string, { stack: { region, accountId } }: ResourceRequest): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}
